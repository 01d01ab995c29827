/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receives pieces of files: the main context checks once that the link's browser made the request, and then a worker
 * serves all pieces on this connection, checking each head again. */

#include "config.h"

#include "namida-link-private.h"

#include "namida-digest.h"
#include "namida-error.h"
#include "namida-json-cursor.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define UPLOAD_KEY "namida-link-upload"

/* Admission: what later requests on the same connection must contain, too. */
typedef struct
{
  char *path, *secret;
  gboolean encrypted;
} Admission;

static void
admission_free (gpointer data)
{
  Admission *admission = data;

  g_free (admission->path);
  g_free (admission->secret);
  g_free (admission);
}

static gboolean
admission_covers (const Admission *self, const NamidaHttpHead *head)
{
  g_autofree char *secret = namida_link_cookie_get (head->cookie, NAMIDA_LINK_COOKIE);

  return g_str_equal (head->method, "POST") && g_str_equal (head->path, self->path) && secret != NULL
         && namida_equal_secret (self->secret, secret) && namida_http_head_has_own_host (head)
         && namida_link_is_same_origin (head, self->encrypted);
}

gboolean
namida_link_write_answer (NamidaServing *job, guint status, const char *json, gboolean keep_alive)
{
  g_autofree char *fields = namida_link_fields (NULL);
  g_autofree char *text = g_strdup_printf ("HTTP/1.1 %u %s\r\nContent-Type: application/json\r\n%s%s"
                                           "Content-Length: %zu\r\n\r\n%s",
                                           status, soup_status_get_phrase (status), fields,
                                           keep_alive ? "" : "Connection: close\r\n", strlen (json), json);

  g_socket_set_timeout (job->socket, NAMIDA_LIMIT_BODY_IDLE_SECONDS);
  return g_output_stream_write_all (g_io_stream_get_output_stream (job->stream), text, strlen (text), NULL, NULL, NULL);
}

static void
pieces_refuse_piece (NamidaServing *job, const GError *reason, gint64 right_offset)
{
  g_autofree char *json = namida_error_answer_format (reason, right_offset);

  if (namida_link_write_answer (job, namida_error_http_status (reason), json, FALSE))
    namida_http_linger (job->socket);
}

static gboolean
pieces_check_piece (NamidaServing *job, const char *sha256, GError **error)
{
  gboolean proven = namida_link_uploads_get_proven (namida_link_uploads_of (job->session));

  if (job->head.length > (gint64) NAMIDA_LIMIT_LINK_PIECE_BYTES)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE, _ ("The request is too large."));
  else if (job->head.length < 0 || (sha256 != NULL ? !namida_digest_is_hex (sha256) : proven))
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                         _ ("This device does not understand the request."));
  else
    return TRUE;
  return FALSE;
}

static gboolean
pieces_begin_piece (NamidaServing *job, char **sha256, gint64 *right_offset, GError **error)
{
  g_auto (NamidaUploadQuery) query = { 0 };
  const char *text = job->head.query != NULL ? job->head.query : "";

  *right_offset = -1;
  *sha256 = namida_query_get (text, "sha256");
  if (!namida_upload_query_parse (text, &query, error) || !pieces_check_piece (job, *sha256, error))
    return FALSE;
  query.piece = TRUE;
  if (!g_str_equal (query.session_id, namida_receive_session_get_id (job->session)))
    return namida_receive_session_refuse_upload (error);
  return namida_receive_session_begin_upload (job->session, job->fingerprint, &query, job->head.length, &job->upload,
                                              right_offset, error);
}

static gboolean
pieces_answer_piece (NamidaServing *job, guint64 there, const char *whole)
{
  g_autoptr (GString) json = g_string_new ("{");

  namida_json_append_size (json, "offset", there);
  if (whole != NULL)
    namida_json_append_member (json, "sha256", whole);
  g_string_append_c (json, '}');
  return namida_link_write_answer (job, SOUP_STATUS_OK, json->str, job->head.keep_alive) && job->head.keep_alive;
}

static void
pieces_report_current (NamidaServing *job)
{
  NamidaTransfer *transfer = namida_receive_session_get_transfer (job->session);
  g_autofree char *path = namida_entry_dup_path (
      g_ptr_array_index (namida_backup_get_entries (namida_transfer_get_backup (transfer)), job->upload.index));

  namida_transfer_set_current_file (transfer, path);
}

/* Returns: whether another piece may follow on this connection. */
static gboolean
pieces_receive_piece (NamidaServing *job, NamidaHttpReader *reader)
{
  NamidaLinkUploads *uploads = namida_link_uploads_of (job->session);
  g_autofree char *sha256 = NULL;
  g_autofree char *whole = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) reason = NULL;
  gint64 right_offset;
  guint64 there = 0;

  if (!pieces_begin_piece (job, &sha256, &right_offset, &error))
    {
      pieces_refuse_piece (job, error, right_offset);
      return FALSE;
    }
  pieces_report_current (job);
  g_socket_set_timeout (job->socket, NAMIDA_LIMIT_BODY_IDLE_SECONDS);
  if (namida_link_uploads_receive (uploads, job, reader, sha256, &there, &whole, &error))
    return pieces_answer_piece (job, there, whole);
  reason = namida_serving_explain (job, error);
  if (namida_error_is_storage (error))
    namida_transfer_set_result (namida_receive_session_get_transfer (job->session), job->upload.index,
                                NAMIDA_FILE_PENDING, error->message);
  if (reason != NULL)
    pieces_refuse_piece (job, reason, (gint64) there);
  return FALSE;
}

static gboolean
pieces_next_piece (NamidaServing *job, NamidaHttpReader *reader, const Admission *admission)
{
  namida_http_head_clear (&job->head);
  g_socket_set_timeout (job->socket, NAMIDA_LIMIT_HEAD_SECONDS);
  /* Every browser understands a closed connection, and repeats the request on a new one. */
  return namida_http_reader_head (reader, &job->head, NAMIDA_LIMIT_HEAD_SECONDS,
                                  namida_receive_session_get_cancellable (job->session), NULL)
         && admission_covers (admission, &job->head);
}

static gboolean
pieces_serve (NamidaServing *job, NamidaHttpReader *reader)
{
  const Admission *admission = g_object_get_data (G_OBJECT (job->stream), UPLOAD_KEY);
  NamidaLinkUploads *uploads = namida_link_uploads_of (job->session);

  namida_link_uploads_begin (uploads);
  while (pieces_receive_piece (job, reader) && pieces_next_piece (job, reader, admission))
    ;
  namida_link_uploads_end (uploads);
  return FALSE;
}

/* Runs in a worker. Does not read the body. */
static gboolean
pieces_serve_refusal (NamidaServing *job, NamidaHttpReader *reader)
{
  NamidaLinkAccess access = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (job->stream), UPLOAD_KEY));
  g_autofree char *json = g_strdup_printf ("{\"code\":\"%s\"}", namida_link_access_code (access));

  if (namida_link_write_answer (job, namida_link_access_status (access), json, FALSE))
    namida_http_linger (job->socket);
  return FALSE;
}

void
namida_link_refuse_body (NamidaServer *server, NamidaRequest *request, NamidaLinkAccess access)
{
  NamidaServing *job = namida_serving_steal (request);

  g_object_set_data (G_OBJECT (job->stream), UPLOAD_KEY, GINT_TO_POINTER (access));
  job->serve = pieces_serve_refusal;
  namida_serving_start (server, job);
}

void
namida_link_take_upload (NamidaServer *server, NamidaRequest *request)
{
  NamidaLink *self = namida_link_of (server, &request->head);
  gboolean encrypted = request->connection->encrypted;
  NamidaLinkAccess access = namida_link_check (self, &request->head, encrypted, FALSE);
  Admission *admission;
  NamidaServing *job;

  if (access != NAMIDA_LINK_ACCESS_FINE || !namida_link_is_receiving (self))
    {
      namida_link_refuse_body (server, request,
                               access != NAMIDA_LINK_ACCESS_FINE ? access : NAMIDA_LINK_ACCESS_EXPIRED);
      return;
    }
  admission = g_new0 (Admission, 1);
  job = namida_serving_steal (request);
  admission->path = g_strdup (job->head.path);
  admission->secret = g_strdup (self->secret);
  admission->encrypted = encrypted;
  g_object_set_data_full (G_OBJECT (job->stream), UPLOAD_KEY, admission, admission_free);
  namida_link_seen (self);
  job->serve = pieces_serve;
  job->fingerprint = namida_receive_session_get_fingerprint (self->session);
  job->session = g_object_ref (self->session);
  namida_receive_session_enter (self->session);
  namida_serving_start (server, job);
}
