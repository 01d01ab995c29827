/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The routes of fetching: lists the versions that a device may fetch, prepares one, and sends its files, with ranges.
 * Requests are handled in the main context; the version source is called and files are sent in workers. */
#include "config.h"

#include "namida-server-download.h"

#include "namida-digest.h"
#include "namida-error.h"
#include "namida-file-reader.h"
#include "namida-limits.h"
#include "namida-manifest.h"
#include "namida-server-upload-private.h"
#include "namida-version-source.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#define DOWNLOAD_PATH NAMIDA_V1_PREFIX "/download"
#define DOWNLOADS_KEY "namida-server-downloads"
#define SHARE_KEY "namida-server-share"
/* A device that asks again resumes where it stopped, so old sessions are not needed. */
#define SHARES_MOST 16u
#define SHARES_OF_ONE_MOST 2u

/* Share: the files of a backup that one device may fetch for a while. Immutable after its creation; any thread. */
typedef struct
{
  char *id;
  char *fingerprint;
  NamidaVersionSource *version_source;
  NamidaBackup *backup;
  GHashTable *files; /* id → NamidaEntry, borrowed from @backup */
} Share;

/* Downloads: the part of the server that serves downloads; main context. */
typedef struct
{
  NamidaVersionSource *version_source;
  GQueue shares; /* newest first */
} Downloads;

static void
share_clear (gpointer data)
{
  Share *share = data;

  g_free (share->id);
  g_free (share->fingerprint);
  g_clear_pointer (&share->files, g_hash_table_unref);
  g_clear_object (&share->backup);
  g_clear_object (&share->version_source);
}

static void
share_unref (gpointer share)
{
  g_atomic_rc_box_release_full (share, share_clear);
}

static void
downloads_free (gpointer data)
{
  Downloads *downloads = data;

  g_queue_clear_full (&downloads->shares, share_unref);
  g_object_unref (downloads->version_source);
  g_free (downloads);
}

void
namida_server_set_version_source (NamidaServer *self, NamidaVersionSource *version_source)
{
  Downloads *downloads = g_new0 (Downloads, 1);

  downloads->version_source = g_object_ref (version_source);
  g_queue_init (&downloads->shares);
  g_object_set_data_full (G_OBJECT (self), DOWNLOADS_KEY, downloads, downloads_free);
}

static Downloads *
download_get_downloads (NamidaServer *self)
{
  return g_object_get_data (G_OBJECT (self), DOWNLOADS_KEY);
}

NamidaVersionSource *
namida_server_get_version_source (NamidaServer *self)
{
  Downloads *downloads = download_get_downloads (self);

  return downloads != NULL ? downloads->version_source : NULL;
}

/* Checked for each request, because trust can be withdrawn at any time. */
static gboolean
download_check_may (NamidaServer *self, const char *fingerprint, GError **error)
{
  Downloads *downloads = download_get_downloads (self);

  if (downloads != NULL)
    return namida_version_source_may (downloads->version_source, fingerprint, error);
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("This device keeps no backups."));
  return FALSE;
}

/* ---- requests that a worker answers ---- */

typedef struct
{
  NamidaRequest *request;
  NamidaVersionSource *version_source;
  char *fingerprint;
  char *backup_id; /* (nullable): NULL to ask for the list */
  char **labels;   /* (nullable) */
  gboolean all_names;
  NamidaDeviceInfo *info;

  Share *share; /* (nullable) */
  char *text;
  gsize length;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  namida_request_unref (question->request);
  g_clear_object (&question->version_source);
  g_clear_pointer (&question->info, namida_device_info_unref);
  g_clear_pointer (&question->share, share_unref);
  g_free (question->fingerprint);
  g_free (question->backup_id);
  g_strfreev (question->labels);
  g_free (question->text);
  g_free (question);
}

static Share *
share_new (const char *fingerprint, NamidaVersionSource *version_source, NamidaBackup *backup)
{
  Share *share = g_atomic_rc_box_new0 (Share);
  GPtrArray *entries = namida_backup_get_entries (backup);

  share->id = namida_random_hex (16);
  share->fingerprint = g_strdup (fingerprint);
  share->version_source = g_object_ref (version_source);
  share->backup = g_object_ref (backup);
  share->files = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < entries->len; i++)
    {
      NamidaEntry *entry = g_ptr_array_index (entries, i);

      g_hash_table_insert (share->files, entry->id, entry);
    }
  return share;
}

static gboolean
download_open_backup (Question *question, GError **error)
{
  gint64 created_ms = 0;
  g_autoptr (NamidaBackup) backup
      = namida_version_source_open (question->version_source, question->fingerprint, question->backup_id,
                                    (const char *const *) question->labels, &created_ms, error);
  g_autoptr (GBytes) manifest = NULL;

  if (backup == NULL)
    return FALSE;
  manifest = namida_manifest_build (backup, question->info->uuid, "linux", created_ms);
  question->share = share_new (question->fingerprint, question->version_source, backup);
  question->text = namida_download_answer_format (question->share->id, question->info, manifest, backup,
                                                  question->all_names, &question->length);
  if (question->length <= NAMIDA_LIMIT_OFFER_BYTES)
    return TRUE;
  g_set_error_literal (
      error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
      _ ("The backup has too many files to be fetched in one go. Fetch its music folders one by one."));
  return FALSE;
}

static void
download_answer_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Question *question = data;
  g_autoptr (GPtrArray) list = NULL;
  GError *error = NULL;

  if (question->backup_id != NULL)
    download_open_backup (question, &error);
  else if ((list = namida_version_source_list (question->version_source, question->fingerprint, &error)) != NULL)
    question->text = namida_backups_format (list, &question->length);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
download_keep_share (Downloads *downloads, Share *share)
{
  guint of_one = 0;

  g_queue_push_head (&downloads->shares, share);
  for (GList *l = downloads->shares.head, *next; l != NULL; l = next)
    {
      Share *one = l->data;

      next = l->next;
      of_one += g_str_equal (one->fingerprint, share->fingerprint);
      if ((g_str_equal (one->fingerprint, share->fingerprint) && of_one > SHARES_OF_ONE_MOST)
          || (next == NULL && downloads->shares.length > SHARES_MOST))
        {
          share_unref (one);
          g_queue_delete_link (&downloads->shares, l);
        }
    }
}

static void
download_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaServer *self = NAMIDA_SERVER (source);
  Question *question = g_task_get_task_data (G_TASK (result));
  Downloads *downloads = download_get_downloads (self);
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      namida_request_fail (question->request, error, 0);
      return;
    }
  if (question->share != NULL && downloads != NULL)
    download_keep_share (downloads, g_steal_pointer (&question->share));
  namida_request_answer (question->request, SOUP_STATUS_OK, g_steal_pointer (&question->text), question->length);
}

/* @backup_id, @labels: (transfer full) (nullable) */
static void
download_ask_source (NamidaServer *self, NamidaRequest *request, char *backup_id, char **labels, gboolean all_names)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, download_answered, NULL);
  Question *question = g_new0 (Question, 1);

  question->request = namida_request_ref (request);
  question->version_source = g_object_ref (download_get_downloads (self)->version_source);
  question->fingerprint = g_strdup (request->connection->fingerprint);
  question->backup_id = backup_id;
  question->labels = labels;
  question->all_names = all_names;
  question->info = namida_server_dup_info (self);
  g_task_set_source_tag (task, download_ask_source);
  g_task_set_task_data (task, question, question_free);
  namida_request_wait (request, NULL, NULL);
  g_task_run_in_thread (task, download_answer_thread);
}

void
namida_server_handle_backups (NamidaServer *self, NamidaRequest *request)
{
  g_autoptr (GError) error = NULL;

  if (download_check_may (self, request->connection->fingerprint, &error))
    download_ask_source (self, request, NULL, NULL, FALSE);
  else
    namida_request_fail (request, error, 0);
}

typedef struct
{
  char *id;
  char **labels; /* (nullable) */
  gboolean all_names;
} DownloadRequest;

void
namida_server_parsed_download_free (gpointer data)
{
  DownloadRequest *parsed = data;

  g_free (parsed->id);
  g_strfreev (parsed->labels);
  g_free (parsed);
}

gpointer
namida_server_parse_download (NamidaRequest *request, GError **error)
{
  DownloadRequest *parsed = g_new0 (DownloadRequest, 1);
  gsize length;
  const char *data = g_bytes_get_data (request->body, &length);

  if (namida_download_request_parse (data, length, &parsed->id, &parsed->labels, &parsed->all_names, error))
    return parsed;
  namida_server_parsed_download_free (parsed);
  return NULL;
}

gboolean
namida_server_early_download (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error)
{
  return download_check_may (self, request->connection->fingerprint, error);
}

void
namida_server_handle_prepare_download (NamidaServer *self, NamidaRequest *request)
{
  g_autoptr (GError) error = NULL;
  DownloadRequest *parsed = request->parsed;

  if (download_check_may (self, request->connection->fingerprint, &error) && parsed != NULL)
    download_ask_source (self, request, g_steal_pointer (&parsed->id), g_steal_pointer (&parsed->labels),
                         parsed->all_names);
  else
    namida_request_fail (request, error, 0);
}

void
namida_server_forget_downloads (NamidaServer *self, const char *fingerprint)
{
  Downloads *downloads = download_get_downloads (self);

  for (GList *l = downloads != NULL ? downloads->shares.head : NULL, *next; l != NULL; l = next)
    {
      Share *one = l->data;

      next = l->next;
      if (g_strcmp0 (one->fingerprint, fingerprint) != 0)
        continue;
      share_unref (one);
      g_queue_delete_link (&downloads->shares, l);
    }
}

/* ---- sending files: worker threads ---- */

static gboolean
download_write_head (NamidaServing *job, guint64 offset, guint64 size)
{
  g_autoptr (GString) head = g_string_new (offset > 0 ? "HTTP/1.1 206 Partial Content\r\n" : "HTTP/1.1 200 OK\r\n");

  g_string_append_printf (head,
                          "Content-Type: application/octet-stream\r\nAccept-Ranges: bytes\r\n"
                          "Content-Length: %" G_GUINT64_FORMAT "\r\n",
                          size - offset);
  if (offset > 0)
    g_string_append_printf (head,
                            "Content-Range: bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT
                            "\r\n",
                            offset, size - 1, size);
  g_string_append (head, job->head.keep_alive ? "\r\n" : "Connection: close\r\n\r\n");
  return g_output_stream_write_all (g_io_stream_get_output_stream (job->stream), head->str, head->len, NULL, NULL,
                                    NULL);
}

/* If a file changes while it is sent, the connection is closed, because the announced content cannot be sent. @digest:
 * updated with what was read. */
static gboolean
download_write_content (NamidaServing *job, const NamidaEntry *entry, int fd, guint64 offset, NamidaDigest *digest)
{
  g_autofree guint8 *data = g_malloc (NAMIDA_BLOCK_SIZE);

  while (offset < entry->size)
    {
      gsize piece = MIN (NAMIDA_BLOCK_SIZE, namida_rate_limit_get_piece (job->limit));
      gsize length = (gsize) MIN (piece, entry->size - offset);

      namida_rate_limit_wait (job->limit, length, NULL);
      if (!namida_source_read (entry, fd, offset, length, data, NULL))
        return FALSE;
      namida_digest_update (digest, data, length);
      if (!g_output_stream_write_all (g_io_stream_get_output_stream (job->stream), data, length, NULL, NULL, NULL))
        return FALSE;
      offset += length;
    }
  return TRUE;
}

static const NamidaEntry *
download_find_entry (NamidaServing *job, const Share *share, guint64 *offset, GError **error)
{
  g_autofree char *session = job->head.query != NULL ? namida_query_get (job->head.query, "sessionId") : NULL;
  g_autofree char *id = job->head.query != NULL ? namida_query_get (job->head.query, "fileId") : NULL;
  const NamidaEntry *entry = NULL;

  if (session != NULL && id != NULL && g_str_equal (session, share->id))
    entry = g_hash_table_lookup (share->files, id);
  if (entry == NULL || entry->kind == NAMIDA_ENTRY_FOLDER)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                           _ ("There is no such file to fetch. Ask for the backup again."));
      return NULL;
    }
  /* RFC 9110, 14.2: a range that is not understood is ignored. */
  *offset = job->head.range > 0 ? (guint64) job->head.range : 0;
  if (*offset <= entry->size && (*offset == 0 || *offset < entry->size))
    return entry;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_OFFSET,
                       _ ("The file is not that long. Fetch it from its start."));
  return NULL;
}

/* A file that was read from the first byte to the last is verified on the way: the other device notices a difference
 * itself, and here the content is recorded as damaged. */
static void
download_check (const Share *share, const NamidaEntry *entry, int fd, const struct stat *before, NamidaDigest *digest)
{
  g_autofree char *sha256 = namida_digest_finish (digest);

  if (entry->sha256 != NULL && g_ascii_strcasecmp (entry->sha256, sha256) != 0
      && namida_source_check (entry, fd, before, NULL))
    namida_version_source_set_damaged (share->version_source, entry, before);
}

/* Returns: whether another request may follow on this connection. */
static gboolean
download_send_one (NamidaServing *job, const Share *share)
{
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  g_autoptr (GError) error = NULL;
  guint64 offset = 0;
  const NamidaEntry *entry = namida_version_source_may (share->version_source, share->fingerprint, &error)
                                 ? download_find_entry (job, share, &offset, &error)
                                 : NULL;
  struct stat st;
  gboolean fine;
  int fd = entry != NULL ? namida_source_open (entry, &st, &error) : -1;

  if (fd < 0)
    {
      namida_serving_refuse (job, error, -1);
      return FALSE;
    }
  g_socket_set_timeout (job->socket, NAMIDA_LIMIT_BODY_IDLE_SECONDS);
  fine = download_write_head (job, offset, entry->size) && download_write_content (job, entry, fd, offset, digest);
  if (fine && offset == 0)
    download_check (share, entry, fd, &st, digest);
  close (fd);
  return fine && job->head.keep_alive;
}

static gboolean
download_next_download (NamidaServing *job, NamidaHttpReader *reader)
{
  namida_http_head_clear (&job->head);
  g_socket_set_timeout (job->socket, NAMIDA_LIMIT_BODY_IDLE_SECONDS);
  return namida_http_reader_head (reader, &job->head, NAMIDA_LIMIT_HEAD_SECONDS, NULL, NULL)
         && g_str_equal (job->head.method, "GET") && g_str_equal (job->head.path, DOWNLOAD_PATH)
         && job->head.length == 0;
}

static gboolean
download_serve (NamidaServing *job, NamidaHttpReader *reader)
{
  const Share *share = g_object_get_data (G_OBJECT (job->stream), SHARE_KEY);

  while (download_send_one (job, share) && download_next_download (job, reader))
    ;
  return FALSE;
}

static Share *
download_find_share (NamidaServer *self, const char *query, const char *fingerprint)
{
  Downloads *downloads = download_get_downloads (self);
  g_autofree char *id = query != NULL ? namida_query_get (query, "sessionId") : NULL;

  for (GList *l = downloads != NULL && id != NULL ? downloads->shares.head : NULL; l != NULL; l = l->next)
    {
      Share *share = l->data;

      if (g_str_equal (share->id, id) && g_str_equal (share->fingerprint, fingerprint))
        return share;
    }
  return NULL;
}

void
namida_server_take_download (NamidaServer *self, NamidaRequest *request)
{
  const char *fingerprint = request->connection->fingerprint;
  NamidaServing *job = namida_serving_steal (request);
  Share *share = NULL;
  GError *error = NULL;

  if (download_check_may (self, fingerprint, &error)
      && (share = download_find_share (self, job->head.query, fingerprint)) == NULL)
    g_set_error_literal (&error, NAMIDA_ERROR, NAMIDA_ERROR_EXPIRED,
                         _ ("The time to fetch this backup is over. Ask for it again."));
  if (share != NULL)
    {
      job->serve = download_serve;
      g_object_set_data_full (G_OBJECT (job->stream), SHARE_KEY, g_atomic_rc_box_acquire (share), share_unref);
    }
  else
    job->refusal = error;
  namida_serving_start (self, job);
}
