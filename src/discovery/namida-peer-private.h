/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-peer.h"

G_BEGIN_DECLS

#define NAMIDA_PEER_MAX_ADDRESSES 8
#define NAMIDA_PEER_NOTICEABLE_US 5000 /* of a round trip */

/**
 * namida_peer_take: merges one sighting.
 * @proven: what @info claims replaces what was merely claimed before, and @address goes first. Without it a proven peer
 *   changes nothing but its last-seen (from a host it is known at) and may get @address at the end, when @info has its
 * fingerprint.
 */
void namida_peer_take (
    NamidaPeer *self, NamidaDeviceInfo *info, NamidaDialect dialect, GInetSocketAddress *address, gboolean proven);
gboolean namida_peer_has_address (NamidaPeer *self, GInetSocketAddress *address);
gboolean namida_peer_has_host (NamidaPeer *self, GInetAddress *host);
/** namida_peer_drop_address: Returns: whether any address is left. */
gboolean namida_peer_drop_address (NamidaPeer *self, GInetSocketAddress *address);
void namida_peer_touch (NamidaPeer *self);
/** namida_peer_take_known: makes of a new peer a device that is trusted and not near: only proof brings it near. */
void namida_peer_take_known (NamidaPeer *self, NamidaDeviceInfo *info, GInetSocketAddress *address, gint64 last_seen);
void namida_peer_set_player (NamidaPeer *self, gboolean player);
void namida_peer_set_away (NamidaPeer *self, gboolean away);
/** namida_peer_get_leaving: it said goodbye, and no probe has shown since that it is there. */
gboolean namida_peer_get_leaving (NamidaPeer *self);
void namida_peer_set_leaving (NamidaPeer *self, gboolean leaving);
/** Monotonic microseconds of the last sign of life. */
gint64 namida_peer_get_last_sign (NamidaPeer *self);
/** Monotonic microseconds since when a probe is under way, 0 when none is. */
gint64 namida_peer_get_probing_since (NamidaPeer *self);
void namida_peer_set_probing (NamidaPeer *self, gboolean probing);

/** namida_address_scope: Returns: the interface's index of a link-local IPv6 address, else 0. */
guint32 namida_address_scope (GInetSocketAddress *address);
/** namida_address_equal: host, port and scope. */
gboolean namida_address_equal (GInetSocketAddress *a, GInetSocketAddress *b);
/** namida_address_unmapped: Returns: (transfer full): ::ffff:10.0.0.5 as 10.0.0.5, anything else as it is. */
GInetSocketAddress *namida_address_unmapped (GInetSocketAddress *address);

G_END_DECLS
