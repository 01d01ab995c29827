/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * NamidaPlaces: the addresses of one device, the best first, at most NAMIDA_PEER_MAX_ADDRESSES, and how they did when
 * they were tried. Main context.
 */
typedef struct _NamidaPlaces NamidaPlaces;

NamidaPlaces *namida_places_new (void);
void namida_places_free (NamidaPlaces *self);
/** Returns: (transfer none): of GInetSocketAddress */
GListModel *namida_places_get_model (NamidaPlaces *self);
guint namida_places_count (NamidaPlaces *self);
/** Returns: its position, or -1. */
int namida_places_find (NamidaPlaces *self, GInetSocketAddress *address);
/** namida_places_has_host: whether one is at @host, at any port. */
gboolean namida_places_has_host (NamidaPlaces *self, GInetAddress *host);
/** namida_places_put: @address to @position (or the end), wherever it was; the last one makes room. */
void namida_places_put (NamidaPlaces *self, guint position, GInetSocketAddress *address);
/** Returns: whether it was there. */
gboolean namida_places_drop (NamidaPlaces *self, GInetSocketAddress *address);
/** namida_places_rate: @address was tried; see namida_peer_rate_address(). Returns: whether the order is another now.
 */
gboolean namida_places_rate (NamidaPlaces *self, GInetSocketAddress *address, gboolean same_link, gint64 round_trip);
/** Returns: the monotonic time when @address was tried last, 0: never. */
gint64 namida_places_get_rated_at (NamidaPlaces *self, GInetSocketAddress *address);

G_END_DECLS
