/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-upload-job-private.h"

#include <glib/gi18n-lib.h>

#include "namida-error.h"
#include "namida-free-later.h"
#include "namida-hash-index.h"
#include "namida-limits.h"

#include <unistd.h>

#define MAX_CONNECTIONS 4u
/* Files below this go into packs. */
#define PACK_BELOW (256u * 1024)
/* A pack is small enough that its answer comes soon (what it names is safe from a broken connection), and large enough
 * that the round trip does not count. */
#define PACK_FILES 512u
#define PACK_FILES_MIN 32u
#define PACK_BYTES (16u * 1024 * 1024)

G_DEFINE_FINAL_TYPE (NamidaUploadJob, namida_upload_job, G_TYPE_OBJECT)

static void
item_clear (gpointer data)
{
  NamidaUploadItem *item = data;

  g_clear_pointer (&item->entry, namida_entry_unref);
  g_free (item->token);
  g_free (item->sha256);
}

static void
namida_upload_job_finalize (GObject *object)
{
  NamidaUploadJob *self = NAMIDA_UPLOAD_JOB (object);

  g_cancellable_disconnect (namida_transfer_get_cancellable (self->transfer), self->handler);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->identity);
  g_clear_object (&self->address);
  g_clear_object (&self->database);
  g_clear_object (&self->transfer);
  namida_rate_limit_unref (self->limit);
  namida_free_later (self->items, (GDestroyNotify) g_array_unref);
  g_array_unref (self->claimed);
  g_array_unref (self->large);
  g_array_unref (self->small);
  namida_free_later (self->rows, (GDestroyNotify) g_ptr_array_unref);
  g_clear_error (&self->fatal);
  g_free (self->fingerprint);
  g_free (self->session_id);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (namida_upload_job_parent_class)->finalize (object);
}

static void
namida_upload_job_class_init (NamidaUploadJobClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_upload_job_finalize;
}

static void
namida_upload_job_init (NamidaUploadJob *self)
{
  g_mutex_init (&self->lock);
  self->cancellable = g_cancellable_new ();
  self->items = g_array_new (FALSE, TRUE, sizeof (NamidaUploadItem));
  g_array_set_clear_func (self->items, item_clear);
  self->claimed = g_array_new (FALSE, TRUE, sizeof (NamidaUploadItem));
  g_array_set_clear_func (self->claimed, item_clear);
  self->large = g_array_new (FALSE, FALSE, sizeof (guint));
  self->small = g_array_new (FALSE, FALSE, sizeof (guint));
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_hash_row_free);
}

static void
add_item (NamidaUploadJob *self, guint index, NamidaEntry *entry, const NamidaGrant *grant)
{
  NamidaUploadItem item = { .index = index, .entry = namida_entry_ref (entry), .token = g_strdup (grant->token) };

  /* More than there is: the other side has something else; from the start then, and it will say so if it minds. */
  item.offset = grant->offset <= entry->size ? grant->offset : 0;
  item.counted = (gint64) item.offset;
  namida_transfer_add_bytes (self->transfer, item.counted);
  self->bytes += entry->size;
  g_array_append_val (self->items, item);
}

gboolean
namida_upload_job_is_proven (const NamidaEntry *entry)
{
  return entry->sha256 != NULL || entry->kind == NAMIDA_ENTRY_FOLDER;
}

static void
add_claimed (NamidaUploadJob *self, guint index, NamidaEntry *entry)
{
  NamidaUploadItem item = { .index = index, .entry = namida_entry_ref (entry) };

  g_array_append_val (self->claimed, item);
}

static void
sort_out (NamidaUploadJob *self, GPtrArray *entries, GHashTable *grants)
{
  for (guint i = 0; i < entries->len; i++)
    {
      NamidaEntry *entry = g_ptr_array_index (entries, i);
      const NamidaGrant *grant = g_hash_table_lookup (grants, entry->id);

      if (grant != NULL)
        {
          add_item (self, i, entry, grant);
          continue;
        }
      if (!namida_upload_job_is_proven (entry))
        {
          add_claimed (self, i, entry);
          continue;
        }
      namida_transfer_set_result (self->transfer, i, NAMIDA_FILE_KEPT_EXISTING, NULL);
      namida_transfer_add_bytes (self->transfer, (gint64) entry->size);
      namida_transfer_add_files (self->transfer, entry->kind != NAMIDA_ENTRY_FOLDER);
    }
}

static void
on_transfer_cancelled (GCancellable *cancellable, gpointer inner)
{
  g_cancellable_cancel (inner);
}

NamidaUploadJob *
namida_upload_job_new (NamidaIdentity *identity,
                       GInetSocketAddress *address,
                       const char *fingerprint,
                       NamidaOfferAnswer *answer,
                       NamidaDatabase *database,
                       NamidaRateLimit *limit,
                       NamidaTransfer *transfer)
{
  NamidaUploadJob *self = g_object_new (NAMIDA_TYPE_UPLOAD_JOB, NULL);
  g_autoptr (NamidaOfferAnswer) owned = answer;

  self->identity = g_object_ref (identity);
  self->address = g_object_ref (address);
  self->fingerprint = g_strdup (fingerprint);
  self->session_id = g_strdup (owned->session_id);
  self->database = database != NULL ? g_object_ref (database) : NULL;
  self->limit = namida_rate_limit_ref (limit);
  self->transfer = g_object_ref (transfer);
  self->handler = g_cancellable_connect (namida_transfer_get_cancellable (transfer), G_CALLBACK (on_transfer_cancelled),
                                         g_object_ref (self->cancellable), g_object_unref);
  sort_out (self, namida_backup_get_entries (namida_transfer_get_backup (transfer)), owned->files);
  return self;
}

guint64
namida_upload_job_get_bytes (NamidaUploadJob *self)
{
  return self->bytes;
}

guint
namida_upload_job_get_files (NamidaUploadJob *self)
{
  return self->items->len;
}

void
namida_upload_job_fail (NamidaUploadJob *self, GError *error)
{
  g_mutex_lock (&self->lock);
  if (self->fatal == NULL)
    self->fatal = g_steal_pointer (&error);
  g_mutex_unlock (&self->lock);
  g_clear_error (&error);
  g_cancellable_cancel (self->cancellable);
}

void
namida_upload_job_set_pack (NamidaUploadJob *self, gboolean pack)
{
  self->pack = pack;
}

static gboolean
is_for_pack (NamidaUploadJob *self, const NamidaUploadItem *item)
{
  return self->pack && item->entry->kind != NAMIDA_ENTRY_FOLDER && item->entry->size < PACK_BELOW && item->offset == 0;
}

static void
plan (NamidaUploadJob *self)
{
  guint units;

  for (guint i = 0; i < self->items->len; i++)
    g_array_append_val (
        is_for_pack (self, &g_array_index (self->items, NamidaUploadItem, i)) ? self->small : self->large, i);
  if (self->small->len == 1)
    {
      g_array_append_val (self->large, g_array_index (self->small, guint, 0));
      g_array_set_size (self->small, 0);
    }
  units = self->large->len + (self->small->len + PACK_FILES_MIN - 1) / PACK_FILES_MIN;
  self->n_connections = MIN (MIN (MAX_CONNECTIONS, MAX (g_get_num_processors (), 2)), units);
}

GPtrArray *
namida_upload_job_take_small (NamidaUploadJob *self)
{
  GPtrArray *taken = g_ptr_array_new ();
  guint64 bytes = 0;
  guint most;

  g_mutex_lock (&self->lock);
  /* Smaller towards the end, so that all connections end together. */
  most = CLAMP ((self->small->len - self->next_small) / (2 * self->n_connections), PACK_FILES_MIN, PACK_FILES);
  while (taken->len < most && self->next_small < self->small->len && bytes < PACK_BYTES)
    {
      guint i = g_array_index (self->small, guint, self->next_small++);
      NamidaUploadItem *item = &g_array_index (self->items, NamidaUploadItem, i);

      bytes += item->entry->size;
      g_ptr_array_add (taken, item);
    }
  g_mutex_unlock (&self->lock);
  return taken;
}

static gpointer
worker_thread (gpointer user_data)
{
  namida_upload_worker_run (user_data);
  return NULL;
}

/* What is safe there, and what to do: the words for a connection that did not come back. */
static GError *
explain_loss (NamidaUploadJob *self, GError *error)
{
  guint n = 0;
  GError *told;

  if (!g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE))
    return error;
  for (guint i = 0; i < self->items->len; i++)
    n += g_array_index (self->items, NamidaUploadItem, i).sha256 != NULL;
  told = g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                      g_dngettext (GETTEXT_PACKAGE,
                                   "The connection to “%s” was lost and did not come back. %u of %u file arrived "
                                   "there and is kept for %u days: send again, and it goes on where it stopped.",
                                   "The connection to “%s” was lost and did not come back. %u of %u files arrived "
                                   "there and are kept for %u days: send again, and it goes on where it stopped.",
                                   self->items->len),
                      namida_transfer_get_peer_alias (self->transfer), n, self->items->len,
                      (guint) NAMIDA_LIMIT_PARKED_DAYS);
  g_error_free (error);
  return told;
}

/* Reads a file whole. Returns: (transfer full): its hash, or NULL with @error; the transfer was cancelled when @error
 * is CANCELLED. */
static char *
hash_source (NamidaUploadJob *self, const NamidaEntry *entry, struct stat *before, GError **error)
{
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  g_autofree guint8 *buffer = g_malloc (NAMIDA_BLOCK_SIZE);
  int fd = namida_source_open (entry, before, error);
  gboolean fine = fd >= 0;

  for (guint64 at = 0; fine && at < entry->size; at += NAMIDA_BLOCK_SIZE)
    {
      gsize n = (gsize) MIN (NAMIDA_BLOCK_SIZE, entry->size - at);

      fine = !g_cancellable_set_error_if_cancelled (self->cancellable, error)
             && namida_source_read (entry, fd, at, n, buffer, error);
      if (fine)
        namida_digest_update (digest, buffer, n);
    }
  fine = fine && namida_source_check (entry, fd, before, error);
  if (fd >= 0)
    close (fd);
  return fine ? namida_digest_finish (digest) : NULL;
}

/* "Already there" without a hash is a claim: it becomes a question with one, which finish asks. */
static void
hash_claimed (NamidaUploadJob *self)
{
  for (guint i = 0; i < self->claimed->len && !g_cancellable_is_cancelled (self->cancellable); i++)
    {
      NamidaUploadItem *item = &g_array_index (self->claimed, NamidaUploadItem, i);
      g_autofree char *path = namida_entry_dup_path (item->entry);
      g_autoptr (GError) error = NULL;
      struct stat before;

      namida_transfer_set_current_file (self->transfer, path);
      item->sha256 = hash_source (self, item->entry, &before, &error);
      if (item->sha256 == NULL)
        {
          namida_transfer_set_result (self->transfer, item->index, namida_source_result (error), error->message);
          continue;
        }
      namida_transfer_add_moved (self->transfer, 0, 1);
      namida_transfer_add_bytes (self->transfer, (gint64) item->entry->size);
      namida_transfer_add_files (self->transfer, 1);
      if (self->database != NULL)
        g_ptr_array_add (self->rows, namida_hash_row_new (item->entry->source, &before, item->sha256));
    }
}

static void
add_hashes (GHashTable *hashes, GArray *items)
{
  for (guint i = 0; i < items->len; i++)
    {
      NamidaUploadItem *item = &g_array_index (items, NamidaUploadItem, i);

      if (item->sha256 != NULL)
        g_hash_table_insert (hashes, g_strdup (item->entry->id), g_strdup (item->sha256));
    }
}

static GHashTable *
collect_hashes (NamidaUploadJob *self)
{
  GHashTable *hashes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  add_hashes (hashes, self->items);
  add_hashes (hashes, self->claimed);
  return hashes;
}

static void
store_hashes (NamidaUploadJob *self)
{
  g_autoptr (GError) error = NULL;

  /* Only a memory: without it the files are read again next time. */
  if (self->database != NULL && self->rows->len > 0 && !namida_hash_index_store (self->database, self->rows, &error))
    g_message ("Could not remember hashes: %s", error->message);
}

static gpointer
coordinator_thread (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  NamidaUploadJob *self = g_task_get_source_object (task);
  GThread *threads[MAX_CONNECTIONS];
  guint n;

  plan (self);
  n = self->n_connections;
  for (guint i = 0; i < n; i++)
    threads[i] = g_thread_new ("namida-upload", worker_thread, self);
  for (guint i = 0; i < n; i++)
    g_thread_join (threads[i]);
  if (self->fatal == NULL)
    hash_claimed (self);
  if (g_cancellable_is_cancelled (namida_transfer_get_cancellable (self->transfer)))
    g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Cancelled"));
  else
    {
      store_hashes (self);
      if (self->fatal != NULL)
        g_task_return_error (task, explain_loss (self, g_steal_pointer (&self->fatal)));
      else
        g_task_return_pointer (task, collect_hashes (self), (GDestroyNotify) g_hash_table_unref);
    }
  return NULL;
}

void
namida_upload_job_run_async (NamidaUploadJob *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, namida_upload_job_run_async);
  g_thread_unref (g_thread_new ("namida-uploads", coordinator_thread, task));
}

GHashTable *
namida_upload_job_run_finish (NamidaUploadJob *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
