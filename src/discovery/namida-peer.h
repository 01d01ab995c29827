/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-device-info.h"
#include "namida-trust-doubt.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_PEER (namida_peer_get_type ())
/**
 * NamidaPeer: one device near, however it was found. Main context. Properties, all notified: "alias" (as it may be
 * shown), "fingerprint", "uuid", "device-type", "device-model", "dialects" (NamidaDialect flags), "address" (text of
 * the best address, "10.0.0.5:53317" or "[fe80::1%eth0]:53317"), "encrypted" (would a transfer be), "trusted", "proven"
 * (a TLS connection has shown this fingerprint), "away" (a trusted device that is not near: since "last-seen"),
 * "last-seen" (microseconds since 1970), "warning" (why it may not be the device that a person takes it for; NULL: no
 * reason is known).
 */
G_DECLARE_FINAL_TYPE (NamidaPeer, namida_peer, NAMIDA, PEER, GObject)

NamidaPeer *namida_peer_new (void);
const char *namida_peer_get_alias (NamidaPeer *self);
const char *namida_peer_get_fingerprint (NamidaPeer *self); /* (nullable) */
const char *namida_peer_get_uuid (NamidaPeer *self);        /* (nullable) */
const char *namida_peer_get_device_type (NamidaPeer *self); /* "desktop" when unknown */
NamidaDialect namida_peer_get_dialects (NamidaPeer *self);
/** Returns: (transfer none) (nullable): the address to try first. */
GInetSocketAddress *namida_peer_get_address (NamidaPeer *self);
/** Returns: (transfer none): all known addresses, best first (GListModel of GInetSocketAddress). */
GListModel *namida_peer_get_addresses (NamidaPeer *self);
char *namida_peer_dup_address_text (NamidaPeer *self);
gboolean namida_peer_get_encrypted (NamidaPeer *self);
gboolean namida_peer_get_trusted (NamidaPeer *self);
void namida_peer_set_trusted (NamidaPeer *self, gboolean trusted);
gboolean namida_peer_get_proven (NamidaPeer *self);
gboolean namida_peer_get_away (NamidaPeer *self);
/** namida_peer_get_player: whether the player Namida is open there, with its own LAN sync; as its address says.
 * Notifies "player". */
gboolean namida_peer_get_player (NamidaPeer *self);
/** namida_peer_set_doubt: @warning: (nullable): a sentence for a person. */
void namida_peer_set_doubt (NamidaPeer *self, NamidaDoubt doubt, const char *warning);
const char *namida_peer_get_warning (NamidaPeer *self); /* (nullable) */
gint64 namida_peer_get_last_seen (NamidaPeer *self);

#define NAMIDA_PEER_UNREACHABLE (-1)
/**
 * namida_peer_rate_address: what a connection with @address, one of this peer's, has shown.
 * @same_link: it is on a network of this device's own
 * @round_trip: microseconds that a question took; 0 when nobody measured it; %NAMIDA_PEER_UNREACHABLE when it failed
 *
 * Orders the addresses: those that answer on the same link, others that answer, those that nobody tried, those that
 * fail. Of those alike the last one that answered goes first, unless another one is much faster.
 */
void namida_peer_rate_address (NamidaPeer *self, GInetSocketAddress *address, gboolean same_link, gint64 round_trip);
/** namida_peer_get_rated_at: Returns: monotonic microseconds, 0 when @address was never rated. */
gint64 namida_peer_get_rated_at (NamidaPeer *self, GInetSocketAddress *address);

/** namida_address_with_port: Returns: (transfer full): the same host (and scope) at another @port. */
GInetSocketAddress *namida_address_with_port (GInetSocketAddress *address, guint16 port);
/** namida_address_dup_host: Returns: (transfer full): "10.0.0.5", or "fe80::1%eth0" with the interface that it is
 * valid on; namida_address_parse() takes it. */
char *namida_address_dup_host (GInetSocketAddress *address);
/** namida_address_to_text: Returns: (transfer full): "127.0.0.1:53317", "[fe80::1%eth0]:53317". */
char *namida_address_to_text (GInetSocketAddress *address);

G_END_DECLS
