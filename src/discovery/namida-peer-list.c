/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "namida-clock.h"
#include "namida-limits.h"
#include "namida-peer-list-private.h"
#include "namida-peer-private.h"

#define CHECK_SECONDS 1
/* More entries than this from one host, and that host's own oldest goes first: no one device floods the others out. */
#define MAX_CLAIMS_PER_HOST 32
#define MAX_AWAY 64
#define MAX_GOODBYES 64

struct _NamidaPeerList
{
  GObject parent_instance;
  GPtrArray *peers; /* sorted */
  GPtrArray *finders;
  char *own_fingerprint;
  char *own_uuid;
  guint timer;
  gboolean unwatched;
  GHashTable *goodbyes; /* (element-type utf8 gint64): fingerprint, when it took leave */
};

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
on_timer (gpointer data)
{
  namida_peer_list_check_silence (data);
  return G_SOURCE_CONTINUE;
}

static void
update_timer (NamidaPeerList *self)
{
  gboolean wanted = !self->unwatched && namida_peer_list_get_n_near (self) > 0;

  if (wanted && self->timer == 0)
    self->timer = g_timeout_add_seconds (CHECK_SECONDS, on_timer, self);
  else if (!wanted)
    g_clear_handle_id (&self->timer, g_source_remove);
}

static int
compare_peers (NamidaPeer *a, NamidaPeer *b)
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
insert_sorted (NamidaPeerList *self, NamidaPeer *peer)
{
  guint at = 0;

  while (at < self->peers->len && compare_peers (g_ptr_array_index (self->peers, at), peer) <= 0)
    at++;
  g_ptr_array_insert (self->peers, (int) at, g_object_ref (peer));
  update_timer (self);
  g_list_model_items_changed (G_LIST_MODEL (self), at, 0, 1);
}

static void
remove_peer (NamidaPeerList *self, NamidaPeer *peer)
{
  guint at;

  if (!g_ptr_array_find (self->peers, peer, &at))
    return;
  g_ptr_array_remove_index (self->peers, at);
  update_timer (self);
  g_list_model_items_changed (G_LIST_MODEL (self), at, 1, 0);
}

/* After a device went or came back: told in one go, also where the row stays in its place. */
static void
resort (NamidaPeerList *self, NamidaPeer *peer)
{
  guint at;
  guint to = 0;

  if (!g_ptr_array_find (self->peers, peer, &at))
    return;
  g_ptr_array_steal_index (self->peers, at);
  while (to < self->peers->len && compare_peers (g_ptr_array_index (self->peers, to), peer) <= 0)
    to++;
  g_ptr_array_insert (self->peers, (int) to, peer);
  update_timer (self);
  g_list_model_items_changed (G_LIST_MODEL (self), MIN (at, to), MAX (at, to) - MIN (at, to) + 1,
                              MAX (at, to) - MIN (at, to) + 1);
}

/* After an alias changed. Nothing is said when the order is still right: the device was never away. */
static void
keep_sorted (NamidaPeerList *self, NamidaPeer *peer)
{
  guint at;

  if (!g_ptr_array_find (self->peers, peer, &at))
    return;
  if ((at == 0 || compare_peers (g_ptr_array_index (self->peers, at - 1), peer) <= 0)
      && (at + 1 == self->peers->len || compare_peers (peer, g_ptr_array_index (self->peers, at + 1)) <= 0))
    return;
  resort (self, peer);
}

/* It does not answer: who is trusted and did not take leave is waited for. */
static void
depart (NamidaPeerList *self, NamidaPeer *peer)
{
  if (!namida_peer_get_trusted (peer) || namida_peer_get_leaving (peer))
    {
      remove_peer (self, peer);
      return;
    }
  namida_peer_set_away (peer, TRUE);
  resort (self, peer);
}

static gboolean
is_self (NamidaPeerList *self, NamidaDeviceInfo *info)
{
  /* The fingerprint decides where both have one: a uuid is no secret, and a copied one must not hide a device. */
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
      /* Who brings a fingerprint becomes an entry that had none only where that entry lives. */
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

static NamidaPeer *
find_for (NamidaPeerList *self, NamidaDeviceInfo *info, GInetSocketAddress *address)
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

/* The oldest unproven entry, of @host only when it is not NULL. */
static NamidaPeer *
oldest_unproven (NamidaPeerList *self, GInetAddress *host, guint *n_unproven)
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

static gboolean
make_room (NamidaPeerList *self, GInetAddress *host)
{
  NamidaPeer *victim;
  guint n;

  if (self->peers->len < NAMIDA_LIMIT_PEERS)
    return TRUE;
  victim = oldest_unproven (self, host, &n);
  if (n < MAX_CLAIMS_PER_HOST)
    victim = oldest_unproven (self, NULL, &n);
  if (victim == NULL)
    return FALSE;
  remove_peer (self, victim);
  return TRUE;
}

/* What @address was said to be by others is void once a connection has shown who is there. */
static void
settle_address (NamidaPeerList *self, NamidaPeer *winner, GInetSocketAddress *address)
{
  for (guint i = self->peers->len; i > 0; i--)
    {
      g_autoptr (NamidaPeer) peer = g_object_ref (g_ptr_array_index (self->peers, i - 1));

      if (peer != winner && namida_peer_has_address (peer, address) && !namida_peer_drop_address (peer, address)
          && !namida_peer_get_away (peer))
        remove_peer (self, peer);
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

  if (is_self (self, info))
    return NULL;
  plain = namida_address_unmapped (address);
  /* Only a fingerprint can be proven. */
  proven = proven && info->fingerprint != NULL;
  peer = find_for (self, info, plain);
  if (peer != NULL)
    {
      gboolean away = namida_peer_get_away (peer);

      namida_peer_take (peer, info, dialect, plain, proven);
      if (away != namida_peer_get_away (peer))
        resort (self, peer);
      else
        keep_sorted (self, peer);
    }
  else
    {
      g_autoptr (NamidaPeer) fresh = namida_peer_new ();

      if (!make_room (self, g_inet_socket_address_get_address (plain)))
        return NULL;
      namida_peer_take (fresh, info, dialect, plain, proven);
      insert_sorted (self, fresh);
      peer = fresh;
    }
  if (proven)
    settle_address (self, peer, plain);
  return peer;
}

static void
start_probe (NamidaPeerList *self, NamidaPeer *peer)
{
  namida_peer_set_probing (peer, TRUE);
  g_signal_emit (self, probe_signal, 0, peer);
}

/* What was asked before a device took leave may be answered after it, and lists it anew: it is looked at once more. */
static void
look_after_goodbyes (NamidaPeerList *self)
{
  g_autoptr (GPtrArray) left = g_ptr_array_new_with_free_func (g_object_unref);
  gint64 now = namida_clock_monotonic ();
  GHashTableIter iter;
  gpointer fingerprint;
  gpointer when;

  g_hash_table_iter_init (&iter, self->goodbyes);
  while (g_hash_table_iter_next (&iter, &fingerprint, &when))
    {
      NamidaPeer *peer;

      if (now - *(gint64 *) when < NAMIDA_PEER_GOODBYE_SECONDS * G_USEC_PER_SEC)
        continue;
      peer = namida_peer_list_find_by_fingerprint (self, fingerprint);
      /* Nobody looked meanwhile: silence tells enough. */
      if (now - *(gint64 *) when > NAMIDA_PEER_PROBE_SECONDS * G_USEC_PER_SEC)
        peer = NULL;
      if (peer != NULL && !namida_peer_get_away (peer) && namida_peer_get_probing_since (peer) == 0)
        g_ptr_array_add (left, g_object_ref (peer));
      g_hash_table_iter_remove (&iter);
    }
  for (guint i = 0; i < left->len; i++)
    {
      namida_peer_set_leaving (g_ptr_array_index (left, i), TRUE);
      start_probe (self, g_ptr_array_index (left, i));
    }
}

static void
note_goodbye (NamidaPeerList *self, const char *fingerprint)
{
  gint64 *now;

  if (g_hash_table_size (self->goodbyes) >= MAX_GOODBYES && !g_hash_table_contains (self->goodbyes, fingerprint))
    return;
  now = g_new (gint64, 1);
  *now = namida_clock_monotonic ();
  g_hash_table_replace (self->goodbyes, g_strdup (fingerprint), now);
}

void
namida_peer_list_check_silence (NamidaPeerList *self)
{
  g_autoptr (GPtrArray) peers = g_ptr_array_new_with_free_func (g_object_unref);
  gint64 now = namida_clock_monotonic ();

  look_after_goodbyes (self);
  /* A copy: handlers may change the list. */
  for (guint i = 0; i < self->peers->len; i++)
    g_ptr_array_add (peers, g_object_ref (g_ptr_array_index (self->peers, i)));
  for (guint i = 0; i < peers->len; i++)
    {
      NamidaPeer *peer = g_ptr_array_index (peers, i);
      gint64 probing = namida_peer_get_probing_since (peer);

      if (probing != 0)
        {
          /* An owner that never tells the outcome: the same as a failed probe. */
          if (now - probing >= NAMIDA_PEER_PROBE_SECONDS * G_USEC_PER_SEC)
            depart (self, peer);
        }
      else if (!namida_peer_get_away (peer)
               && now - namida_peer_get_last_sign (peer) >= NAMIDA_PEER_SILENCE_SECONDS * G_USEC_PER_SEC)
        start_probe (self, peer);
    }
}

void
namida_peer_list_set_watched (NamidaPeerList *self, gboolean watched)
{
  g_return_if_fail (NAMIDA_IS_PEER_LIST (self));

  self->unwatched = !watched;
  update_timer (self);
  if (watched)
    namida_peer_list_check_silence (self);
}

void
namida_peer_list_probed (NamidaPeerList *self, NamidaPeer *peer, gboolean alive)
{
  g_return_if_fail (NAMIDA_IS_PEER_LIST (self) && NAMIDA_IS_PEER (peer));

  if (alive)
    {
      namida_peer_set_leaving (peer, FALSE);
      namida_peer_touch (peer);
    }
  /* A sign that came in while the probe was under way ended it: it counts more than a probe that failed. */
  else if (namida_peer_get_probing_since (peer) != 0)
    depart (self, peer);
  /* Unless it was the answer to what was asked before it took leave. */
  else if (namida_peer_get_leaving (peer) && g_ptr_array_find (self->peers, peer, NULL))
    start_probe (self, peer);
}

void
namida_peer_list_goodbye (NamidaPeerList *self, NamidaDeviceInfo *info)
{
  NamidaPeer *peer = NULL;

  g_return_if_fail (NAMIDA_IS_PEER_LIST (self) && info != NULL);

  if (info->fingerprint != NULL)
    peer = namida_peer_list_find_by_fingerprint (self, info->fingerprint);
  for (guint i = 0; info->fingerprint == NULL && info->uuid != NULL && peer == NULL && i < self->peers->len; i++)
    if (g_strcmp0 (namida_peer_get_uuid (g_ptr_array_index (self->peers, i)), info->uuid) == 0)
      peer = g_ptr_array_index (self->peers, i);
  if (peer == NULL || namida_peer_get_away (peer))
    return;
  /* A service that is gone may mean no more than that its daemon is. */
  if (info->goodbye)
    {
      namida_peer_set_leaving (peer, TRUE);
      if (info->fingerprint != NULL)
        note_goodbye (self, info->fingerprint);
    }
  /* Anybody can say goodbye in another's name: where a connection has proven the device, look before it goes. */
  if (!namida_peer_get_proven (peer))
    remove_peer (self, peer);
  else if (namida_peer_get_probing_since (peer) == 0)
    start_probe (self, peer);
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

  if (is_self (self, info) || namida_peer_list_find_by_fingerprint (self, info->fingerprint) != NULL
      || self->peers->len - namida_peer_list_get_n_near (self) >= MAX_AWAY || self->peers->len >= NAMIDA_LIMIT_PEERS)
    return;
  peer = namida_peer_new ();
  namida_peer_set_trusted (peer, TRUE);
  namida_peer_take_known (peer, info, address, last_seen);
  insert_sorted (self, peer);
}

void
namida_peer_list_forget_away (NamidaPeerList *self)
{
  g_return_if_fail (NAMIDA_IS_PEER_LIST (self));

  for (guint i = self->peers->len; i > 0; i--)
    {
      NamidaPeer *peer = i <= self->peers->len ? g_ptr_array_index (self->peers, i - 1) : NULL;

      if (peer != NULL && namida_peer_get_away (peer) && !namida_peer_get_trusted (peer))
        remove_peer (self, peer);
    }
}

static void
on_found (
    NamidaFinder *finder, NamidaDeviceInfo *info, guint dialect, GInetSocketAddress *address, NamidaPeerList *self)
{
  namida_peer_list_sighting (self, info, (NamidaDialect) dialect, address, FALSE);
}

static void
on_lost (NamidaFinder *finder, NamidaDeviceInfo *info, NamidaPeerList *self)
{
  namida_peer_list_goodbye (self, info);
}

void
namida_peer_list_add_finder (NamidaPeerList *self, NamidaFinder *finder)
{
  g_return_if_fail (NAMIDA_IS_PEER_LIST (self) && NAMIDA_IS_FINDER (finder));

  g_ptr_array_add (self->finders, g_object_ref (finder));
  g_signal_connect_object (finder, "found", G_CALLBACK (on_found), self, 0);
  g_signal_connect_object (finder, "lost", G_CALLBACK (on_lost), self, 0);
}

static void
namida_peer_list_finalize (GObject *object)
{
  NamidaPeerList *self = NAMIDA_PEER_LIST (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_ptr_array_unref (self->peers);
  g_ptr_array_unref (self->finders);
  g_hash_table_unref (self->goodbyes);
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
