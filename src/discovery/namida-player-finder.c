/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the player Namida where Avahi does not run: sends one multicast DNS query on each interface, from a port of
 * its own, so that it need not share port 5353 with a responder on this computer. Owned by the multicast finder,
 * which asks in each burst of hellos. Main context. */
#include "config.h"

#include "namida-player-finder.h"

#include "namida-avahi-txt.h"
#include "namida-interface.h"
#include "namida-mdns-message.h"
#include "namida-multicast-link.h"
#include "namida-network.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define PLAYERS_MOST 64u
#define ANSWERS_PER_SECOND 100u
#define UNANSWERED_MOST 3u
#define ANSWERS_PER_DISPATCH 32u

typedef struct
{
  GSocket *socket;
  GSource *source;
} PlayerLink;

typedef struct
{
  NamidaDeviceInfo *info;
  guint unanswered;
} Player;

struct _NamidaPlayerFinder
{
  GPtrArray *links;    /* PlayerLink */
  GHashTable *players; /* "device id\naddress" → Player */
  GBytes *query;
  NamidaRate rate;
  NamidaPlayerFound found;
  NamidaPlayerLost lost;
  gpointer user_data;
  guint refs; /* a handler may free the finder while it reads */
  gboolean closed;
};

static void
player_free (gpointer data)
{
  Player *player = data;

  namida_device_info_unref (player->info);
  g_free (player);
}

static void
player_link_free (gpointer data)
{
  PlayerLink *link = data;

  g_source_destroy (link->source);
  g_source_unref (link->source);
  g_socket_close (link->socket, NULL);
  g_object_unref (link->socket);
  g_free (link);
}

static void
player_finder_unref (NamidaPlayerFinder *self)
{
  if (--self->refs > 0)
    return;
  g_ptr_array_unref (self->links);
  g_hash_table_unref (self->players);
  g_bytes_unref (self->query);
  g_free (self);
}

static void
player_finder_take (NamidaPlayerFinder *self, const guint8 *data, gsize length, GInetSocketAddress *from)
{
  g_autoptr (NamidaDeviceInfo) info = namida_mdns_message_parse (data, length, NAMIDA_AVAHI_PLAYER_SERVICE);
  g_autoptr (GSocketAddress) address = NULL;
  g_autofree char *host = NULL;
  g_autofree char *key = NULL;
  Player *player;

  if (info == NULL)
    return;
  host = g_inet_address_to_string (g_inet_socket_address_get_address (from));
  key = g_strconcat (info->fingerprint, "\n", host, NULL);
  player = g_hash_table_lookup (self->players, key);
  if (player != NULL)
    {
      player->unanswered = 0;
      return;
    }
  if (g_hash_table_size (self->players) >= PLAYERS_MOST)
    return;
  player = g_new0 (Player, 1);
  player->info = namida_device_info_ref (info);
  g_hash_table_insert (self->players, g_steal_pointer (&key), player);
  address = g_inet_socket_address_new (g_inet_socket_address_get_address (from), info->port);
  self->found (info, G_INET_SOCKET_ADDRESS (address), self->user_data);
}

static gboolean
player_finder_on_readable (GSocket *socket, GIOCondition condition, gpointer data)
{
  NamidaPlayerFinder *self = data;
  guint8 buffer[NAMIDA_MDNS_BYTES_MOST + 1];

  self->refs++;
  for (guint i = 0; i < ANSWERS_PER_DISPATCH && !self->closed; i++)
    {
      g_autoptr (GSocketAddress) from = NULL;
      gssize n = g_socket_receive_from (socket, &from, (char *) buffer, sizeof buffer, NULL, NULL);

      if (n < 0)
        break;
      if (!namida_rate_allow (&self->rate, ANSWERS_PER_SECOND) || n > NAMIDA_MDNS_BYTES_MOST
          || !G_IS_INET_SOCKET_ADDRESS (from)
          || g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (from)) != NAMIDA_MDNS_PORT
          || !namida_network_is_near (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (from))))
        continue;
      player_finder_take (self, buffer, (gsize) n, G_INET_SOCKET_ADDRESS (from));
    }
  player_finder_unref (self);
  return G_SOURCE_CONTINUE;
}

/* The source address only matters on loopback; see namida-multicast-link.c. */
static gboolean
player_link_set_interface (GSocket *socket, NamidaInterface *interface)
{
  struct ip_mreqn out = { .imr_ifindex = (int) interface->index };

  for (guint i = 0; i < interface->addresses->len; i++)
    {
      GInetAddress *address = g_ptr_array_index (interface->addresses, i);

      if (g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV4)
        continue;
      memcpy (&out.imr_address, g_inet_address_to_bytes (address), sizeof out.imr_address);
      break;
    }
  return setsockopt (g_socket_get_fd (socket), IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof out) == 0;
}

static PlayerLink *
player_link_new (NamidaPlayerFinder *finder, NamidaInterface *interface)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_autoptr (GInetAddress) any = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (any, 0);
  PlayerLink *link;

  if (socket == NULL || !g_socket_bind (socket, address, FALSE, NULL) || !player_link_set_interface (socket, interface))
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_multicast_ttl (socket, 1);
  g_socket_set_multicast_loopback (socket, TRUE);
  link = g_new0 (PlayerLink, 1);
  link->socket = g_object_ref (socket);
  link->source = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_callback (link->source, G_SOURCE_FUNC (player_finder_on_readable), finder, NULL);
  g_source_attach (link->source, g_main_context_get_thread_default ());
  return link;
}

static void
player_finder_drop_silent (NamidaPlayerFinder *self)
{
  g_autoptr (GPtrArray) silent = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_device_info_unref);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->players);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Player *player = value;

      if (player->unanswered++ < UNANSWERED_MOST)
        continue;
      g_ptr_array_add (silent, namida_device_info_ref (player->info));
      g_hash_table_iter_remove (&iter);
    }
  for (guint i = 0; i < silent->len && !self->closed; i++)
    self->lost (silent->pdata[i], self->user_data);
}

void
namida_player_finder_ask (NamidaPlayerFinder *self)
{
  g_autoptr (GInetAddress) group = g_inet_address_new_from_string (NAMIDA_MDNS_GROUP);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (group, NAMIDA_MDNS_PORT);
  gsize length;
  const char *query = g_bytes_get_data (self->query, &length);

  self->refs++;
  player_finder_drop_silent (self);
  for (guint i = 0; i < self->links->len && !self->closed; i++)
    g_socket_send_to (((PlayerLink *) self->links->pdata[i])->socket, address, query, length, NULL, NULL);
  player_finder_unref (self);
}

NamidaPlayerFinder *
namida_player_finder_new (GPtrArray *interfaces, NamidaPlayerFound found, NamidaPlayerLost lost, gpointer user_data)
{
  NamidaPlayerFinder *self = g_new0 (NamidaPlayerFinder, 1);

  self->refs = 1;
  self->found = found;
  self->lost = lost;
  self->user_data = user_data;
  self->query = namida_mdns_message_new_query (NAMIDA_AVAHI_PLAYER_SERVICE);
  self->players = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, player_free);
  self->links = g_ptr_array_new_with_free_func (player_link_free);
  for (guint i = 0; i < interfaces->len; i++)
    {
      NamidaInterface *interface = g_ptr_array_index (interfaces, i);
      PlayerLink *link = interface->has_ipv4 && (interface->multicast || interface->loopback)
                             ? player_link_new (self, interface)
                             : NULL;

      if (link != NULL)
        g_ptr_array_add (self->links, link);
    }
  namida_player_finder_ask (self);
  return self;
}

void
namida_player_finder_free (NamidaPlayerFinder *self)
{
  GHashTableIter iter;
  gpointer value;

  self->closed = TRUE;
  g_hash_table_iter_init (&iter, self->players);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    self->lost (((Player *) value)->info, self->user_data);
  g_ptr_array_set_size (self->links, 0);
  player_finder_unref (self);
}
