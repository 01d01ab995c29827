/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaUploadJob: sorts the wanted files into large and small ones, hands them to the threads, and collects
 * the results. Called by a step of NamidaSender in its worker. */
#include "config.h"

#include "namida-upload-job.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "namida-error.h"
#include "namida-free-later.h"
#include "namida-hash-index.h"
#include "namida-limits.h"
#include "namida-sender-private.h"

/* Smaller files are sent in packs. */
#define PACK_BELOW (256u * 1024)
/* A pack is small enough that its answer comes soon (files in the answer survive a broken connection), and large enough
 * that the round trip does not matter. */
#define PACK_FILES 512u
#define PACK_FILES_MIN 32u
#define PACK_BYTES (16u * 1024 * 1024)

static void
upload_job_item_clear (gpointer data)
{
  NamidaUploadItem *item = data;

  g_clear_pointer (&item->entry, namida_entry_unref);
  g_free (item->token);
  g_free (item->sha256);
}

void
namida_upload_job_free (NamidaUploadJob *self)
{
  namida_workers_clear (&self->workers);
  g_clear_object (&self->transfer);
  namida_free_later (self->items, (GDestroyNotify) g_array_unref);
  g_array_unref (self->claimed);
  g_array_unref (self->large);
  g_array_unref (self->small);
  namida_free_later (self->rows, (GDestroyNotify) g_ptr_array_unref);
  g_free (self->session_id);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
upload_job_add_item (NamidaUploadJob *self, guint index, NamidaEntry *entry, const NamidaGrant *grant)
{
  NamidaUploadItem item = { .index = index, .entry = namida_entry_ref (entry), .token = g_strdup (grant->token) };

  /* The offset is beyond the end, so the other side has something else. Start from the beginning; the other side
   * reports an error if it disagrees. */
  item.offset = grant->offset <= entry->size ? grant->offset : 0;
  item.counted = (gint64) item.offset;
  namida_transfer_add_bytes (self->transfer, item.counted);
  self->bytes += entry->size;
  g_array_append_val (self->items, item);
}

/* Whether a receiver that does not want @entry can know that it has the same content: a hash was offered, or there is
 * nothing to compare. */
static gboolean
job_is_proven (const NamidaEntry *entry)
{
  return entry->sha256 != NULL || entry->kind == NAMIDA_ENTRY_FOLDER;
}

/* Without a session the file cannot be verified later. */
static void
job_add_claimed (NamidaUploadJob *self, guint index, NamidaEntry *entry)
{
  NamidaUploadItem item = { .index = index };

  if (*self->session_id == '\0')
    {
      namida_transfer_set_result (self->transfer, index, NAMIDA_FILE_CLAIMED,
                                  namida_file_result_get_detail (NAMIDA_FILE_CLAIMED));
      return;
    }
  item.entry = namida_entry_ref (entry);
  g_array_append_val (self->claimed, item);
}

static void
job_leave_out (NamidaUploadJob *self, guint index, NamidaEntry *entry)
{
  const NamidaSenderDialect *dialect = self->sender->dialect;
  gboolean is_folder = entry->kind == NAMIDA_ENTRY_FOLDER;

  if (is_folder && !dialect->folders)
    {
      namida_transfer_set_result (self->transfer, index, NAMIDA_FILE_LEFT_OUT, _ (dialect->no_folders));
      return;
    }
  if (dialect->proves && !job_is_proven (entry))
    {
      job_add_claimed (self, index, entry);
      return;
    }
  namida_transfer_set_result (self->transfer, index, dialect->unwanted,
                              namida_file_result_get_detail (dialect->unwanted));
  if (!namida_file_result_is_success (dialect->unwanted))
    return;
  namida_transfer_add_bytes (self->transfer, (gint64) entry->size);
  namida_transfer_add_files (self->transfer, !is_folder);
}

/* The file was not in the offer. */
static void
job_leave_name_out (NamidaUploadJob *self, guint index)
{
  namida_transfer_set_result (
      self->transfer, index, NAMIDA_FILE_LEFT_OUT,
      _ ("The other device takes no name that has a backslash, begins with a drive letter or is "
         "not UTF-8 text. Rename the file, then send it again."));
}

static void
job_add_settled (NamidaUploadJob *self, guint index, NamidaEntry *entry, NamidaFileResult result)
{
  namida_transfer_set_result (self->transfer, index, result,
                              g_hash_table_lookup (self->sender->settled_details, GUINT_TO_POINTER (index)));
  if (!namida_file_result_is_success (result))
    return;
  namida_transfer_add_bytes (self->transfer, (gint64) entry->size);
  namida_transfer_add_files (self->transfer, entry->kind != NAMIDA_ENTRY_FOLDER);
}

static void
job_sort_out (NamidaUploadJob *self, GPtrArray *entries, GHashTable *grants)
{
  for (guint i = 0; i < entries->len; i++)
    {
      NamidaEntry *entry = g_ptr_array_index (entries, i);
      const NamidaGrant *grant = grants != NULL ? g_hash_table_lookup (grants, entry->id) : NULL;

      if (self->sender->settled != NULL && self->sender->settled[i] != NAMIDA_FILE_PENDING)
        job_add_settled (self, i, entry, (NamidaFileResult) self->sender->settled[i]);
      else if (!self->sender->takes_all_names && !namida_entry_is_portable (entry))
        job_leave_name_out (self, i);
      else if (self->sender->answer != NULL && g_hash_table_contains (self->sender->answer->declined, entry->id))
        namida_transfer_set_result (self->transfer, i, NAMIDA_FILE_DECLINED,
                                    namida_file_result_get_detail (NAMIDA_FILE_DECLINED));
      else if (grant != NULL && (self->sender->dialect->folders || entry->kind != NAMIDA_ENTRY_FOLDER))
        upload_job_add_item (self, i, entry, grant);
      else
        job_leave_out (self, i, entry);
    }
}

static gboolean
upload_job_is_for_pack (NamidaUploadJob *self, const NamidaUploadItem *item)
{
  return self->sender->takes_packs && item->entry->kind != NAMIDA_ENTRY_FOLDER && item->entry->size < PACK_BELOW
         && item->offset == 0;
}

static void
job_plan (NamidaUploadJob *self)
{
  guint units;

  for (guint i = 0; i < self->items->len; i++)
    g_array_append_val (upload_job_is_for_pack (self, &g_array_index (self->items, NamidaUploadItem, i)) ? self->small
                                                                                                         : self->large,
                        i);
  if (self->small->len == 1)
    {
      g_array_append_val (self->large, g_array_index (self->small, guint, 0));
      g_array_set_size (self->small, 0);
    }
  units = self->large->len + (self->small->len + PACK_FILES_MIN - 1) / PACK_FILES_MIN;
  self->n_connections = MIN (MIN (self->sender->dialect->n_connections, MAX (g_get_num_processors (), 2)), units);
}

NamidaUploadJob *
namida_upload_job_new (NamidaSender *sender)
{
  NamidaUploadJob *self = g_new0 (NamidaUploadJob, 1);

  g_mutex_init (&self->lock);
  self->sender = sender;
  self->transfer = g_object_ref (sender->transfer);
  self->session_id = g_strdup (sender->answer != NULL ? sender->answer->session_id : "");
  self->items = g_array_new (FALSE, TRUE, sizeof (NamidaUploadItem));
  g_array_set_clear_func (self->items, upload_job_item_clear);
  self->claimed = g_array_new (FALSE, TRUE, sizeof (NamidaUploadItem));
  g_array_set_clear_func (self->claimed, upload_job_item_clear);
  self->large = g_array_new (FALSE, FALSE, sizeof (guint));
  self->small = g_array_new (FALSE, FALSE, sizeof (guint));
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_hash_row_free);
  job_sort_out (self, namida_backup_get_entries (namida_transfer_get_backup (self->transfer)),
                sender->answer != NULL ? sender->answer->files : NULL);
  job_plan (self);
  namida_workers_init (&self->workers, self->large->len, sender->inner);
  return self;
}

GPtrArray *
namida_upload_job_take_small (NamidaUploadJob *self)
{
  GPtrArray *taken = g_ptr_array_new ();
  guint64 bytes = 0;
  guint most;

  g_mutex_lock (&self->lock);
  /* Use smaller packs towards the end, so that all connections finish at the same time. */
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
job_work (gpointer user_data)
{
  namida_upload_worker_run (user_data);
  return NULL;
}

/* Returns the error for a connection that could not be restored: which files are safe, and what to do. */
static GError *
upload_job_explain_loss (NamidaUploadJob *self, GError *error)
{
  guint n = 0;
  GError *told;

  if (self->sender->dialect->on_break != NAMIDA_BREAK_RESUMES
      || !g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE))
    return error;
  for (guint i = 0; i < self->items->len; i++)
    n += g_array_index (self->items, NamidaUploadItem, i).sha256 != NULL;
  told = g_error_new (
      NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
      g_dngettext (
          GETTEXT_PACKAGE,
          "The connection to “%s” was lost. %u of %u file had arrived and is kept for %u days. Send again to resume.",
          "The connection to “%s” was lost. %u of %u files had arrived and are kept for %u days. Send again to resume.",
          self->items->len),
      namida_transfer_get_peer_alias (self->transfer), n, self->items->len, (guint) NAMIDA_LIMIT_PARKED_DAYS);
  g_error_free (error);
  return told;
}

/* Reads a whole file. Returns: (transfer full): its hash, or NULL with @error, which is CANCELLED if the transfer was
 * canceled. */
static char *
upload_job_hash_source (NamidaUploadJob *self, const NamidaEntry *entry, struct stat *before, GError **error)
{
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  g_autofree guint8 *buffer = g_malloc (NAMIDA_BLOCK_SIZE);
  int fd = namida_source_open (entry, before, error);
  gboolean fine = fd >= 0;

  for (guint64 at = 0; fine && at < entry->size; at += NAMIDA_BLOCK_SIZE)
    {
      gsize n = (gsize) MIN (NAMIDA_BLOCK_SIZE, entry->size - at);

      fine = !g_cancellable_set_error_if_cancelled (self->workers.cancellable, error)
             && namida_source_read (entry, fd, at, n, buffer, error);
      if (fine)
        namida_digest_update (digest, buffer, n);
    }
  fine = fine && namida_source_check (entry, fd, before, error);
  if (fd >= 0)
    close (fd);
  return fine ? namida_digest_finish (digest) : NULL;
}

/* "Already there" without a hash is only a claim. Hash the files here, so that "finish" can ask for verification. */
static void
upload_job_hash_claimed (NamidaUploadJob *self)
{
  for (guint i = 0; i < self->claimed->len && !g_cancellable_is_cancelled (self->workers.cancellable); i++)
    {
      NamidaUploadItem *item = &g_array_index (self->claimed, NamidaUploadItem, i);
      g_autofree char *path = namida_entry_dup_path (item->entry);
      g_autoptr (GError) error = NULL;
      struct stat before;

      namida_transfer_set_current_file (self->transfer, path);
      item->sha256 = upload_job_hash_source (self, item->entry, &before, &error);
      if (item->sha256 == NULL)
        {
          namida_transfer_set_result (self->transfer, item->index, namida_source_result (error), error->message);
          continue;
        }
      namida_transfer_add_moved (self->transfer, 0, 1);
      namida_transfer_add_bytes (self->transfer, (gint64) item->entry->size);
      namida_transfer_add_files (self->transfer, 1);
      if (self->sender->database != NULL)
        g_ptr_array_add (self->rows, namida_hash_row_new (item->entry->source, &before, item->sha256));
    }
}

static void
upload_job_add_hashes (GHashTable *hashes, GArray *items)
{
  for (guint i = 0; i < items->len; i++)
    {
      NamidaUploadItem *item = &g_array_index (items, NamidaUploadItem, i);

      if (item->sha256 != NULL)
        g_hash_table_insert (hashes, g_strdup (item->entry->id), g_strdup (item->sha256));
    }
}

GHashTable *
namida_upload_job_collect_hashes (NamidaUploadJob *self)
{
  GHashTable *hashes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  upload_job_add_hashes (hashes, self->items);
  upload_job_add_hashes (hashes, self->claimed);
  return hashes;
}

void
namida_upload_job_store_hashes (NamidaUploadJob *self)
{
  NamidaDatabase *database = self->sender->database;
  g_autoptr (GError) error = NULL;

  /* This is only a cache: if it fails, the files are read again next time. */
  if (database != NULL && self->rows->len > 0 && !namida_hash_index_store (database, self->rows, &error))
    g_message ("Could not remember hashes: %s", error->message);
}

gboolean
namida_upload_job_is_complete (NamidaUploadJob *self)
{
  for (guint i = 0; i < self->items->len; i++)
    if (g_array_index (self->items, NamidaUploadItem, i).sha256 == NULL)
      return FALSE;
  return TRUE;
}

gboolean
namida_upload_job_run (NamidaUploadJob *self, GError **error)
{
  GError *local = NULL;

  if (namida_workers_run (&self->workers, self->n_connections, job_work, self, &local))
    upload_job_hash_claimed (self);
  if (g_cancellable_is_cancelled (self->sender->inner))
    {
      g_clear_error (&local);
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Canceled"));
      return FALSE;
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, upload_job_explain_loss (self, local));
  return FALSE;
}
