/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Detects a second device with the identity of this one, for example after the data folder or the whole disk was
 * copied to another computer. Other devices cannot distinguish the two, so both of them report it. A datagram is only
 * a reason to ask: an address that proves the key and does not belong to this computer is a copy. Called by the
 * signals of the finders. Main context. */
#include "config.h"

#include "namida-hub-private.h"

#include "namida-client.h"
#include "namida-network.h"

#include <glib/gi18n-lib.h>

/* Any host can claim an identity in a datagram, so limit the number of addresses that are asked. */
#define MAX_ASKED 16u

char *
namida_hub_dup_copy_sentence (NamidaHub *self, GInetSocketAddress *address)
{
  g_autofree char *host = namida_address_dup_host (address);
  g_autofree char *folder = g_filename_display_name (self->data_dir);

  return g_strdup_printf (
      _ ("The device at %s has the same identity as this one: its data folder is a copy. Other devices cannot tell the "
         "two apart. On one of them, close Namida Sync, move the folder “%s” away, start Namida Sync again and pair "
         "that device anew."),
      host, folder);
}

gboolean
namida_hub_is_own_address (NamidaHub *self, GInetSocketAddress *address)
{
  /* Check all interfaces, even if the program is restricted to one of them. */
  g_autoptr (GPtrArray) networks = namida_network_list_all ();

  return g_inet_address_get_is_loopback (g_inet_socket_address_get_address (address))
         || namida_networks_have (networks, g_inet_socket_address_get_address (address));
}

gboolean
namida_hub_is_self (NamidaHub *self, const NamidaDeviceInfo *info, const char *fingerprint)
{
  return (fingerprint != NULL
          && g_ascii_strcasecmp (fingerprint, namida_identity_get_fingerprint (self->identity)) == 0)
         || g_strcmp0 (info->uuid, namida_identity_get_uuid (self->identity)) == 0;
}

static void
copies_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaClient *client = NAMIDA_CLIENT (source);
  g_autoptr (NamidaHub) self = user_data;
  g_autoptr (NamidaDeviceInfo) info = namida_client_register_finish (client, result, NULL);
  g_autofree char *sentence = NULL;

  if (info == NULL || !self->running
      || g_strcmp0 (namida_client_get_peer_fingerprint (client), namida_identity_get_fingerprint (self->identity)) != 0)
    return;
  sentence = namida_hub_dup_copy_sentence (self, namida_client_get_address (client));
  g_signal_emit_by_name (self, "trouble", sentence);
}

void
namida_hub_own_seen (NamidaHub *self, GInetSocketAddress *address)
{
  g_autofree char *host = namida_address_dup_host (address);
  g_autoptr (NamidaClient) client = NULL;
  g_autoptr (NamidaDeviceInfo) own = NULL;

  if (!self->running || self->server == NULL || namida_hub_is_own_address (self, address))
    return;
  if (g_hash_table_size (self->copies_asked) >= MAX_ASKED
      || !g_hash_table_add (self->copies_asked, g_steal_pointer (&host)))
    return;
  client = namida_client_new (self->identity, address, namida_identity_get_fingerprint (self->identity));
  own = namida_server_dup_info (self->server);
  namida_client_register_async (client, own, self->cancellable, copies_registered, g_object_ref (self));
}
