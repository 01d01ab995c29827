/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-localsend-uploads.h"

#include "namida-error.h"
#include "namida-file-reader.h"
#include "namida-limits.h"
#include "namida-localsend-message.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

#define N_WORKERS 2u /* what LocalSend itself does */
#define N_RETRIES 3u /* after 422: its receiver found another checksum */

/* Shared by the workers. */
typedef struct
{
  NamidaLocalsendUploads *uploads;
  GMutex lock; /* the four below */
  guint next;
  GError *fatal;
  gboolean unfinished;
} Job;

typedef struct
{
  Job *job;
  NamidaHttpConnection *connection; /* (nullable) */
  guint8 *buffer;
} Worker;

/* How one try went. */
typedef enum
{
  TRY_STORED,
  TRY_AGAIN, /* 422 */
  TRY_SOURCE,
  TRY_FAILED,
  TRY_FATAL,
} Try;

/* ---- one file ---- */

/* The next answer tells. Returns: FALSE with @error. @counted: bytes that were counted as sent. */
static gboolean
send_body (Worker *worker,
           const NamidaEntry *entry,
           int fd,
           const struct stat *before,
           guint64 *counted,
           gboolean *answered,
           GError **error)
{
  NamidaLocalsendUploads *uploads = worker->job->uploads;
  gsize block = 0, done = 0;

  while (*counted < entry->size && !*answered)
    {
      gssize n;

      if (done == block)
        {
          block = (gsize) MIN ((guint64) NAMIDA_BLOCK_SIZE, entry->size - *counted);
          done = 0;
          if (!namida_source_read (entry, fd, *counted, block, worker->buffer, error))
            return FALSE;
          /* A file that changed is not ended: what arrived of it is of no use to anybody. */
          if (*counted + block == entry->size && !namida_source_check (entry, fd, before, error))
            return FALSE;
        }
      n = namida_http_connection_write (worker->connection, worker->buffer + done, block - done, error);
      if (n < 0)
        return FALSE;
      *answered = n == 0;
      done += (gsize) n;
      *counted += (guint64) n;
      namida_transfer_add_bytes (uploads->transfer, n);
    }
  return TRUE;
}

static gboolean
connect_worker (Worker *worker, GError **error)
{
  if (worker->connection != NULL && namida_http_connection_is_reusable (worker->connection))
    return TRUE;
  g_clear_pointer (&worker->connection, namida_http_connection_free);
  worker->connection
      = namida_http_connection_new (&worker->job->uploads->peer, worker->job->uploads->cancellable, error);
  return worker->connection != NULL;
}

static Try
judge_answer (const NamidaEntry *entry, const NamidaHttpAnswer *answer, GError **error)
{
  GError *reason;

  if (answer->head.status == 200 && answer->whole)
    return TRY_STORED;
  if (answer->head.status == 200)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_SIZE,
                   _ ("The other device said that it has “%s” before all of it was sent. Send it again."), entry->name);
      return TRY_FAILED;
    }
  reason = namida_error_answer_parse ((const char *) answer->body->data, answer->body->len, answer->head.status, NULL);
  g_propagate_error (error, reason);
  switch (answer->head.status)
    {
    case 422:
      return TRY_AGAIN;
    case 403: /* the session is gone, or its person said no */
    case 409:
    case 410:
      return TRY_FATAL;
    default:
      return TRY_FAILED;
    }
}

static Try
judge_error (const GError *error)
{
  switch (error->code)
    {
    case NAMIDA_ERROR_SOURCE_CHANGED:
    case NAMIDA_ERROR_STORAGE:
      return TRY_SOURCE;
    case NAMIDA_ERROR_CANCELLED:
    case NAMIDA_ERROR_IDENTITY_CHANGED:
      return TRY_FATAL;
    default:
      return TRY_FAILED;
    }
}

static Try
try_file (Worker *worker, const NamidaEntry *entry, const char *target, GError **error)
{
  NamidaTransfer *transfer = worker->job->uploads->transfer;
  g_auto (NamidaHttpAnswer) answer = { 0 };
  g_autoptr (GError) local = NULL;
  guint64 counted = 0;
  gboolean answered = FALSE;
  struct stat before;
  Try outcome;
  int fd = namida_source_open (entry, &before, error);

  if (fd < 0)
    return TRY_SOURCE;
  if (!connect_worker (worker, error))
    {
      close (fd);
      return TRY_FATAL;
    }
  namida_http_connection_begin (worker->connection, &(NamidaHttpRequest){ .target = target,
                                                                          .type = "application/octet-stream",
                                                                          .length = (gint64) entry->size });
  if (send_body (worker, entry, fd, &before, &counted, &answered, &local)
      && namida_http_connection_read_answer (worker->connection, NAMIDA_LIMIT_JSON_BYTES, &answer, &local))
    outcome = judge_answer (entry, &answer, &local);
  else
    outcome = judge_error (local);
  close (fd);
  /* An unfinished body ends with its connection. */
  if (outcome != TRY_STORED)
    {
      g_clear_pointer (&worker->connection, namida_http_connection_free);
      namida_transfer_add_bytes (transfer, -(gint64) counted);
      g_propagate_error (error, g_steal_pointer (&local));
    }
  return outcome;
}

static void
note_failure (Job *job)
{
  g_mutex_lock (&job->lock);
  job->unfinished = TRUE;
  g_mutex_unlock (&job->lock);
}

/* @error: (transfer full) */
static void
note_fatal (Job *job, GError *error)
{
  g_mutex_lock (&job->lock);
  job->unfinished = TRUE;
  if (job->fatal == NULL)
    job->fatal = g_steal_pointer (&error);
  g_mutex_unlock (&job->lock);
  g_clear_error (&error);
}

static void
send_file (Worker *worker, guint index, const NamidaEntry *entry, const NamidaGrant *grant)
{
  NamidaTransfer *transfer = worker->job->uploads->transfer;
  g_autofree char *query
      = namida_localsend_query_format (worker->job->uploads->answer->session_id, entry->id, grant->token);
  g_autofree char *target = g_strconcat (NAMIDA_LOCALSEND_PREFIX "/upload?", query, NULL);
  g_autofree char *path = namida_entry_dup_path (entry);
  g_autoptr (GError) error = NULL;
  Try outcome = TRY_AGAIN;

  namida_transfer_set_current_file (transfer, path);
  for (guint i = 0; outcome == TRY_AGAIN && i <= N_RETRIES; i++)
    {
      g_clear_error (&error);
      outcome = try_file (worker, entry, target, &error);
    }
  if (outcome == TRY_STORED)
    {
      namida_transfer_add_files (transfer, 1);
      namida_transfer_set_result (transfer, index, NAMIDA_FILE_STORED, NULL);
    }
  else if (outcome == TRY_FATAL)
    note_fatal (worker->job, g_steal_pointer (&error));
  else
    {
      namida_transfer_set_result (transfer, index,
                                  outcome == TRY_SOURCE  ? namida_source_result (error)
                                  : outcome == TRY_AGAIN ? NAMIDA_FILE_MISMATCH
                                                         : NAMIDA_FILE_MISSING,
                                  error->message);
      note_failure (worker->job);
    }
}

/* ---- all of them ---- */

static void
leave_out (NamidaTransfer *transfer, guint index, const NamidaEntry *entry)
{
  if (entry->kind == NAMIDA_ENTRY_FOLDER)
    {
      namida_transfer_set_result (transfer, index, NAMIDA_FILE_LEFT_OUT,
                                  _ ("LocalSend knows no empty folders: this one was left out."));
      return;
    }
  namida_transfer_set_result (transfer, index, NAMIDA_FILE_DECLINED,
                              namida_file_result_get_detail (NAMIDA_FILE_DECLINED));
}

static gboolean
take_next (Job *job, guint n, guint *index)
{
  gboolean more;

  g_mutex_lock (&job->lock);
  more = job->fatal == NULL && job->next < n;
  if (more)
    *index = job->next++;
  g_mutex_unlock (&job->lock);
  return more;
}

static gpointer
work (gpointer data)
{
  Job *job = data;
  GPtrArray *entries = namida_backup_get_entries (namida_transfer_get_backup (job->uploads->transfer));
  Worker worker = { .job = job, .buffer = g_malloc (NAMIDA_BLOCK_SIZE) };
  guint index;

  while (take_next (job, entries->len, &index))
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, index);
      const NamidaGrant *grant
          = entry->kind == NAMIDA_ENTRY_FOLDER ? NULL : g_hash_table_lookup (job->uploads->answer->files, entry->id);

      if (grant != NULL)
        send_file (&worker, index, entry, grant);
      else
        leave_out (job->uploads->transfer, index, entry);
    }
  g_clear_pointer (&worker.connection, namida_http_connection_free);
  g_free (worker.buffer);
  return NULL;
}

gboolean
namida_localsend_uploads_run (NamidaLocalsendUploads *self, gboolean *unfinished, GError **error)
{
  Job job = { .uploads = self };
  GThread *threads[N_WORKERS];

  g_mutex_init (&job.lock);
  for (guint i = 0; i < N_WORKERS; i++)
    threads[i] = g_thread_new ("namida-localsend", work, &job);
  for (guint i = 0; i < N_WORKERS; i++)
    g_thread_join (threads[i]);
  g_mutex_clear (&job.lock);
  *unfinished = job.unfinished;
  if (job.fatal == NULL)
    return TRUE;
  g_propagate_error (error, job.fatal);
  return FALSE;
}
