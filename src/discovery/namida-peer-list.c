/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of the peer list and how sightings change them; see the header. Main context. */
#include "config.h"

#include "namida-limits.h"
#include "namida-peer-list-private.h"
#include "namida-peer-private.h"

#define CHECK_SECONDS 1
/* If a host has more entries than this, its own oldest entry is dropped first, so that one device cannot push out
 * the others. */
#define MAX_CLAIMS_PER_HOST 32
#define MAX_AWAY 64

static guint probe_signal;

static void namida_peer_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NamidaPeerList,
                               namida_peer_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, namida_peer_list_model_init))

static GType
namida_peer_list_get_item_type (GListModel *model)
{
  return NAMIDA_TYPE_PEER;
}

static guint
namida_peer_list_get_n_items (GListModel *model)
{
  return NAMIDA_PEER_LIST (model)->peers->len;
}

static gpointer
namida_peer_list_get_item (GListModel *model, guint position)
{
  NamidaPeerList *self = NAMIDA_PEER_LIST (model);

  return position < self->peers->len ? g_object_ref (g_ptr_array_index (self->peers, position)) : NULL;
}

static void
namida_peer_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = namida_peer_list_get_item_type;
  iface->get_n_items = namida_peer_list_get_n_items;
  iface->get_item = namida_peer_list_get_item;
}

static gboolean
peer_list_on_timer (gpointer data)
{
  namida_peer_list_check_silence (data);
  return G_SOURCE_CONTINUE;
}

static void
peer_list_update_timer (NamidaPeerList *self)
{
  gboolean wanted = !self->unwatched && namida_peer_list_get_n_near (self) > 0;

  if (wanted && self->timer == 0)
    self->timer = g_timeout_add_seconds (CHECK_SECONDS, peer_list_on_timer, self);
  else if (!wanted)
    g_clear_handle_id (&self->timer, g_source_remove);
}

static int
peer_list_compare_peers (NamidaPeer *a, NamidaPeer *b)
{
  int order = namida_peer_get_away (a) - namida_peer_get_away (b);

  if (order == 0)
    order = g_utf8_collate (namida_peer_get_alias (a), namida_peer_get_alias (b));
  if (order == 0)
    order = g_strcmp0 (namida_peer_get_fingerprint (a), namida_peer_get_fingerprint (b));
  if (order == 0)
    order = g_strcmp0 (namida_peer_get_uuid (a), namida_peer_get_uuid (b));
  return order;
}

static void
peer_list_insert_sorted (NamidaPeerList *self, NamidaPeer *peer)
{
  guint at = 0;

  while (at < self->peers->len && peer_list_compare_peers (g_ptr_array_index (self->peers, at), peer) <= 0)
    at++;
  g_ptr_array_insert (self->peers, (int) at, g_object_ref (peer));
  peer_list_update_timer (self);
  g_list_model_items_changed (G_LIST_MODEL (self), at, 0, 1);
}

void
namida_peer_list_remove (NamidaPeerList *self, NamidaPeer *peer)
{
  guint at;

  if (!g_ptr_array_find (self->peers, peer, &at))
    return;
  g_ptr_array_remove_index (self->peers, at);
  peer_list_update_timer (self);
  g_list_model_items_changed (G_LIST_MODEL (self), at, 1, 0);
}

void
namida_peer_list_resort (NamidaPeerList *self, NamidaPeer *peer)
{
  guint at;
  guint to = 0;

  if (!g_ptr_array_find (self->peers, peer, &at))
    return;
  g_ptr_array_steal_index (self->peers, at);
  while (to < self->peers->len && peer_list_compare_peers (g_ptr_array_index (self->peers, to), peer) <= 0)
    to++;
  g_ptr_array_insert (self->peers, (int) to, peer);
  peer_list_update_timer (self);
  g_list_model_items_changed (G_LIST_MODEL (self), MIN (at, to), MAX (at, to) - MIN (at, to) + 1,
                              MAX (at, to) - MIN (at, to) + 1);
}

/* Moves a device to its place after its alias changed. Emits nothing if the order is still right, because the device
 * was never gone. */
static void
peer_list_keep_sorted (NamidaPeerList *self, NamidaPeer *peer)
{
  guint at;

  if (!g_ptr_array_find (self->peers, peer, &at))
    return;
  if ((at == 0 || peer_list_compare_peers (g_ptr_array_index (self->peers, at - 1), peer) <= 0)
      && (at + 1 == self->peers->len || peer_list_compare_peers (peer, g_ptr_array_index (self->peers, at + 1)) <= 0))
    return;
  namida_peer_list_resort (self, peer);
}

void
namida_peer_list_probe (NamidaPeerList *self, NamidaPeer *peer)
{
  namida_peer_set_probing (peer, TRUE);
  g_signal_emit (self, probe_signal, 0, peer);
}

/* Returns: (nullable): the untrusted device, proven or not, that has been silent for the longest time. @host:
 * (nullable): only consider devices at this host. @n_found: (out): the number of devices that were considered. */
static NamidaPeer *
peer_list_find_silent (NamidaPeerList *self, GInetAddress *host, guint *n_found)
{
  NamidaPeer *found = NULL;

  *n_found = 0;
  for (guint i = 0; i < self->peers->len; i++)
    {
      NamidaPeer *peer = g_ptr_array_index (self->peers, i);

      if (namida_peer_get_trusted (peer) || (host != NULL && !namida_peer_has_host (peer, host)))
        continue;
      (*n_found)++;
      if (found == NULL || namida_peer_get_last_sign (peer) < namida_peer_get_last_sign (found))
        found = peer;
    }
  return found;
}

/* @proven: whether the new device is proven; it then takes precedence over a silent proven one. */
static gboolean
peer_list_make_room (NamidaPeerList *self, GInetAddress *host, gboolean proven)
{
  NamidaPeer *victim;
  guint n;

  if (self->peers->len < NAMIDA_LIMIT_PEERS)
    return TRUE;
  victim = namida_peer_list_find_oldest (self, host, &n);
  if (n < MAX_CLAIMS_PER_HOST)
    victim = namida_peer_list_find_oldest (self, NULL, &n);
  if (victim == NULL && proven)
    {
      victim = peer_list_find_silent (self, host, &n);
      if (n < MAX_CLAIMS_PER_HOST)
        victim = peer_list_find_silent (self, NULL, &n);
    }
  if (victim == NULL)
    return FALSE;
  namida_peer_list_remove (self, victim);
  return TRUE;
}

static gboolean
peer_list_is_at (NamidaPeer *peer, GHashTable *hosts)
{
  GHashTableIter iter;
  gpointer host;

  g_hash_table_iter_init (&iter, hosts);
  while (g_hash_table_iter_next (&iter, NULL, &host))
    if (namida_peer_has_host (peer, host))
      return TRUE;
  return FALSE;
}

static void
peer_list_mark_player (NamidaPeerList *self, NamidaPeer *peer)
{
  if (self->player_hosts != NULL)
    namida_peer_set_player (peer, !namida_peer_get_away (peer) && peer_list_is_at (peer, self->player_hosts));
}

void
namida_peer_list_mark_players (NamidaPeerList *self, GHashTable *hosts)
{
  g_return_if_fail (NAMIDA_IS_PEER_LIST (self) && hosts != NULL);

  g_hash_table_ref (hosts);
  g_clear_pointer (&self->player_hosts, g_hash_table_unref);
  self->player_hosts = hosts;
  for (guint i = 0; i < self->peers->len; i++)
    peer_list_mark_player (self, g_ptr_array_index (self->peers, i));
}

/* Once a connection has shown who is at @address, what other devices claimed about it is void. */
static void
peer_list_settle_address (NamidaPeerList *self, NamidaPeer *winner, GInetSocketAddress *address)
{
  for (guint i = self->peers->len; i > 0; i--)
    {
      g_autoptr (NamidaPeer) peer = g_object_ref (g_ptr_array_index (self->peers, i - 1));

      if (peer != winner && namida_peer_has_address (peer, address) && !namida_peer_drop_address (peer, address)
          && !namida_peer_get_away (peer))
        namida_peer_list_remove (self, peer);
    }
}

NamidaPeer *
namida_peer_list_sighting (
    NamidaPeerList *self, NamidaDeviceInfo *info, NamidaDialect dialect, GInetSocketAddress *address, gboolean proven)
{
  g_autoptr (GInetSocketAddress) plain = NULL;
  NamidaPeer *peer;

  g_return_val_if_fail (NAMIDA_IS_PEER_LIST (self) && info != NULL, NULL);
  g_return_val_if_fail (G_IS_INET_SOCKET_ADDRESS (address), NULL);

  if (namida_peer_list_is_self (self, info) || info->sends_only)
    return NULL;
  plain = namida_address_unmapped (address);
  /* Only a fingerprint can be proven. */
  proven = proven && info->fingerprint != NULL;
  peer = namida_peer_list_find (self, info, plain);
  if (peer != NULL)
    {
      gboolean away = namida_peer_get_away (peer);

      namida_peer_take (peer, info, dialect, plain, proven);
      if (away != namida_peer_get_away (peer))
        namida_peer_list_resort (self, peer);
      else
        peer_list_keep_sorted (self, peer);
    }
  else
    {
      g_autoptr (NamidaPeer) fresh = namida_peer_new ();

      if (!peer_list_make_room (self, g_inet_socket_address_get_address (plain), proven))
        return NULL;
      namida_peer_take (fresh, info, dialect, plain, proven);
      peer_list_insert_sorted (self, fresh);
      peer = fresh;
    }
  /* The device may have been found at another of its addresses before. */
  peer_list_mark_player (self, peer);
  if (proven)
    peer_list_settle_address (self, peer, plain);
  return peer;
}

void
namida_peer_list_set_watched (NamidaPeerList *self, gboolean watched)
{
  g_return_if_fail (NAMIDA_IS_PEER_LIST (self));

  self->unwatched = !watched;
  peer_list_update_timer (self);
  if (watched)
    namida_peer_list_check_silence (self);
}

void
namida_peer_list_set_self (NamidaPeerList *self, const char *fingerprint, const char *uuid)
{
  g_return_if_fail (NAMIDA_IS_PEER_LIST (self));

  g_free (self->own_fingerprint);
  self->own_fingerprint = g_strdup (fingerprint);
  g_free (self->own_uuid);
  self->own_uuid = g_strdup (uuid);
}

guint
namida_peer_list_get_n_near (NamidaPeerList *self)
{
  guint n = 0;

  g_return_val_if_fail (NAMIDA_IS_PEER_LIST (self), 0);

  for (guint i = 0; i < self->peers->len; i++)
    n += namida_peer_get_away (g_ptr_array_index (self->peers, i)) ? 0 : 1;
  return n;
}

void
namida_peer_list_add_known (NamidaPeerList *self, NamidaDeviceInfo *info, GInetSocketAddress *address, gint64 last_seen)
{
  g_autoptr (NamidaPeer) peer = NULL;

  g_return_if_fail (NAMIDA_IS_PEER_LIST (self) && info != NULL && info->fingerprint != NULL);

  if (namida_peer_list_is_self (self, info) || namida_peer_list_find_by_fingerprint (self, info->fingerprint) != NULL
      || self->peers->len - namida_peer_list_get_n_near (self) >= MAX_AWAY || self->peers->len >= NAMIDA_LIMIT_PEERS)
    return;
  peer = namida_peer_new ();
  namida_peer_set_trusted (peer, TRUE);
  namida_peer_take_known (peer, info, address, last_seen);
  peer_list_insert_sorted (self, peer);
}

void
namida_peer_list_forget_away (NamidaPeerList *self)
{
  g_return_if_fail (NAMIDA_IS_PEER_LIST (self));

  for (guint i = self->peers->len; i > 0; i--)
    {
      NamidaPeer *peer = i <= self->peers->len ? g_ptr_array_index (self->peers, i - 1) : NULL;

      if (peer != NULL && namida_peer_get_away (peer) && !namida_peer_get_trusted (peer))
        namida_peer_list_remove (self, peer);
    }
}

static void
peer_list_on_found (
    NamidaFinder *finder, NamidaDeviceInfo *info, guint dialect, GInetSocketAddress *address, NamidaPeerList *self)
{
  namida_peer_list_sighting (self, info, (NamidaDialect) dialect, address, FALSE);
}

static void
peer_list_on_lost (NamidaFinder *finder, NamidaDeviceInfo *info, NamidaPeerList *self)
{
  /* The end of a command says nothing about the program that receives on the same device. */
  if (!info->sends_only)
    namida_peer_list_goodbye (self, info);
}

void
namida_peer_list_add_finder (NamidaPeerList *self, NamidaFinder *finder)
{
  g_return_if_fail (NAMIDA_IS_PEER_LIST (self) && NAMIDA_IS_FINDER (finder));

  g_ptr_array_add (self->finders, g_object_ref (finder));
  g_signal_connect_object (finder, "found", G_CALLBACK (peer_list_on_found), self, 0);
  g_signal_connect_object (finder, "lost", G_CALLBACK (peer_list_on_lost), self, 0);
}

static void
namida_peer_list_finalize (GObject *object)
{
  NamidaPeerList *self = NAMIDA_PEER_LIST (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_ptr_array_unref (self->peers);
  g_ptr_array_unref (self->finders);
  g_hash_table_unref (self->goodbyes);
  g_clear_pointer (&self->player_hosts, g_hash_table_unref);
  g_free (self->own_fingerprint);
  g_free (self->own_uuid);
  G_OBJECT_CLASS (namida_peer_list_parent_class)->finalize (object);
}

static void
namida_peer_list_class_init (NamidaPeerListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_peer_list_finalize;
  probe_signal = g_signal_new ("probe", NAMIDA_TYPE_PEER_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                               NAMIDA_TYPE_PEER);
}

static void
namida_peer_list_init (NamidaPeerList *self)
{
  self->peers = g_ptr_array_new_with_free_func (g_object_unref);
  self->finders = g_ptr_array_new_with_free_func (g_object_unref);
  self->goodbyes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

NamidaPeerList *
namida_peer_list_new (void)
{
  return g_object_new (NAMIDA_TYPE_PEER_LIST, NULL);
}
