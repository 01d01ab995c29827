/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sends packs: many small files in one tar stream, with retries. Called by namida-upload-worker.c in the thread of a
 * connection. */
#include "config.h"

#include "namida-upload-job.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "namida-error.h"
#include "namida-limits.h"
#include "namida-streams.h"

#define CHUNK_BYTES (256u * 1024)

/* PackFile: one file of a pack. */
typedef struct
{
  NamidaUploadItem *item;
  struct stat before;
  char *sha256;  /* (nullable): of what was packed, in this attempt or an earlier one */
  gboolean done; /* it arrived, or was left out */
} PackFile;

/* Pack: a pack that is being sent. */
typedef struct
{
  NamidaUploadWorker *worker;
  PackFile *files;
  guint n_files;
  struct archive *archive;
  struct archive_entry *entry;
  gboolean answered; /* the receiver answered before the end of the pack, so there is no point in continuing */
  GError *error;     /* error of the connection */
} Pack;

/* Whether nothing more should be sent. */
static gboolean
pack_is_over (Pack *pack)
{
  return pack->answered || pack->error != NULL;
}

/* Never fails, because libarchive (up to 3.8.1) does not free the block of an archive that could not be written. Data
 * after the end of the stream is discarded. */
static la_ssize_t
pack_on_write (struct archive *archive, void *user_data, const void *buffer, size_t length)
{
  Pack *pack = user_data;
  NamidaUploadWorker *worker = pack->worker;

  for (gsize sent = 0; sent < length && !pack_is_over (pack);)
    {
      gssize n = namida_http_connection_write (worker->connection, (const guint8 *) buffer + sent, length - sent,
                                               &pack->error);

      pack->answered = n == 0;
      sent += (gsize) MAX (n, 0);
      if (n > 0)
        worker->moved_at = g_get_monotonic_time ();
    }
  return (la_ssize_t) length;
}

/* ---- one file ---- */

static gboolean
pack_read_file (Pack *pack, PackFile *file, guint8 *data, GError **error)
{
  const NamidaEntry *entry = file->item->entry;
  int fd = namida_source_open (entry, &file->before, error);
  gboolean ok;

  if (fd < 0)
    return FALSE;
  ok = namida_source_read (entry, fd, 0, (gsize) entry->size, data, error)
       && namida_source_check (entry, fd, &file->before, error);
  close (fd);
  if (!ok)
    return FALSE;
  namida_digest_update (pack->worker->digest, data, (gsize) entry->size);
  g_free (file->sha256);
  file->sha256 = namida_digest_finish (pack->worker->digest);
  return TRUE;
}

/* Returns FALSE if the stream has ended: there is an answer or an error. */
static gboolean
pack_write_file (Pack *pack, PackFile *file, const guint8 *data)
{
  NamidaUploadItem *item = file->item;
  g_autofree char *name = g_strconcat (item->entry->id, "/", item->token, NULL);
  gsize size = (gsize) item->entry->size;

  archive_entry_clear (pack->entry);
  archive_entry_set_pathname (pack->entry, name);
  archive_entry_set_filetype (pack->entry, AE_IFREG);
  archive_entry_set_perm (pack->entry, 0600);
  archive_entry_set_size (pack->entry, (la_int64_t) size);
  if (archive_write_header (pack->archive, pack->entry) != ARCHIVE_OK
      || archive_write_data (pack->archive, data, size) != (la_ssize_t) size || pack_is_over (pack))
    return FALSE;
  namida_upload_worker_count (pack->worker, item, (gint64) size);
  return TRUE;
}

/* Reads and checks the bytes of the file before its header is sent: a file that changed is left out, and the pack stays
 * valid. */
static gboolean
pack_add_file (Pack *pack, PackFile *file, guint8 *data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = namida_entry_dup_path (file->item->entry);

  namida_transfer_set_current_file (pack->worker->job->transfer, path);
  if (pack_read_file (pack, file, data, &error))
    return pack_write_file (pack, file, data);
  namida_upload_worker_leave_out (pack->worker, file->item, NAMIDA_TRY_SOURCE, error);
  file->done = TRUE;
  return TRUE;
}

/* ---- the stream ---- */

static gboolean
pack_open_stream (Pack *pack)
{
  pack->archive = archive_write_new ();
  pack->entry = archive_entry_new ();
  return archive_write_set_format_pax_restricted (pack->archive) == ARCHIVE_OK
         && archive_write_set_bytes_per_block (pack->archive, CHUNK_BYTES) == ARCHIVE_OK
         && archive_write_set_bytes_in_last_block (pack->archive, 1) == ARCHIVE_OK
         && archive_write_open (pack->archive, pack, NULL, pack_on_write, NULL) == ARCHIVE_OK;
}

static gboolean
pack_write_stream (Pack *pack)
{
  NamidaBlock *block = namida_block_pool_take (pack->worker->pool);
  gboolean ok = pack_open_stream (pack);

  for (guint i = 0; ok && i < pack->n_files; i++)
    if (!pack->files[i].done)
      ok = pack_add_file (pack, &pack->files[i], block->data);
  ok = ok && archive_write_close (pack->archive) == ARCHIVE_OK && !pack_is_over (pack);
  if (!ok && !pack_is_over (pack))
    g_set_error_literal (&pack->error, NAMIDA_ERROR, NAMIDA_ERROR_INTERNAL, _ ("The small files could not be packed."));
  namida_block_pool_give_back (pack->worker->pool, block);
  return ok;
}

static void
pack_close (Pack *pack)
{
  if (pack->archive != NULL)
    archive_write_free (pack->archive);
  archive_entry_free (pack->entry);
  g_clear_error (&pack->error);
}

/* Returns: whether there is an answer to read. */
static gboolean
pack_send_stream (Pack *pack, GError **error)
{
  NamidaUploadWorker *worker = pack->worker;
  g_autofree char *session = g_uri_escape_string (worker->job->session_id, NULL, FALSE);
  g_autofree char *target = g_strdup_printf (NAMIDA_V1_PREFIX "/pack?sessionId=%s", session);

  namida_http_connection_begin (worker->connection,
                                &(NamidaHttpRequest){ .target = target, .type = "application/x-tar", .length = -1 });
  namida_streams_enter ();
  pack_write_stream (pack);
  namida_streams_leave ();
  if (pack->error != NULL)
    g_propagate_error (error, g_error_copy (pack->error));
  return pack->error == NULL;
}

/* ---- results ---- */

static void
pack_take_sent (Pack *pack, PackFile *file)
{
  namida_upload_worker_take_sent (pack->worker, file->item, &file->before, file->sha256);
  file->done = TRUE;
}

static NamidaTry
pack_check_answer (Pack *pack, const NamidaHttpAnswer *answer, GError **error)
{
  g_autoptr (GHashTable) results = NULL;

  if (answer->head.status < 200 || answer->head.status > 299)
    return namida_sender_v1_check_refusal (pack->worker->job, NULL, answer, error);
  results = namida_pack_answer_parse ((const char *) answer->body->data, answer->body->len, error);
  if (results == NULL)
    return NAMIDA_TRY_REFUSED;
  for (guint i = 0; i < pack->n_files; i++)
    {
      PackFile *file = &pack->files[i];
      const NamidaPackResult *result = g_hash_table_lookup (results, file->item->entry->id);

      if (!file->done && result != NULL && result->size == file->item->entry->size
          && g_ascii_strcasecmp (result->sha256, file->sha256) == 0)
        pack_take_sent (pack, file);
    }
  return NAMIDA_TRY_SENT;
}

static NamidaTry
pack_try (NamidaUploadWorker *worker, PackFile *files, guint n_files, GError **error)
{
  Pack pack = { .worker = worker, .files = files, .n_files = n_files };
  g_auto (NamidaHttpAnswer) answer = { 0 };
  GError *local = NULL;
  NamidaTry result;

  if (!namida_upload_worker_connect (worker, &local) || !pack_send_stream (&pack, &local)
      || !namida_http_connection_read_answer (worker->connection, NAMIDA_LIMIT_JSON_BYTES, &answer, &local))
    {
      result
          = local->code == NAMIDA_ERROR_INTERNAL ? NAMIDA_TRY_REFUSED : namida_upload_worker_classify (worker, local);
      g_propagate_error (error, local);
    }
  else
    result = pack_check_answer (&pack, &answer, error);
  pack_close (&pack);
  return result;
}

/* Finds files that the receiver has in full although its answer was lost. Their hashes are sent in “finish”, where the
 * receiver compares them. */
static guint
pack_take_whole (NamidaUploadWorker *worker, PackFile *files, guint n_files)
{
  g_autoptr (GHashTable) offsets = namida_upload_worker_ask_offsets (worker);
  Pack pack = { .worker = worker };
  guint n = 0;

  for (guint i = 0; offsets != NULL && i < n_files; i++)
    {
      PackFile *file = &files[i];
      const guint64 *offset = g_hash_table_lookup (offsets, file->item->entry->id);

      if (file->done || file->sha256 == NULL || offset == NULL || *offset == 0 || *offset != file->item->entry->size)
        continue;
      namida_upload_worker_count (worker, file->item, (gint64) file->item->entry->size - file->item->counted);
      pack_take_sent (&pack, file);
      n++;
    }
  return n;
}

static void
pack_take_back (NamidaUploadWorker *worker, PackFile *files, guint n_files)
{
  for (guint i = 0; i < n_files; i++)
    if (!files[i].done)
      namida_upload_worker_count (worker, files[i].item, -files[i].item->counted);
}

/* Returns FALSE if the job has ended. */
static gboolean
pack_send_packed (NamidaUploadWorker *worker, PackFile *files, guint n_files, GError **error)
{
  gint64 busy_since = 0;

  for (guint breaks = 0;;)
    {
      g_autoptr (GError) reason = NULL;
      NamidaTry result = pack_try (worker, files, n_files, &reason);

      pack_take_back (worker, files, n_files);
      if (result == NAMIDA_TRY_SENT)
        return TRUE;
      if (result != NAMIDA_TRY_BUSY)
        busy_since = 0;
      else if (namida_upload_worker_wait_busy (worker, &busy_since))
        {
          pack_take_whole (worker, files, n_files);
          continue;
        }
      if (result == NAMIDA_TRY_FATAL || result == NAMIDA_TRY_BUSY
          || g_cancellable_is_cancelled (worker->job->workers.cancellable)
          || (result == NAMIDA_TRY_BROKEN && (breaks >= NAMIDA_MAX_BREAKS || worker->lost)))
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
      namida_upload_worker_drop_connection (worker, result == NAMIDA_TRY_BROKEN);
      if (result == NAMIDA_TRY_BROKEN)
        namida_http_back_off (++breaks, worker->job->workers.cancellable);
      /* Only connections that transfer nothing count as failed attempts. */
      if (pack_take_whole (worker, files, n_files) > 0)
        breaks = MIN (breaks, 1);
      if (result != NAMIDA_TRY_BROKEN)
        return TRUE;
    }
}

gboolean
namida_upload_worker_send_pack (NamidaUploadWorker *worker, NamidaUploadItem **items, guint n_items, GError **error)
{
  g_autofree PackFile *files = g_new0 (PackFile, n_items);
  gboolean ok;

  for (guint i = 0; i < n_items; i++)
    files[i].item = items[i];
  ok = pack_send_packed (worker, files, n_items, error);
  /* Files that the pack did not deliver are sent alone, and get their own results. */
  for (guint i = 0; ok && i < n_items; i++)
    if (!files[i].done)
      ok = namida_upload_worker_send_alone (worker, items[i], error);
  for (guint i = 0; i < n_items; i++)
    g_free (files[i].sha256);
  return ok;
}
