/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps the trusted and blocked devices in memory, and passes changes to the writer thread; see the header. Changes
 * are made in the main context; the tables are read in any thread under a lock. */
#include "config.h"

#include "namida-trust-store.h"
#include "namida-trust-rows-private.h"
#include "namida-trust-writer-private.h"

#include "namida-clock.h"
#include "namida-format.h"
#include "namida-fingerprint.h"

struct _NamidaTrustStore
{
  GObject parent_instance;

  NamidaDatabase *database;
  NamidaTrustWriter *writer;
  GMutex mutex;        /* guards @rows, which is written in the main context and read in any thread */
  GHashTable *rows;    /* fingerprint → NamidaTrusted */
  GHashTable *blocked; /* fingerprint → name; also guarded by @mutex */
  gint64 version;      /* SQLite's data_version when the file was last read */
  guint n_changes;     /* number of changes made here */
};

G_DEFINE_FINAL_TYPE (NamidaTrustStore, namida_trust_store, G_TYPE_OBJECT)

enum
{
  CHANGED,
  WRITE_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
trust_store_on_write_failed (gpointer owner, const char *message)
{
  g_signal_emit (owner, signals[WRITE_FAILED], 0, message);
}

NamidaTrustStore *
namida_trust_store_new (NamidaDatabase *database, GError **error)
{
  g_autoptr (NamidaTrustStore) self = NULL;

  g_return_val_if_fail (NAMIDA_IS_DATABASE (database), NULL);

  self = g_object_new (NAMIDA_TYPE_TRUST_STORE, NULL);
  self->database = g_object_ref (database);
  self->version = -1;
  self->rows = namida_trust_rows_read (database, &self->version, error);
  self->blocked = self->rows != NULL ? namida_trust_rows_read_blocked (database, error) : NULL;
  if (self->blocked == NULL)
    return NULL;
  self->writer = namida_trust_writer_new (database, G_OBJECT (self), trust_store_on_write_failed);
  return g_steal_pointer (&self);
}

gboolean
namida_trust_store_is_trusted (NamidaTrustStore *self, const char *fingerprint)
{
  g_autofree char *key = NULL;
  gboolean trusted;

  g_return_val_if_fail (NAMIDA_IS_TRUST_STORE (self), FALSE);

  if (!namida_fingerprint_is_valid (fingerprint))
    return FALSE;
  key = g_ascii_strup (fingerprint, -1);
  g_mutex_lock (&self->mutex);
  trusted = g_hash_table_contains (self->rows, key);
  g_mutex_unlock (&self->mutex);
  return trusted;
}

gboolean
namida_trust_store_may_restore (NamidaTrustStore *self, const char *fingerprint)
{
  g_autofree char *key = NULL;
  const NamidaTrusted *row;
  gboolean may;

  g_return_val_if_fail (NAMIDA_IS_TRUST_STORE (self), FALSE);

  if (!namida_fingerprint_is_valid (fingerprint))
    return FALSE;
  key = g_ascii_strup (fingerprint, -1);
  g_mutex_lock (&self->mutex);
  row = g_hash_table_lookup (self->rows, key);
  may = row != NULL && row->may_restore;
  g_mutex_unlock (&self->mutex);
  return may;
}

/* Main context, which is the only writer, so that reading needs no lock here. */
static const NamidaTrusted *
trust_store_find (NamidaTrustStore *self, const char *fingerprint)
{
  g_autofree char *key = NULL;

  if (!namida_fingerprint_is_valid (fingerprint))
    return NULL;
  key = g_ascii_strup (fingerprint, -1);
  return g_hash_table_lookup (self->rows, key);
}

const NamidaTrusted *
namida_trust_store_lookup (NamidaTrustStore *self, const char *fingerprint)
{
  g_return_val_if_fail (NAMIDA_IS_TRUST_STORE (self), NULL);
  return trust_store_find (self, fingerprint);
}

const NamidaTrusted *
namida_trust_store_lookup_uuid (NamidaTrustStore *self, const char *uuid)
{
  const NamidaTrusted *newest = NULL;
  GHashTableIter iter;
  gpointer value;

  g_return_val_if_fail (NAMIDA_IS_TRUST_STORE (self), NULL);

  if (uuid == NULL || *uuid == '\0')
    return NULL;
  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const NamidaTrusted *row = value;

      if (row->uuid != NULL && g_ascii_strcasecmp (row->uuid, uuid) == 0
          && (newest == NULL || row->trusted_at > newest->trusted_at))
        newest = row;
    }
  return newest;
}

static int
trust_store_compare_rows (gconstpointer a, gconstpointer b)
{
  const NamidaTrusted *one = *(const NamidaTrusted *const *) a;
  const NamidaTrusted *other = *(const NamidaTrusted *const *) b;
  int order = g_utf8_collate (one->alias, other->alias);

  return order != 0 ? order : strcmp (one->fingerprint, other->fingerprint);
}

GPtrArray *
namida_trust_store_list (NamidaTrustStore *self)
{
  GPtrArray *list;
  GHashTableIter iter;
  gpointer value;

  g_return_val_if_fail (NAMIDA_IS_TRUST_STORE (self), NULL);

  list = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_trusted_free);
  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (list, namida_trusted_copy (value));
  g_ptr_array_sort (list, trust_store_compare_rows);
  return list;
}

/* Returns: (transfer full) (nullable): a copy of the row, which the caller changes and passes to trust_store_put(). */
static NamidaTrusted *
trust_store_take (NamidaTrustStore *self, const char *fingerprint)
{
  const NamidaTrusted *known = trust_store_find (self, fingerprint);

  return known != NULL ? namida_trusted_copy (known) : NULL;
}

static void
trust_store_replace_text (char **text, const char *value)
{
  g_free (*text);
  *text = g_strdup (value);
}

/* Puts @row (transfer full) into memory and queues the change @what for the file. */
static void
trust_store_put (NamidaTrustStore *self, NamidaTrusted *row, NamidaTrustWrite what)
{
  g_autofree char *fingerprint = g_strdup (row->fingerprint);

  namida_trust_writer_push (self->writer, what, row);
  self->n_changes++;
  g_mutex_lock (&self->mutex);
  g_hash_table_replace (self->rows, row->fingerprint, row);
  g_mutex_unlock (&self->mutex);
  g_signal_emit (self, signals[CHANGED], 0, fingerprint);
}

void
namida_trust_store_add (NamidaTrustStore *self, const char *fingerprint, const char *uuid, const char *alias)
{
  NamidaTrusted *row;

  g_return_if_fail (NAMIDA_IS_TRUST_STORE (self));
  g_return_if_fail (namida_fingerprint_is_valid (fingerprint));

  row = trust_store_take (self, fingerprint);
  if (row == NULL)
    {
      row = g_new0 (NamidaTrusted, 1);
      row->fingerprint = g_ascii_strup (fingerprint, -1);
      row->auto_accept = TRUE;
    }
  trust_store_replace_text (&row->uuid, uuid);
  g_free (row->alias);
  row->alias = namida_format_alias (alias);
  row->trusted_at = namida_clock_real ();
  trust_store_put (self, row, NAMIDA_TRUST_WRITE_ADD);
}

void
namida_trust_store_set_auto_accept (NamidaTrustStore *self, const char *fingerprint, gboolean auto_accept)
{
  g_autoptr (NamidaTrusted) row = NULL;

  g_return_if_fail (NAMIDA_IS_TRUST_STORE (self));

  row = trust_store_take (self, fingerprint);
  if (row == NULL || row->auto_accept == !!auto_accept)
    return;
  row->auto_accept = !!auto_accept;
  trust_store_put (self, g_steal_pointer (&row), NAMIDA_TRUST_WRITE_AUTO_ACCEPT);
}

void
namida_trust_store_set_may_restore (NamidaTrustStore *self, const char *fingerprint, gboolean may_restore)
{
  g_autoptr (NamidaTrusted) row = NULL;

  g_return_if_fail (NAMIDA_IS_TRUST_STORE (self));

  row = trust_store_take (self, fingerprint);
  if (row == NULL || row->may_restore == !!may_restore)
    return;
  row->may_restore = !!may_restore;
  trust_store_put (self, g_steal_pointer (&row), NAMIDA_TRUST_WRITE_MAY_RESTORE);
}

void
namida_trust_store_set_landing (NamidaTrustStore *self, const char *fingerprint, const char *landing)
{
  g_autoptr (NamidaTrusted) row = NULL;

  g_return_if_fail (NAMIDA_IS_TRUST_STORE (self));

  row = trust_store_take (self, fingerprint);
  if (row == NULL || g_strcmp0 (row->landing, landing) == 0)
    return;
  trust_store_replace_text (&row->landing, landing);
  trust_store_put (self, g_steal_pointer (&row), NAMIDA_TRUST_WRITE_LANDING);
}

void
namida_trust_store_seen (NamidaTrustStore *self, const char *fingerprint, const char *address)
{
  NamidaTrusted *row;

  g_return_if_fail (NAMIDA_IS_TRUST_STORE (self));

  row = trust_store_take (self, fingerprint);
  if (row == NULL)
    return;
  row->last_seen = namida_clock_real ();
  if (address != NULL)
    trust_store_replace_text (&row->last_address, address);
  trust_store_put (self, row, NAMIDA_TRUST_WRITE_SEEN);
}

void
namida_trust_store_rename (NamidaTrustStore *self, const char *fingerprint, const char *alias)
{
  NamidaTrusted *row;

  g_return_if_fail (NAMIDA_IS_TRUST_STORE (self));

  row = trust_store_take (self, fingerprint);
  if (row == NULL)
    return;
  g_free (row->alias);
  row->alias = namida_format_alias (alias);
  trust_store_put (self, row, NAMIDA_TRUST_WRITE_RENAME);
}

void
namida_trust_store_remove (NamidaTrustStore *self, const char *fingerprint)
{
  const NamidaTrusted *known;
  g_autofree char *key = NULL;

  g_return_if_fail (NAMIDA_IS_TRUST_STORE (self));

  known = trust_store_find (self, fingerprint);
  if (known == NULL)
    return;
  key = g_strdup (known->fingerprint);
  namida_trust_writer_push (self->writer, NAMIDA_TRUST_WRITE_REMOVE, known);
  self->n_changes++;
  g_mutex_lock (&self->mutex);
  g_hash_table_remove (self->rows, key);
  g_mutex_unlock (&self->mutex);
  g_signal_emit (self, signals[CHANGED], 0, key);
}

void
namida_trust_store_supersede (NamidaTrustStore *self, const char *fingerprint, const char *uuid)
{
  g_autoptr (GPtrArray) all = NULL;

  g_return_if_fail (NAMIDA_IS_TRUST_STORE (self));

  if (uuid == NULL || *uuid == '\0' || trust_store_find (self, fingerprint) == NULL)
    return;
  all = namida_trust_store_list (self);
  for (guint i = 0; i < all->len; i++)
    {
      const NamidaTrusted *old = g_ptr_array_index (all, i);

      if (g_strcmp0 (old->uuid, uuid) != 0 || g_ascii_strcasecmp (old->fingerprint, fingerprint) == 0)
        continue;
      if (!old->auto_accept)
        namida_trust_store_set_auto_accept (self, fingerprint, FALSE);
      if (old->landing != NULL)
        namida_trust_store_set_landing (self, fingerprint, old->landing);
      namida_trust_store_remove (self, old->fingerprint);
    }
}

/* ---- blocked devices ---- */

void
namida_trust_store_block (NamidaTrustStore *self, const char *fingerprint, const char *alias)
{
  g_autofree char *key = NULL;
  NamidaTrusted row = { 0 };

  g_return_if_fail (NAMIDA_IS_TRUST_STORE (self));

  if (!namida_fingerprint_is_valid (fingerprint))
    return;
  row.fingerprint = key = g_ascii_strup (fingerprint, -1);
  row.alias = (char *) (alias != NULL ? alias : "");
  row.trusted_at = namida_clock_real ();
  namida_trust_writer_push (self->writer, NAMIDA_TRUST_WRITE_BLOCK, &row);
  self->n_changes++;
  g_mutex_lock (&self->mutex);
  g_hash_table_replace (self->blocked, g_strdup (key), g_strdup (row.alias));
  g_hash_table_remove (self->rows, key);
  g_mutex_unlock (&self->mutex);
  g_signal_emit (self, signals[CHANGED], 0, key);
}

void
namida_trust_store_unblock (NamidaTrustStore *self, const char *fingerprint)
{
  g_autofree char *key = NULL;
  NamidaTrusted row = { 0 };

  g_return_if_fail (NAMIDA_IS_TRUST_STORE (self));

  if (!namida_fingerprint_is_valid (fingerprint))
    return;
  row.fingerprint = key = g_ascii_strup (fingerprint, -1);
  namida_trust_writer_push (self->writer, NAMIDA_TRUST_WRITE_UNBLOCK, &row);
  self->n_changes++;
  g_mutex_lock (&self->mutex);
  g_hash_table_remove (self->blocked, key);
  g_mutex_unlock (&self->mutex);
}

gboolean
namida_trust_store_is_blocked (NamidaTrustStore *self, const char *fingerprint)
{
  g_autofree char *key = NULL;
  gboolean blocked;

  g_return_val_if_fail (NAMIDA_IS_TRUST_STORE (self), FALSE);

  if (fingerprint == NULL || !namida_fingerprint_is_valid (fingerprint))
    return FALSE;
  key = g_ascii_strup (fingerprint, -1);
  g_mutex_lock (&self->mutex);
  blocked = g_hash_table_contains (self->blocked, key);
  g_mutex_unlock (&self->mutex);
  return blocked;
}

GHashTable *
namida_trust_store_dup_blocked (NamidaTrustStore *self)
{
  GHashTable *copy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer key, value;

  g_mutex_lock (&self->mutex);
  g_hash_table_iter_init (&iter, self->blocked);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (copy, g_strdup (key), g_strdup (value));
  g_mutex_unlock (&self->mutex);
  return copy;
}

/* ---- changes made by other programs ---- */

typedef struct
{
  gint64 version;
  guint n_changes;
  GHashTable *rows;    /* (nullable): %NULL if nothing has changed */
  GHashTable *blocked; /* (nullable): as above */
} Refresh;

static void
refresh_free (gpointer data)
{
  Refresh *refresh = data;

  g_clear_pointer (&refresh->rows, g_hash_table_unref);
  g_clear_pointer (&refresh->blocked, g_hash_table_unref);
  g_free (refresh);
}

static void
refresh_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaTrustStore *self = source;
  Refresh *refresh = data;
  g_autoptr (GError) error = NULL;

  /* Decisions that were made here but are not yet in the file must not be lost by reading it. */
  namida_trust_writer_flush (self->writer, NULL);
  refresh->rows = namida_trust_rows_read (self->database, &refresh->version, &error);
  if (refresh->rows != NULL)
    refresh->blocked = namida_trust_rows_read_blocked (self->database, &error);
  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, TRUE);
}

/* Returns: (transfer full): the fingerprints whose rows differ. */
static GPtrArray *
trust_store_differences (GHashTable *before, GHashTable *after)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!g_hash_table_contains (after, key))
      g_ptr_array_add (found, g_strdup (key));
  g_hash_table_iter_init (&iter, after);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const NamidaTrusted *old = g_hash_table_lookup (before, key);

      if (old == NULL || !namida_trusted_equal (old, value))
        g_ptr_array_add (found, g_strdup (key));
    }
  return found;
}

static void
trust_store_take_rows (NamidaTrustStore *self, GHashTable *rows)
{
  g_autoptr (GPtrArray) changed = trust_store_differences (self->rows, rows);
  g_autoptr (GHashTable) old = NULL;

  g_mutex_lock (&self->mutex);
  old = g_steal_pointer (&self->rows);
  self->rows = g_hash_table_ref (rows);
  g_mutex_unlock (&self->mutex);
  for (guint i = 0; i < changed->len; i++)
    g_signal_emit (self, signals[CHANGED], 0, g_ptr_array_index (changed, i));
}

static void
trust_store_take_blocked (NamidaTrustStore *self, GHashTable *blocked)
{
  g_autoptr (GHashTable) old = NULL;
  GHashTableIter iter;
  gpointer key;

  g_mutex_lock (&self->mutex);
  old = g_steal_pointer (&self->blocked);
  self->blocked = g_hash_table_ref (blocked);
  g_mutex_unlock (&self->mutex);
  g_hash_table_iter_init (&iter, blocked);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!g_hash_table_contains (old, key))
      g_signal_emit (self, signals[CHANGED], 0, key);
}

static void trust_store_start_refresh (NamidaTrustStore *self, GTask *task);

static void
trust_store_refreshed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaTrustStore *self = NAMIDA_TRUST_STORE (source);
  g_autoptr (GTask) task = user_data;
  Refresh *refresh = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_task_return_error (task, g_steal_pointer (&error));
  else if (refresh->rows != NULL && refresh->n_changes != self->n_changes)
    /* This program has changed a device since the rows were read, so they are outdated. Read them again. */
    trust_store_start_refresh (self, g_steal_pointer (&task));
  else
    {
      self->version = refresh->version;
      if (refresh->rows != NULL)
        {
          trust_store_take_blocked (self, refresh->blocked);
          trust_store_take_rows (self, refresh->rows);
        }
      g_task_return_boolean (task, TRUE);
    }
}

/* @task: (transfer full) */
static void
trust_store_start_refresh (NamidaTrustStore *self, GTask *task)
{
  g_autoptr (GTask) reading = g_task_new (self, g_task_get_cancellable (task), trust_store_refreshed, task);
  Refresh *refresh = g_new0 (Refresh, 1);

  refresh->version = self->version;
  refresh->n_changes = self->n_changes;
  g_task_set_source_tag (reading, trust_store_start_refresh);
  g_task_set_task_data (reading, refresh, refresh_free);
  g_task_run_in_thread (reading, refresh_thread);
}

void
namida_trust_store_refresh_async (NamidaTrustStore *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, namida_trust_store_refresh_async);
  trust_store_start_refresh (self, task);
}

gboolean
namida_trust_store_refresh_finish (NamidaTrustStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
namida_trust_store_flush (NamidaTrustStore *self, GError **error)
{
  g_return_val_if_fail (NAMIDA_IS_TRUST_STORE (self), FALSE);
  return namida_trust_writer_flush (self->writer, error);
}

static void
namida_trust_store_finalize (GObject *object)
{
  NamidaTrustStore *self = NAMIDA_TRUST_STORE (object);

  g_clear_pointer (&self->writer, namida_trust_writer_free);
  g_clear_object (&self->database);
  g_clear_pointer (&self->rows, g_hash_table_unref);
  g_clear_pointer (&self->blocked, g_hash_table_unref);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (namida_trust_store_parent_class)->finalize (object);
}

static void
namida_trust_store_class_init (NamidaTrustStoreClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = namida_trust_store_finalize;
  signals[CHANGED]
      = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[WRITE_FAILED]
      = g_signal_new ("write-failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
namida_trust_store_init (NamidaTrustStore *self)
{
  g_mutex_init (&self->mutex);
}
