/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the entry of the peer list that a sighting belongs to. Called by the other files of the list. Main context. */
#include "config.h"

#include "namida-peer-list-private.h"
#include "namida-peer-private.h"

gboolean
namida_peer_list_is_self (NamidaPeerList *self, NamidaDeviceInfo *info)
{
  /* If both sides have a fingerprint, it decides: a uuid is not secret, and a copied one must not hide a device. */
  if (info->fingerprint != NULL && self->own_fingerprint != NULL)
    return g_ascii_strcasecmp (info->fingerprint, self->own_fingerprint) == 0;
  return info->uuid != NULL && g_strcmp0 (info->uuid, self->own_uuid) == 0;
}

static NamidaPeer *
find_by_uuid (NamidaPeerList *self, NamidaDeviceInfo *info, GInetAddress *host)
{
  for (guint i = 0; info->uuid != NULL && i < self->peers->len; i++)
    {
      NamidaPeer *peer = g_ptr_array_index (self->peers, i);

      if (g_strcmp0 (namida_peer_get_uuid (peer), info->uuid) != 0)
        continue;
      /* A claim with a fingerprint may only take over an entry without one at the host of that entry. */
      if (info->fingerprint == NULL
          || (namida_peer_get_fingerprint (peer) == NULL && namida_peer_has_host (peer, host)))
        return peer;
    }
  return NULL;
}

static NamidaPeer *
find_by_address (NamidaPeerList *self, NamidaDeviceInfo *info, GInetSocketAddress *address)
{
  gboolean nameless = info->fingerprint == NULL && info->uuid == NULL;

  for (guint i = 0; i < self->peers->len; i++)
    {
      NamidaPeer *peer = g_ptr_array_index (self->peers, i);

      if (namida_peer_has_address (peer, address)
          && (nameless || (namida_peer_get_fingerprint (peer) == NULL && namida_peer_get_uuid (peer) == NULL)))
        return peer;
    }
  return NULL;
}

NamidaPeer *
namida_peer_list_find (NamidaPeerList *self, NamidaDeviceInfo *info, GInetSocketAddress *address)
{
  NamidaPeer *peer = NULL;

  if (info->fingerprint != NULL)
    peer = namida_peer_list_find_by_fingerprint (self, info->fingerprint);
  if (peer == NULL)
    peer = find_by_uuid (self, info, g_inet_socket_address_get_address (address));
  if (peer == NULL)
    peer = find_by_address (self, info, address);
  return peer;
}

NamidaPeer *
namida_peer_list_find_by_fingerprint (NamidaPeerList *self, const char *fingerprint)
{
  g_return_val_if_fail (NAMIDA_IS_PEER_LIST (self) && fingerprint != NULL, NULL);

  for (guint i = 0; i < self->peers->len; i++)
    {
      const char *known = namida_peer_get_fingerprint (g_ptr_array_index (self->peers, i));

      if (known != NULL && g_ascii_strcasecmp (known, fingerprint) == 0)
        return g_ptr_array_index (self->peers, i);
    }
  return NULL;
}

NamidaPeer *
namida_peer_list_find_oldest (NamidaPeerList *self, GInetAddress *host, guint *n_unproven)
{
  NamidaPeer *oldest = NULL;

  *n_unproven = 0;
  for (guint i = 0; i < self->peers->len; i++)
    {
      NamidaPeer *peer = g_ptr_array_index (self->peers, i);

      if (namida_peer_get_proven (peer) || namida_peer_get_away (peer)
          || (host != NULL && !namida_peer_has_host (peer, host)))
        continue;
      (*n_unproven)++;
      if (oldest == NULL || namida_peer_get_last_sign (peer) < namida_peer_get_last_sign (oldest))
        oldest = peer;
    }
  return oldest;
}
