/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where Namida itself, the player, is open: its own LAN sync announces itself by mDNS, and a device at the same address
 * is marked. It proves nothing and opens nothing: it is only said, so that people know which program carries what. Main
 * context; called by namida-hub-peers.c. */
#include "config.h"

#include "namida-hub-private.h"

#include <string.h>

#define PLAYERS_MOST 256u

static void
players_mark_all (NamidaHub *self)
{
  namida_peer_list_mark_players (self->peers, self->players);
}

static void
players_on_found (NamidaHub *self, NamidaDeviceInfo *info, GInetSocketAddress *address)
{
  g_autofree char *host = g_inet_address_to_string (g_inet_socket_address_get_address (address));

  if (g_hash_table_size (self->players) >= PLAYERS_MOST)
    return;
  /* A device has several addresses. */
  g_hash_table_insert (self->players, g_strconcat (info->fingerprint, "\n", host, NULL),
                       g_object_ref (g_inet_socket_address_get_address (address)));
  players_mark_all (self);
}

static gboolean
players_is_of (gpointer key, gpointer value, gpointer id)
{
  gsize length = strlen (id);

  return strncmp (key, id, length) == 0 && ((const char *) key)[length] == '\n';
}

static void
players_on_lost (NamidaHub *self, NamidaDeviceInfo *info)
{
  g_hash_table_foreach_remove (self->players, players_is_of, info->fingerprint);
  players_mark_all (self);
}

void
namida_hub_start_players (NamidaHub *self)
{
  if (self->players == NULL)
    self->players = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  g_signal_connect_object (self->avahi, "player-found", G_CALLBACK (players_on_found), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->avahi, "player-lost", G_CALLBACK (players_on_lost), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->peers, "items-changed", G_CALLBACK (players_mark_all), self, G_CONNECT_SWAPPED);
}
