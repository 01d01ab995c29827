/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A device in the peer list: its names, dialects, addresses and trust. Created by the peer list; read by the sender,
 * the server, the hub and the window. Main context. */
#pragma once

#include "namida-device-info.h"
#include "namida-trust-doubt.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_PEER (namida_peer_get_type ())
/**
 * NamidaPeer: one device nearby, however it was found. Main context.
 *
 * Properties, all notified: "alias" (safe to show), "fingerprint", "uuid", "device-type", "device-model", "dialects"
 * (NamidaDialect flags), "address" (the best address as text, "10.0.0.5:53317" or "[fe80::1%eth0]:53317"), "encrypted"
 * (whether a transfer would be encrypted), "trusted", "proven" (a TLS connection has shown this fingerprint), "away" (a
 * trusted device that is not nearby, since "last-seen"), "last-seen" (microseconds since 1970), "player" (see
 * namida_peer_get_player()), "warning" (why it may not be the device that the user takes it for; %NULL if no reason is
 * known).
 */
G_DECLARE_FINAL_TYPE (NamidaPeer, namida_peer, NAMIDA, PEER, GObject)

/** namida_peer_new: Returns: (transfer full): a device without addresses. */
NamidaPeer *namida_peer_new (void);
/** namida_peer_get_alias: Returns: (transfer none): a name that is safe to show. */
const char *namida_peer_get_alias (NamidaPeer *self);
const char *namida_peer_get_fingerprint (NamidaPeer *self); /* (nullable) */
const char *namida_peer_get_uuid (NamidaPeer *self);        /* (nullable) */
const char *namida_peer_get_device_type (NamidaPeer *self); /* "desktop" when unknown */
NamidaDialect namida_peer_get_dialects (NamidaPeer *self);
/** namida_peer_get_address: Returns: (transfer none) (nullable): the address to try first. */
GInetSocketAddress *namida_peer_get_address (NamidaPeer *self);
/**
 * namida_peer_get_addresses: Returns: (transfer none): all known addresses, best first (GListModel of
 * GInetSocketAddress).
 */
GListModel *namida_peer_get_addresses (NamidaPeer *self);
/** namida_peer_dup_address_text: Returns: (transfer full): the best address as text, or "" if none is known. */
char *namida_peer_dup_address_text (NamidaPeer *self);
/** namida_peer_get_encrypted: Returns: whether a transfer to the device would be encrypted. */
gboolean namida_peer_get_encrypted (NamidaPeer *self);
/** namida_peer_get_trusted: Returns: whether the user trusts the device. */
gboolean namida_peer_get_trusted (NamidaPeer *self);
/** namida_peer_set_trusted: Sets and notifies the property "trusted". Called by the hub. */
void namida_peer_set_trusted (NamidaPeer *self, gboolean trusted);
/** namida_peer_get_proven: Returns: whether a TLS connection has shown the device's fingerprint. */
gboolean namida_peer_get_proven (NamidaPeer *self);
/** namida_peer_get_away: Returns: whether it is a trusted device that is not nearby. */
gboolean namida_peer_get_away (NamidaPeer *self);
/**
 * namida_peer_get_player: Returns: whether the player Namida is running at one of the device's addresses, with its own
 * LAN sync open. Notifies "player".
 */
gboolean namida_peer_get_player (NamidaPeer *self);
/** namida_peer_set_doubt: @warning: (nullable): a translated sentence. */
void namida_peer_set_doubt (NamidaPeer *self, NamidaDoubt doubt, const char *warning);
const char *namida_peer_get_warning (NamidaPeer *self); /* (nullable) */
gint64 namida_peer_get_last_seen (NamidaPeer *self);

#define NAMIDA_PEER_UNREACHABLE (-1)
/**
 * namida_peer_rate_address:
 * @address: one of this peer's addresses
 * @same_link: whether it is on a network of this device
 * @round_trip: microseconds that a request took; 0 if it was not measured; %NAMIDA_PEER_UNREACHABLE if it failed
 *
 * Records how a connection to an address went, and sorts the addresses: first those that answer on the same link, then
 * others that answer, then those that were never tried, then those that failed. Among equals, the last one that
 * answered comes first, unless another one is much faster.
 */
void namida_peer_rate_address (NamidaPeer *self, GInetSocketAddress *address, gboolean same_link, gint64 round_trip);
/** namida_peer_get_rated_at: Returns: monotonic microseconds; 0 if @address was never rated. */
gint64 namida_peer_get_rated_at (NamidaPeer *self, GInetSocketAddress *address);

/** namida_address_with_port: Returns: (transfer full): the same host (and scope) with another @port. */
GInetSocketAddress *namida_address_with_port (GInetSocketAddress *address, guint16 port);
/**
 * namida_address_dup_host: Returns: (transfer full): "10.0.0.5", or "fe80::1%eth0" with the interface for which it is
 * valid. namida_address_parse() accepts both.
 */
char *namida_address_dup_host (GInetSocketAddress *address);
/** namida_address_to_text: Returns: (transfer full): "127.0.0.1:53317", "[fe80::1%eth0]:53317". */
char *namida_address_to_text (GInetSocketAddress *address);

G_END_DECLS
