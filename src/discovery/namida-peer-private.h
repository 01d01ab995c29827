/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How sightings change a device, and helpers for addresses. Private to discovery/. Main context. */
#pragma once

#include "namida-peer.h"

G_BEGIN_DECLS

#define NAMIDA_PEER_MAX_ADDRESSES 8
#define NAMIDA_PEER_NOTICEABLE_US 5000 /* the smallest difference between two round trips that counts */

/**
 * namida_peer_take:
 * @info: what the device says about itself
 * @dialect: the dialect in which it was found
 * @address: where it was found
 * @proven: whether a TLS connection has shown the fingerprint in @info
 *
 * Merges one sighting. A proven one replaces what was merely claimed before, and puts @address first. An unproven one
 * changes nothing of a proven peer except its last-seen time (if it comes from a host that is already known), and may
 * append @address if @info has the fingerprint of the peer.
 */
void namida_peer_take (
    NamidaPeer *self, NamidaDeviceInfo *info, NamidaDialect dialect, GInetSocketAddress *address, gboolean proven);
/** namida_peer_has_address: Returns: whether @address is one of the peer's addresses. */
gboolean namida_peer_has_address (NamidaPeer *self, GInetSocketAddress *address);
/** namida_peer_has_host: Returns: whether one of the peer's addresses is at @host, on any port. */
gboolean namida_peer_has_host (NamidaPeer *self, GInetAddress *host);
/** namida_peer_drop_address: Returns: whether there are addresses left. */
gboolean namida_peer_drop_address (NamidaPeer *self, GInetSocketAddress *address);
/** namida_peer_touch: Records a sign of life, which also ends a probe. */
void namida_peer_touch (NamidaPeer *self);
/** namida_peer_take_known: Turns a new peer into a trusted device that is away. Only proof brings it near. */
void namida_peer_take_known (NamidaPeer *self, NamidaDeviceInfo *info, GInetSocketAddress *address, gint64 last_seen);
/** namida_peer_set_player: Sets and notifies the property "player". */
void namida_peer_set_player (NamidaPeer *self, gboolean player);
/** namida_peer_set_away: Sets and notifies the property "away". */
void namida_peer_set_away (NamidaPeer *self, gboolean away);
/** namida_peer_get_leaving: Returns: whether the device said goodbye and no probe has reached it since. */
gboolean namida_peer_get_leaving (NamidaPeer *self);
/** namida_peer_set_leaving: @leaving: whether the device said goodbye. */
void namida_peer_set_leaving (NamidaPeer *self, gboolean leaving);
/** namida_peer_get_last_sign: Returns: the time of the last sign of life, in monotonic microseconds. */
gint64 namida_peer_get_last_sign (NamidaPeer *self);
/**
 * namida_peer_get_probing_since: Returns: when the current probe began, in monotonic microseconds; 0 if there is none.
 */
gint64 namida_peer_get_probing_since (NamidaPeer *self);
/** namida_peer_set_probing: @probing: whether a probe begins now or has ended. */
void namida_peer_set_probing (NamidaPeer *self, gboolean probing);

/** namida_address_scope: Returns: the interface index of a link-local IPv6 address, otherwise 0. */
guint32 namida_address_scope (GInetSocketAddress *address);
/** namida_address_equal: Returns: whether host, port and scope are the same. */
gboolean namida_address_equal (GInetSocketAddress *a, GInetSocketAddress *b);
/** namida_address_unmapped: Returns: (transfer full): 10.0.0.5 for ::ffff:10.0.0.5; other addresses unchanged. */
GInetSocketAddress *namida_address_unmapped (GInetSocketAddress *address);

G_END_DECLS
