/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receives uploads and packs on connections that namida-server-requests.c hands over after the head, or refuses them.
 * Runs in workers of the server; dialects with other uploads use the same functions. */
#include "config.h"

#include "namida-body-receiver.h"
#include "namida-error.h"
#include "namida-http.h"
#include "namida-limits.h"
#include "namida-server-private.h"
#include "namida-tls.h"
#include "namida-server-upload-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define UPLOAD_PATH NAMIDA_V1_PREFIX "/upload"
#define PACK_PATH NAMIDA_V1_PREFIX "/pack"

void
namida_serving_free (NamidaServing *job)
{
  if (job->stream != NULL)
    g_io_stream_close (job->stream, NULL, NULL);
  if (job->session != NULL)
    namida_receive_session_leave (job->session);
  g_clear_pointer (&job->reader, namida_server_reader_free);
  g_clear_object (&job->stream);
  g_clear_object (&job->socket);
  g_clear_object (&job->remote);
  g_clear_object (&job->session);
  g_weak_ref_clear (&job->server);
  g_clear_pointer (&job->context, g_main_context_unref);
  g_clear_pointer (&job->limit, namida_rate_limit_unref);
  namida_http_head_clear (&job->head);
  g_clear_error (&job->refusal);
  g_free (job);
}

void
namida_serving_refuse (NamidaServing *job, const GError *reason, gint64 right_offset)
{
  g_autofree char *json = namida_error_answer_format (reason, right_offset);

  g_socket_set_timeout (job->socket, NAMIDA_LIMIT_HEAD_SECONDS);
  if (namida_http_write_answer (g_io_stream_get_output_stream (job->stream), namida_error_http_status (reason), json,
                                FALSE, job->retry_after, NULL))
    namida_http_linger (job->socket);
}

GError *
namida_serving_explain (NamidaServing *job, const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return namida_receive_session_dup_refusal (job->session);
  /* This device is the cause, so tell the local user, too. */
  if (namida_error_is_storage (error))
    namida_transfer_set_trouble (namida_receive_session_get_transfer (job->session), error->message);
  return error->domain == NAMIDA_ERROR ? g_error_copy (error) : NULL;
}

static void
upload_on_progress (gsize n_bytes, gpointer user_data)
{
  namida_receive_session_add_bytes (user_data, n_bytes);
}

char *
namida_serving_receive_part (NamidaServing *job, NamidaHttpReader *reader, guint64 *there, GError **error)
{
  NamidaSink *sink = namida_receive_session_get_sink (job->session);
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  g_autofree char *sha256 = NULL;
  NamidaHttpBody body;
  guint64 written = 0;
  gboolean ok = FALSE;
  int fd = namida_sink_open_part (sink, job->upload.index, job->upload.offset, digest, error);

  *there = job->upload.offset;
  if (fd < 0)
    {
      *there = 0;
      return NULL;
    }
  namida_http_body_init (&body, reader, job->head.length);
  ok = !job->head.expect_continue || namida_http_write_continue (g_io_stream_get_output_stream (job->stream), error);
  if (ok)
    {
      NamidaBodyReceiver receiver = {
        .body = &body,
        .expected = job->upload.size - job->upload.offset,
        .fd = fd,
        .offset = job->upload.offset,
        .digest = digest,
        .cancellable = namida_receive_session_get_cancellable (job->session),
        .progress = upload_on_progress,
        .progress_data = job->session,
      };

      ok = namida_body_receiver_run (&receiver, &written, error);
    }
  *there += written;
  if (ok)
    sha256 = namida_digest_finish (digest);
  if (!namida_sink_close_part (sink, job->upload.index, fd, *there, ok, ok ? error : NULL))
    return NULL;
  return g_steal_pointer (&sha256);
}

static gboolean
upload_receive_one (NamidaServing *job, NamidaHttpReader *reader)
{
  NamidaTransfer *transfer = namida_receive_session_get_transfer (job->session);
  NamidaEntry *entry
      = g_ptr_array_index (namida_backup_get_entries (namida_transfer_get_backup (transfer)), job->upload.index);
  g_autofree char *path = namida_entry_dup_path (entry);
  g_autofree char *sha256 = NULL;
  g_autofree char *json = NULL;
  g_autoptr (GError) error = NULL;
  guint64 there;

  namida_transfer_set_current_file (transfer, path);
  g_socket_set_timeout (job->socket, NAMIDA_LIMIT_BODY_IDLE_SECONDS);
  sha256 = namida_serving_receive_part (job, reader, &there, &error);
  namida_receive_session_end_upload (job->session, &job->upload, there, sha256);
  if (sha256 == NULL)
    {
      g_autoptr (GError) reason = namida_serving_explain (job, error);

      if (namida_error_is_storage (error))
        namida_transfer_set_result (transfer, job->upload.index, NAMIDA_FILE_PENDING, error->message);

      if (reason != NULL)
        namida_serving_refuse (job, reason,
                               g_error_matches (reason, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_OFFSET) ? (gint64) there : -1);
      return FALSE;
    }
  json = namida_upload_answer_format (there, sha256);
  return namida_http_write_answer (g_io_stream_get_output_stream (job->stream), 200, json, job->head.keep_alive, 0,
                                   NULL)
         && job->head.keep_alive;
}

/* Returns the session that a pack names; the files in it have their own ids. */
static char *
upload_session_of_pack (const char *query, GError **error)
{
  char *id = query != NULL ? namida_query_get (query, "sessionId") : NULL;

  if (id == NULL)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                         _ ("This device does not understand the request."));
  return id;
}

static gboolean
upload_begin (NamidaServing *job, gboolean *other_session, gint64 *right_offset, GError **error)
{
  g_auto (NamidaUploadQuery) query = { 0 };

  *right_offset = -1;
  if (!namida_upload_query_parse (job->head.query != NULL ? job->head.query : "", &query, error))
    return FALSE;
  *other_session = g_strcmp0 (query.session_id, namida_receive_session_get_id (job->session)) != 0;
  return !*other_session
         && namida_receive_session_begin_upload (job->session, job->fingerprint, &query, job->head.length, &job->upload,
                                                 right_offset, error);
}

static gboolean
upload_begin_pack (NamidaServing *job, gboolean *other_session, GError **error)
{
  g_autofree char *id = upload_session_of_pack (job->head.query, error);

  if (id == NULL)
    return FALSE;
  *other_session = g_strcmp0 (id, namida_receive_session_get_id (job->session)) != 0;
  return !*other_session;
}

/* Reads the next request on this connection. Only uploads and packs of the same session are served here. */
static gboolean
upload_next_upload (NamidaServing *job, NamidaHttpReader *reader)
{
  g_autoptr (GError) error = NULL;
  gboolean other_session = FALSE;
  gint64 right_offset = -1;

  namida_http_head_clear (&job->head);
  g_socket_set_timeout (job->socket, NAMIDA_LIMIT_HEAD_SECONDS);
  if (!namida_http_reader_head (reader, &job->head, NAMIDA_LIMIT_HEAD_SECONDS,
                                namida_receive_session_get_cancellable (job->session), &error))
    {
      g_autoptr (GError) reason = error != NULL ? namida_serving_explain (job, error) : NULL;

      if (reason != NULL)
        namida_serving_refuse (job, reason, -1);
      return FALSE;
    }
  job->is_pack = g_str_equal (job->head.path, PACK_PATH);
  /* Every HTTP/1.1 client understands a closed connection, and repeats the request on a new one. */
  if (!g_str_equal (job->head.method, "POST") || (!job->is_pack && !g_str_equal (job->head.path, UPLOAD_PATH)))
    return FALSE;
  if (job->is_pack ? upload_begin_pack (job, &other_session, &error)
                   : upload_begin (job, &other_session, &right_offset, &error))
    return TRUE;
  if (!other_session)
    namida_serving_refuse (job, error, right_offset);
  return FALSE;
}

static gboolean
upload_serving_give_back (gpointer data)
{
  NamidaServing *job = data;

  g_autoptr (NamidaServer) server = g_weak_ref_get (&job->server);

  if (server != NULL && server->running)
    {
      job->reader->limit = NULL;
      namida_server_receive_next (server, job->stream, g_steal_pointer (&job->reader), job->remote);
      g_clear_object (&job->stream);
    }
  namida_serving_free (job);
  return G_SOURCE_REMOVE;
}

/* Serves a request of another dialect. The next request on the connection may be any request. */
static void
upload_serving_serve (NamidaServing *job)
{
  g_autoptr (GSource) source = NULL;

  if (!job->serve (job, job->reader) || !job->head.keep_alive)
    {
      namida_serving_free (job);
      return;
    }
  /* A connection that is kept for later must not keep the session. */
  if (job->session != NULL)
    namida_receive_session_leave (job->session);
  g_clear_object (&job->session);
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, upload_serving_give_back, job, NULL);
  g_source_attach (source, job->context);
}

static void
upload_work (gpointer data)
{
  NamidaServing *job = data;

  if (job->refusal != NULL)
    namida_serving_refuse (job, job->refusal, job->right_offset);
  else
    {
      job->reader->limit = job->limit;
      if (job->serve != NULL)
        {
          upload_serving_serve (job);
          return;
        }
      while ((job->is_pack ? namida_serving_receive_pack (job, job->reader) : upload_receive_one (job, job->reader))
             && upload_next_upload (job, job->reader))
        ;
    }
  namida_serving_free (job);
}

NamidaServing *
namida_serving_steal (NamidaRequest *request)
{
  NamidaServing *job = g_new0 (NamidaServing, 1);

  g_weak_ref_init (&job->server, NULL);
  job->remote = g_object_ref (request->remote);
  job->socket = g_object_ref (request->socket);
  job->fingerprint = request->connection->fingerprint;
  job->right_offset = -1;
  job->stream = g_steal_pointer (&request->stream);
  job->reader = g_steal_pointer (&request->reader);
  job->head = request->head;
  memset (&request->head, 0, sizeof request->head);
  return job;
}

void
namida_serving_start (NamidaServer *self, NamidaServing *job)
{
  job->limit = namida_rate_limit_ref (self->limit);
  g_weak_ref_set (&job->server, self);
  job->context = g_main_context_ref_thread_default ();
  if (job->session != NULL && self->listener != NULL)
    {
      namida_listener_keep (self->listener, job->socket);
      namida_buffered_stream_expect_much (job->stream);
    }
  namida_server_run (self, upload_work, job);
}

void
namida_server_refuse (NamidaServer *self, NamidaRequest *request, const GError *reason, guint retry_after)
{
  NamidaServing *job = namida_serving_steal (request);

  job->refusal = g_error_copy (reason);
  job->retry_after = retry_after;
  namida_serving_start (self, job);
}

static NamidaReceiveSession *
upload_find (NamidaServer *self, NamidaServing *job, const char *text, GError **error)
{
  g_auto (NamidaUploadQuery) query = { 0 };
  NamidaReceiveSession *session;

  if (!namida_upload_query_parse (text != NULL ? text : "", &query, error))
    return NULL;
  session = namida_server_find_session (self, query.session_id, job->fingerprint, error);
  if (session == NULL
      || !namida_receive_session_begin_upload (session, job->fingerprint, &query, job->head.length, &job->upload,
                                               &job->right_offset, error))
    return NULL;
  return session;
}

static NamidaReceiveSession *
upload_find_for_pack (NamidaServer *self, NamidaServing *job, const char *text, GError **error)
{
  g_autofree char *id = upload_session_of_pack (text, error);

  return id != NULL ? namida_server_find_session (self, id, job->fingerprint, error) : NULL;
}

void
namida_server_take_upload (NamidaServer *self, NamidaRequest *request)
{
  NamidaServing *job = namida_serving_steal (request);
  NamidaReceiveSession *session;
  GError *error = NULL;

  job->is_pack = g_str_equal (job->head.path, PACK_PATH);
  session = job->is_pack ? upload_find_for_pack (self, job, job->head.query, &error)
                         : upload_find (self, job, job->head.query, &error);
  if (session != NULL)
    {
      job->session = g_object_ref (session);
      namida_receive_session_enter (session);
    }
  else
    job->refusal = error;
  namida_serving_start (self, job);
}
