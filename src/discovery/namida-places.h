/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The addresses of one device and their ratings. Used only by namida-peer.c. Main context. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * NamidaPlaces: the addresses of one device, best first, at most NAMIDA_PEER_MAX_ADDRESSES, with the results of the
 * last attempts to reach them. Main context.
 */
typedef struct _NamidaPlaces NamidaPlaces;

/** namida_places_new: Returns: (transfer full): without addresses. */
NamidaPlaces *namida_places_new (void);
/** namida_places_free: @self: (transfer full) */
void namida_places_free (NamidaPlaces *self);
/** namida_places_get_model: Returns: (transfer none): a list of GInetSocketAddress. */
GListModel *namida_places_get_model (NamidaPlaces *self);
/** namida_places_count: Returns: the number of addresses. */
guint namida_places_count (NamidaPlaces *self);
/** namida_places_find: Returns: the position of @address, or -1. */
int namida_places_find (NamidaPlaces *self, GInetSocketAddress *address);
/** namida_places_has_host: Returns: whether one of the addresses is at @host, on any port. */
gboolean namida_places_has_host (NamidaPlaces *self, GInetAddress *host);
/**
 * namida_places_put: Moves or inserts @address to @position, or to the end. If the list is full, the last address is
 * dropped.
 */
void namida_places_put (NamidaPlaces *self, guint position, GInetSocketAddress *address);
/** namida_places_drop: Returns: whether @address was in the list. */
gboolean namida_places_drop (NamidaPlaces *self, GInetSocketAddress *address);
/**
 * namida_places_rate: Records that @address was tried; see namida_peer_rate_address(). Returns: whether the order has
 * changed.
 */
gboolean namida_places_rate (NamidaPlaces *self, GInetSocketAddress *address, gboolean same_link, gint64 round_trip);
/**
 * namida_places_get_rated_at: Returns: the monotonic time at which @address was last tried, in microseconds; 0 if
 * never.
 */
gint64 namida_places_get_rated_at (NamidaPlaces *self, GInetSocketAddress *address);

G_END_DECLS
