/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread of one connection: takes files, sends each with retries, and resumes where the other side stopped. Started
 * by namida-upload-job.c. */
#include "config.h"

#include "namida-upload-job.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "namida-error.h"
#include "namida-limits.h"
#include "namida-sender-private.h"

/* Files up to this size are read, hashed and sent in this thread; separate threads would cost more than they save. */
#define INLINE_BYTES NAMIDA_BLOCK_SIZE
#define POOL_BLOCKS 8u
/* How many sent bytes may not have arrived when a connection breaks: the buffers of both systems. */
#define ON_THE_WAY (4 * 1024 * 1024)
/* How fast the slowest receiver hashes the part that it already has, to calculate a time limit. */
#define RESUME_BYTES_PER_SECOND (50u * 1000 * 1000)

/* Source: an open file that is being sent. */
typedef struct
{
  NamidaUploadItem *item;
  int fd;
  struct stat before;
  guint8 *data; /* for small files: the bytes from the offset on */
  gsize length;
  char *sha256;
} Source;

static void
source_clear (Source *source)
{
  if (source->fd >= 0)
    close (source->fd);
  g_free (source->sha256);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Source, source_clear)

/* ---- reading ---- */

static gboolean
upload_worker_read_inline (NamidaUploadWorker *worker, Source *source, guint8 *buffer, GError **error)
{
  NamidaUploadItem *item = source->item;
  gsize size = (gsize) item->entry->size;

  if (!namida_source_read (item->entry, source->fd, 0, size, buffer, error)
      || !namida_source_check (item->entry, source->fd, &source->before, error))
    return FALSE;
  namida_digest_update (worker->digest, buffer, size);
  source->sha256 = namida_digest_finish (worker->digest);
  source->data = buffer + item->offset;
  source->length = size - (gsize) item->offset;
  return TRUE;
}

/* ---- sending: each returns FALSE with @error, or TRUE with an answer to read; @whole: the body was sent completely
 * ---- */

static void
worker_begin (NamidaUploadWorker *worker, NamidaUploadItem *item, const char *target)
{
  NamidaHttpRequest request = { .target = target,
                                .type = "application/octet-stream",
                                .length = (gint64) (item->entry->size - item->offset),
                                .patience = (guint) (item->offset / RESUME_BYTES_PER_SECOND) };

  namida_http_connection_begin (worker->connection, &request);
}

static gboolean
upload_worker_send_block (
    NamidaUploadWorker *worker, Source *source, const guint8 *data, gsize length, gboolean *answered, GError **error)
{
  for (gsize sent = 0; sent < length && !*answered;)
    {
      gssize n = namida_http_connection_write (worker->connection, data + sent, length - sent, error);

      if (n < 0)
        return FALSE;
      *answered = n == 0;
      sent += (gsize) n;
      namida_upload_worker_count (worker, source->item, n);
    }
  return TRUE;
}

static gboolean
upload_worker_send_inline (NamidaUploadWorker *worker, Source *source, const char *target, GError **error)
{
  gboolean answered = FALSE;

  worker_begin (worker, source->item, target);
  return upload_worker_send_block (worker, source, source->data, source->length, &answered, error);
}

/* A program that compares no hashes stores every file that arrives completely, so the body of a file that has changed
 * must not be completed. */
static gboolean
upload_worker_may_end (NamidaUploadWorker *worker, Source *source, guint64 left, GError **error)
{
  return left > 0 || worker->job->sender->dialect->proves
         || namida_source_check (source->item->entry, source->fd, &source->before, error);
}

static gboolean
upload_worker_send_blocks (NamidaUploadWorker *worker,
                           Source *source,
                           NamidaFileReader *reader,
                           const char *target,
                           gboolean *whole,
                           GError **error)
{
  guint64 left = source->item->entry->size - source->item->offset;
  gboolean answered = FALSE;
  GError *local = NULL;
  /* Connect and send the head only when the first block is ready; otherwise the other side would count the time of
   * hashing as idle. */
  NamidaBlock *block = namida_file_reader_next (reader, &local);
  gboolean ok = local == NULL && namida_upload_worker_connect (worker, &local);

  if (ok)
    worker_begin (worker, source->item, target);
  while (ok && block != NULL && !answered)
    {
      left -= block->length;
      ok = upload_worker_may_end (worker, source, left, &local);
      ok = ok && upload_worker_send_block (worker, source, block->data, block->length, &answered, &local);
      namida_block_pool_give_back (worker->pool, g_steal_pointer (&block));
      if (ok && !answered)
        block = namida_file_reader_next (reader, &local);
      ok = ok && local == NULL;
    }
  if (block != NULL)
    namida_block_pool_give_back (worker->pool, block);
  *whole = ok && !answered;
  if (ok)
    return TRUE;
  g_propagate_error (error, local);
  return FALSE;
}

static gboolean
upload_worker_send_large (
    NamidaUploadWorker *worker, Source *source, const char *target, gboolean *whole, GError **error)
{
  NamidaUploadItem *item = source->item;
  g_autoptr (NamidaFileReader) reader
      = namida_file_reader_new (item->entry, source->fd, item->offset, worker->pool, worker->job->workers.cancellable);

  /* The other side would close an idle connection while the existing part is hashed. */
  if (item->offset > 0)
    namida_upload_worker_drop_connection (worker, FALSE);
  if (!upload_worker_send_blocks (worker, source, reader, target, whole, error))
    return FALSE;
  if (*whole)
    {
      source->sha256 = namida_file_reader_finish (reader);
      return namida_source_check (item->entry, source->fd, &source->before, error);
    }
  return TRUE;
}

static gboolean
upload_worker_send_body (NamidaUploadWorker *worker, Source *source, GError **error)
{
  gboolean whole = FALSE;
  g_autofree char *target = worker->job->sender->dialect->format_upload (worker->job, source->item);
  NamidaBlock *block;
  gboolean ok;

  if (source->item->entry->size > INLINE_BYTES)
    return upload_worker_send_large (worker, source, target, &whole, error);
  block = namida_block_pool_take (worker->pool);
  if (namida_upload_item_is_folder (source->item))
    source->sha256 = g_strdup ("");
  ok = (namida_upload_item_is_folder (source->item) || upload_worker_read_inline (worker, source, block->data, error))
       && namida_upload_worker_connect (worker, error) && upload_worker_send_inline (worker, source, target, error);
  namida_block_pool_give_back (worker->pool, block);
  return ok;
}

/* ---- results ---- */

static NamidaTry
upload_worker_try_item (NamidaUploadWorker *worker, NamidaUploadItem *item, GError **error)
{
  g_auto (Source) source = { .item = item, .fd = -1 };
  g_auto (NamidaHttpAnswer) answer = { 0 };
  GError *local = NULL;
  NamidaTry result;

  if (!namida_upload_item_is_folder (item)
      && (source.fd = namida_source_open (item->entry, &source.before, &local)) < 0)
    {
      result = namida_upload_worker_classify (worker, local);
      g_propagate_error (error, local);
      return result;
    }
  if (!upload_worker_send_body (worker, &source, &local)
      || !namida_http_connection_read_answer (worker->connection, NAMIDA_LIMIT_JSON_BYTES, &answer, &local))
    {
      result = namida_upload_worker_classify (worker, local);
      g_propagate_error (error, local);
    }
  else
    result = worker->job->sender->dialect->check_upload (worker->job, item, source.sha256, &answer, error);
  if (result == NAMIDA_TRY_SENT)
    namida_upload_worker_take_sent (worker, item, &source.before, source.sha256);
  return result;
}

/* ---- retries ---- */

/* Asks how much the other side has of this file; the offset stays the same if it cannot tell. */
static void
upload_worker_ask_offset (NamidaUploadWorker *worker, NamidaUploadItem *item)
{
  g_autoptr (GHashTable) offsets = namida_upload_worker_ask_offsets (worker);
  const guint64 *offset = offsets != NULL ? g_hash_table_lookup (offsets, item->entry->id) : NULL;

  if (offset != NULL)
    namida_upload_item_start_from (worker->job, item, *offset);
}

/* Closes a connection that was in the middle of a file, and takes back what was counted for the file. */
static void
upload_worker_give_up_try (NamidaUploadWorker *worker, NamidaUploadItem *item, NamidaTry result)
{
  if (result == NAMIDA_TRY_SOURCE || result == NAMIDA_TRY_BROKEN)
    namida_upload_worker_drop_connection (worker, result == NAMIDA_TRY_BROKEN);
  if (result != NAMIDA_TRY_OFFSET)
    namida_upload_worker_count (worker, item, (gint64) item->offset - item->counted);
}

/* Counts what is certainly on the other side, which is shown while the transfer is paused or the device is away; the
 * next attempt counts again. */
static void
upload_worker_leave_counted (NamidaUploadWorker *worker, NamidaUploadItem *item, gint64 sent)
{
  namida_upload_worker_count (worker, item, MAX ((gint64) item->offset, sent - ON_THE_WAY) - item->counted);
}

static gboolean
worker_can_resume (NamidaUploadWorker *worker)
{
  return worker->job->sender->dialect->on_break == NAMIDA_BREAK_RESUMES;
}

static gboolean
worker_loses_file (NamidaUploadWorker *worker)
{
  return worker->job->sender->dialect->on_break == NAMIDA_BREAK_LOSES_FILE
         && !g_cancellable_is_cancelled (worker->job->workers.cancellable);
}

static gboolean
worker_is_lost_try (NamidaUploadWorker *worker, NamidaTry result, const GError *reason)
{
  return result == NAMIDA_TRY_REFUSED && worker_loses_file (worker)
         && g_error_matches (reason, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE);
}

/* Whether the worker must stop after an attempt that ended with @result. @breaks: how often in a row the connection was
 * lost. */
static gboolean
worker_must_stop (NamidaUploadWorker *worker, NamidaTry result, guint breaks)
{
  return result == NAMIDA_TRY_FATAL || result == NAMIDA_TRY_BUSY
         || g_cancellable_is_cancelled (worker->job->workers.cancellable)
         || (result == NAMIDA_TRY_BROKEN && (breaks >= NAMIDA_MAX_BREAKS || worker->lost));
}

/* Waits, then asks the receiver for the offset at which the file continues. @best: (inout): the highest offset so far.
 * @breaks: (inout): the number of connections in a row that transferred nothing; only these count as failed attempts.
 */
static void
worker_ask_after_break (NamidaUploadWorker *worker, NamidaUploadItem *item, guint64 *best, guint *breaks)
{
  namida_http_back_off (++*breaks, worker->job->workers.cancellable);
  upload_worker_ask_offset (worker, item);
  if (item->offset > *best)
    {
      *best = item->offset;
      *breaks = 1;
    }
}

gboolean
namida_upload_worker_send_alone (NamidaUploadWorker *worker, NamidaUploadItem *item, GError **error)
{
  guint64 best = item->offset;
  guint breaks = 0, tries = 0;
  gint64 busy_since = 0;

  while (TRUE)
    {
      g_autoptr (GError) reason = NULL;
      guint64 offset = item->offset;
      NamidaTry result = upload_worker_try_item (worker, item, &reason);
      gint64 sent = item->counted;

      if (result == NAMIDA_TRY_SENT)
        return TRUE;
      upload_worker_give_up_try (worker, item, result);
      if (result == NAMIDA_TRY_FATAL && breaks > 0 && worker_loses_file (worker))
        result = NAMIDA_TRY_REFUSED;
      if (result != NAMIDA_TRY_BUSY)
        busy_since = 0;
      else if (namida_upload_worker_wait_busy (worker, &busy_since))
        {
          upload_worker_ask_offset (worker, item);
          continue;
        }
      if (worker_must_stop (worker, result, breaks))
        {
          if (result == NAMIDA_TRY_BROKEN || g_cancellable_is_cancelled (worker->job->workers.cancellable))
            upload_worker_leave_counted (worker, item, sent);
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
      if (result == NAMIDA_TRY_BROKEN)
        {
          worker_ask_after_break (worker, item, &best, &breaks);
          continue;
        }
      /* If the file cannot be resumed, a broken connection costs one attempt from its beginning. If that fails, or the
       * file is not known there any more, the next offer includes it. */
      if (worker_is_lost_try (worker, result, reason) && breaks++ == 0)
        {
          namida_upload_worker_drop_connection (worker, TRUE);
          namida_http_back_off (breaks, worker->job->workers.cancellable);
          namida_upload_item_start_from (worker->job, item, 0);
          continue;
        }
      tries++;
      if (result == NAMIDA_TRY_SOURCE || (result == NAMIDA_TRY_REFUSED && !worker_can_resume (worker))
          || tries >= worker->job->sender->dialect->n_tries)
        {
          item->lost = worker_loses_file (worker) && breaks > 0;
          namida_upload_worker_leave_out (worker, item, result, reason);
          return TRUE;
        }
      if (result != NAMIDA_TRY_OFFSET || item->offset == offset)
        namida_upload_item_start_from (worker->job, item, 0);
    }
}

/* Returns FALSE if the job has ended. */
static gboolean
upload_worker_work_alone (NamidaUploadWorker *worker)
{
  NamidaUploadJob *job = worker->job;
  guint i;

  while (namida_workers_take (&job->workers, &i))
    {
      NamidaUploadItem *item = &g_array_index (job->items, NamidaUploadItem, g_array_index (job->large, guint, i));
      g_autofree char *path = namida_entry_dup_path (item->entry);
      GError *error = NULL;

      namida_transfer_set_current_file (job->transfer, path);
      if (!namida_upload_worker_send_alone (worker, item, &error))
        {
          namida_workers_fail (&job->workers, error);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
upload_worker_work_packs (NamidaUploadWorker *worker)
{
  NamidaUploadJob *job = worker->job;

  while (!g_cancellable_is_cancelled (job->workers.cancellable))
    {
      g_autoptr (GPtrArray) items = namida_upload_job_take_small (job);
      GError *error = NULL;

      if (items->len == 0)
        return TRUE;
      if (!namida_upload_worker_send_pack (worker, (NamidaUploadItem **) items->pdata, items->len, &error))
        {
          namida_workers_fail (&job->workers, error);
          return FALSE;
        }
    }
  return FALSE;
}

void
namida_upload_worker_run (NamidaUploadJob *job)
{
  NamidaUploadWorker worker = { .job = job };
  /* Half of the threads begin with packs, so that neither large nor small files wait for all of the others. */
  gboolean packs_first = g_atomic_int_add (&job->started, 1) % 2 == 1;

  worker.pool = namida_block_pool_new (POOL_BLOCKS);
  worker.digest = namida_digest_new ();
  if (packs_first ? upload_worker_work_packs (&worker) : upload_worker_work_alone (&worker))
    (packs_first ? upload_worker_work_alone : upload_worker_work_packs) (&worker);
  g_clear_pointer (&worker.connection, namida_http_connection_free);
  namida_digest_free (worker.digest);
  namida_block_pool_free (worker.pool);
}
