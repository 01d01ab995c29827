/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marks devices on which Namida itself, the player, is open: its own LAN sync announces itself by mDNS, and a device
 * at the same address is marked. This proves nothing and grants nothing; it only helps users to understand which
 * program transfers what. Called by namida-hub-peers.c. Main context. */
#include "config.h"

#include "namida-hub-private.h"

#define PLAYERS_MOST 256u

static void
players_mark_all (NamidaHub *self)
{
  namida_peer_list_mark_players (self->peers, self->players);
}

/* A device has several addresses and may be found in two ways; keep each of them separately. */
static void
players_add (NamidaHub *self, const char *way, NamidaDeviceInfo *info, GInetSocketAddress *address)
{
  g_autofree char *host = g_inet_address_to_string (g_inet_socket_address_get_address (address));

  if (g_hash_table_size (self->players) >= PLAYERS_MOST)
    return;
  g_hash_table_insert (self->players, g_strconcat (way, "\n", info->fingerprint, "\n", host, NULL),
                       g_object_ref (g_inet_socket_address_get_address (address)));
  players_mark_all (self);
}

static gboolean
players_begins_with (gpointer key, gpointer value, gpointer start)
{
  return g_str_has_prefix (key, start);
}

static void
players_remove (NamidaHub *self, const char *way, NamidaDeviceInfo *info)
{
  g_autofree char *start = g_strconcat (way, "\n", info->fingerprint, "\n", NULL);

  g_hash_table_foreach_remove (self->players, players_begins_with, start);
  players_mark_all (self);
}

static void
players_on_avahi_found (NamidaHub *self, NamidaDeviceInfo *info, GInetSocketAddress *address)
{
  players_add (self, "avahi", info, address);
}

static void
players_on_avahi_lost (NamidaHub *self, NamidaDeviceInfo *info)
{
  players_remove (self, "avahi", info);
}

static void
players_on_found (NamidaHub *self, NamidaDeviceInfo *info, GInetSocketAddress *address)
{
  players_add (self, "multicast", info, address);
}

static void
players_on_lost (NamidaHub *self, NamidaDeviceInfo *info)
{
  players_remove (self, "multicast", info);
}

void
namida_hub_start_players (NamidaHub *self)
{
  if (self->players == NULL)
    self->players = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  g_signal_connect_object (namida_neighborhood_get_avahi (self->neighborhood), "player-found",
                           G_CALLBACK (players_on_avahi_found), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (namida_neighborhood_get_avahi (self->neighborhood), "player-lost",
                           G_CALLBACK (players_on_avahi_lost), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (namida_neighborhood_get_multicast (self->neighborhood), "player-found",
                           G_CALLBACK (players_on_found), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (namida_neighborhood_get_multicast (self->neighborhood), "player-lost",
                           G_CALLBACK (players_on_lost), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->peers, "items-changed", G_CALLBACK (players_mark_all), self, G_CONNECT_SWAPPED);
}
