/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steps of a worker that are the same for files and packs: the connection, and the results of an attempt. Called by the
 * threads of an upload job. */
#include "config.h"

#include "namida-upload-job.h"

#include <glib/gi18n-lib.h>

#include "namida-content.h"
#include "namida-error.h"
#include "namida-hash-index.h"
#include "namida-limits.h"
#include "namida-sender-private.h"

#define SILENT_US (15 * G_USEC_PER_SEC)
/* After a timeout, one short attempt fits into the 30 s after which the user gets a message. */
#define SILENT_CONNECT_SECONDS 4
/* A receiver closes an idle connection after NAMIDA_LIMIT_BODY_IDLE_SECONDS, and then reads what it has received. */
#define BUSY_US ((NAMIDA_LIMIT_BODY_IDLE_SECONDS + 15) * G_USEC_PER_SEC)

gboolean
namida_upload_item_is_folder (NamidaUploadItem *item)
{
  return item->entry->kind == NAMIDA_ENTRY_FOLDER;
}

void
namida_upload_worker_count (NamidaUploadWorker *worker, NamidaUploadItem *item, gint64 bytes)
{
  item->counted += bytes;
  if (bytes > 0)
    worker->moved_at = g_get_monotonic_time ();
  namida_transfer_add_bytes (worker->job->transfer, bytes);
}

void
namida_upload_item_start_from (NamidaUploadJob *job, NamidaUploadItem *item, guint64 offset)
{
  item->offset = offset <= item->entry->size ? offset : 0;
  namida_transfer_add_bytes (job->transfer, (gint64) item->offset - item->counted);
  item->counted = (gint64) item->offset;
}

/* ---- the connection ---- */

static NamidaHttpConnection *
upload_steps_job_connect (NamidaUploadJob *job, guint seconds, GError **error)
{
  NamidaHttpPeer peer = namida_sender_get_peer (job->sender, job->sender->address);

  peer.limit = job->sender->limit;
  peer.connect_seconds = seconds;
  return namida_http_connection_new (&peer, job->workers.cancellable, error);
}

/* Checks within SILENT_CONNECT_SECONDS whether the device is reachable. */
static gboolean
upload_steps_job_probe (NamidaUploadJob *job)
{
  g_autoptr (NamidaHttpConnection) connection = upload_steps_job_connect (job, SILENT_CONNECT_SECONDS, NULL);

  return connection != NULL;
}

gboolean
namida_upload_worker_connect (NamidaUploadWorker *worker, GError **error)
{
  NamidaUploadJob *job = worker->job;

  if (worker->connection != NULL && namida_http_connection_is_reusable (worker->connection))
    return TRUE;
  g_clear_pointer (&worker->connection, namida_http_connection_free);
  if (worker->silent)
    {
      worker->lost = worker->lost || !upload_steps_job_probe (job);
      if (worker->lost)
        {
          g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                               _ ("The other device stopped responding. Check its network connection and try again."));
          return FALSE;
        }
    }
  worker->silent = FALSE;
  worker->connection = upload_steps_job_connect (job, 0, error);
  worker->moved_at = g_get_monotonic_time ();
  return worker->connection != NULL;
}

void
namida_upload_worker_drop_connection (NamidaUploadWorker *worker, gboolean broken)
{
  if (broken && worker->connection != NULL)
    worker->silent = g_get_monotonic_time () - worker->moved_at > SILENT_US;
  g_clear_pointer (&worker->connection, namida_http_connection_free);
}

GHashTable *
namida_upload_worker_ask_offsets (NamidaUploadWorker *worker)
{
  g_autofree char *session = g_uri_escape_string (worker->job->session_id, NULL, FALSE);
  g_autofree char *target = g_strdup_printf (NAMIDA_V1_PREFIX "/session?sessionId=%s", session);
  g_auto (NamidaHttpAnswer) answer = { 0 };
  g_autofree char *state = NULL;
  GHashTable *offsets = NULL;

  if (!namida_upload_worker_connect (worker, NULL)
      || !namida_http_connection_request (worker->connection, (NamidaHttpRequest){ .method = "GET", .target = target },
                                          NULL, 0, NAMIDA_LIMIT_OFFER_BYTES, &answer, NULL)
      || answer.head.status != 200
      || !namida_session_answer_parse ((const char *) answer.body->data, answer.body->len, &state, &offsets, NULL))
    return NULL;
  return offsets;
}

/* ---- results ---- */

NamidaTry
namida_upload_worker_classify (NamidaUploadWorker *worker, const GError *error)
{
  NamidaBreak on_break = worker->job->sender->dialect->on_break;

  if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_SOURCE_CHANGED)
      || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE))
    /* A program that only counts files considers a truncated file complete. */
    return on_break == NAMIDA_BREAK_STARTS_OVER ? NAMIDA_TRY_FATAL : NAMIDA_TRY_SOURCE;
  if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED)
      || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE)
      || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_IDENTITY_CHANGED))
    return NAMIDA_TRY_FATAL;
  if (on_break == NAMIDA_BREAK_RESUMES)
    return NAMIDA_TRY_BROKEN;
  /* If the device is not reachable, no other file can be sent either. */
  return on_break == NAMIDA_BREAK_LOSES_FILE && worker->connection != NULL ? NAMIDA_TRY_REFUSED : NAMIDA_TRY_FATAL;
}

gboolean
namida_upload_worker_wait_busy (NamidaUploadWorker *worker, gint64 *since)
{
  gint64 now = g_get_monotonic_time ();

  if (*since == 0)
    *since = now;
  if (now - *since >= BUSY_US)
    return FALSE;
  namida_upload_worker_drop_connection (worker, FALSE);
  namida_http_back_off (1, worker->job->workers.cancellable);
  return !g_cancellable_is_cancelled (worker->job->workers.cancellable);
}

/* For a version that is sent back: whether its content differs from what was verified on arrival. */
static gboolean
upload_steps_is_damaged (NamidaUploadJob *job, NamidaUploadItem *item, const char *sha256)
{
  return namida_backup_get_proven (namida_transfer_get_backup (job->transfer)) && !namida_upload_item_is_folder (item)
         && item->entry->sha256 != NULL && g_ascii_strcasecmp (item->entry->sha256, sha256) != 0;
}

/* From now on the content counts as unknown here, in every version, so the next transfer that has it includes it. */
static void
upload_set_damaged (NamidaUploadJob *job, NamidaUploadItem *item, const struct stat *st)
{
  g_autoptr (GError) error = NULL;

  if (job->sender->database != NULL
      && !namida_content_set_damaged (job->sender->database, 0, item->entry->sha256, st, &error))
    g_message ("%s", error->message);
}

void
namida_upload_worker_take_sent (NamidaUploadWorker *worker,
                                NamidaUploadItem *item,
                                const struct stat *before,
                                const char *sha256)
{
  NamidaUploadJob *job = worker->job;
  gboolean is_file = !namida_upload_item_is_folder (item);

  if (upload_steps_is_damaged (job, item, sha256))
    {
      g_autofree char *shown = g_utf8_make_valid (item->entry->name, -1);
      g_autoptr (GError) reason
          = g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM,
                         _ ("“%s” has changed since it arrived here. Verify the version."), shown);

      upload_set_damaged (job, item, before);
      /* A file that "finish" does not name is not stored. */
      namida_upload_worker_leave_out (worker, item, NAMIDA_TRY_SOURCE, reason);
      return;
    }
  item->sha256 = g_strdup (sha256);
  /* Without hashes the other side does not confirm the file at the end, so its result is final now. */
  if (!job->sender->dialect->proves)
    namida_transfer_set_result (job->transfer, item->index, NAMIDA_FILE_STORED, NULL);
  namida_transfer_add_files (job->transfer, is_file);
  namida_transfer_add_moved (job->transfer, is_file, is_file);
  if (job->sender->database == NULL || !is_file)
    return;
  g_mutex_lock (&job->lock);
  g_ptr_array_add (job->rows, namida_hash_row_new (item->entry->source, before, sha256));
  g_mutex_unlock (&job->lock);
}

void
namida_upload_worker_leave_out (NamidaUploadWorker *worker,
                                NamidaUploadItem *item,
                                NamidaTry result,
                                const GError *error)
{
  NamidaFileResult told = result == NAMIDA_TRY_SOURCE     ? namida_source_result (error)
                          : result == NAMIDA_TRY_MISMATCH ? NAMIDA_FILE_MISMATCH
                                                          : NAMIDA_FILE_MISSING;

  namida_upload_worker_count (worker, item, -item->counted);
  namida_transfer_set_result (worker->job->transfer, item->index, told, error->message);
}
