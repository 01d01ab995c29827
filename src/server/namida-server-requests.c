/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handles a request from its first byte to its handler. Workers read the head and the body, with limits on the size and
 * the total time of each, and parse the body. The main context only decides: which route the request takes after the
 * head, before any byte of the body is accepted, and what to answer after the body. Called by the listener for
 * connections that are ready. */

#include "config.h"

#include "namida-error.h"
#include "namida-limits.h"
#include "namida-server-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define LOOK_SECONDS 5u /* how often to check whether a body is too slow */
#define PIECE_BYTES (16 * 1024)

void
namida_server_reader_free (NamidaHttpReader *reader)
{
  namida_http_reader_clear (reader);
  g_free (reader);
}

/* ---- workers and the main context ---- */

/* Ends the part of a worker. @next: called in the main context. @request: (transfer full). */
static void
request_continue (NamidaRequest *request, GSourceFunc next)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, next, request, (GDestroyNotify) namida_request_unref);
  g_source_attach (source, request->context);
}

static void
request_set_timer (NamidaRequest *request, guint seconds, GSourceFunc callback)
{
  if (request->timer != NULL)
    g_source_destroy (request->timer);
  g_clear_pointer (&request->timer, g_source_unref);
  if (callback == NULL)
    return;
  request->timer = g_timeout_source_new_seconds (seconds);
  g_source_set_callback (request->timer, callback, request, NULL);
  g_source_attach (request->timer, request->context);
}

/* Whether the server still waits for this request. */
static gboolean
request_is_wanted (NamidaRequest *request)
{
  return request->server != NULL && !request->gone;
}

/* Ends the request and the connection; a worker sends the answer. */
static void
request_refuse (NamidaRequest *request, const GError *reason, guint retry_after)
{
  namida_server_refuse (request->server, request, reason, retry_after);
  namida_request_over (request);
}

/* Ends a request that failed in a worker: answers if the request is invalid, but not if the connection failed. */
static void
request_end_failed (NamidaRequest *request)
{
  if (request->failure != NULL && request->failure->domain == NAMIDA_ERROR)
    {
      request_refuse (request, request->failure, 0);
      return;
    }
  g_socket_shutdown (request->socket, TRUE, TRUE, NULL);
  namida_request_over (request);
}

/* ---- body ---- */

static gboolean
requests_on_body_timer (gpointer user_data)
{
  NamidaRequest *request = user_data;
  gint64 received = g_atomic_int_get (&request->received);
  gint64 seconds = NAMIDA_LIMIT_BODY_SECONDS + received / NAMIDA_LIMIT_BODY_BYTES_PER_SECOND;

  if (g_get_monotonic_time () - request->began < seconds * G_USEC_PER_SEC)
    return G_SOURCE_CONTINUE;
  g_socket_shutdown (request->socket, TRUE, TRUE, NULL);
  return G_SOURCE_REMOVE;
}

static gboolean
requests_on_body_done (gpointer user_data)
{
  NamidaRequest *request = user_data;

  if (!request_is_wanted (request))
    return G_SOURCE_REMOVE;
  request_set_timer (request, 0, NULL);
  if (request->failure != NULL)
    request_end_failed (request);
  else
    request->route->handle (request->server, request);
  return G_SOURCE_REMOVE;
}

static gboolean
requests_body_append (NamidaRequest *request, NamidaBodyBuffer *buffer, const char *data, gsize length, GError **error)
{
  if ((gsize) g_atomic_int_get (&request->received) + length > request->route->max_body)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE, _ ("The request is too large."));
      return FALSE;
    }
  g_atomic_int_add (&request->received, (gint) length);
  return namida_body_buffer_append (buffer, data, length, error);
}

/* Collects several chunks before writing, because a chunk may have a single byte. Returns: as
 * namida_http_body_read(). */
static gssize
requests_body_read_piece (NamidaHttpBody *body, char *piece, GError **error)
{
  gsize got = 0;
  gssize n;

  do
    {
      n = namida_http_body_read (body, piece + got, PIECE_BYTES - got, NULL, error);
      got += (gsize) MAX (n, 0);
    }
  while (n > 0 && got < PIECE_BYTES && namida_http_body_has_more (body));
  return n < 0 ? n : (gssize) got;
}

/* Whether to slow down the body of a stranger. It is limited only while a trusted device is connected, because an offer
 * of 100,000 files would otherwise take 2 s longer for no reason. */
static gboolean
request_makes_way (NamidaRequest *request)
{
  return !request->connection->trusted && request->connections != NULL
         && namida_connection_limit_has_trusted (request->connections);
}

/* Returns: (transfer full) (nullable) */
static GBytes *
requests_body_read (NamidaRequest *request, GError **error)
{
  g_autoptr (NamidaBodyBuffer) buffer = namida_body_buffer_new (request->connection->trusted ? NULL : request->budget);
  g_autofree char *piece = g_malloc (PIECE_BYTES);
  NamidaHttpBody body;
  gssize n;

  g_socket_set_timeout (request->socket, NAMIDA_LIMIT_BODY_IDLE_SECONDS);
  if (request->head.expect_continue
      && !namida_http_write_continue (g_io_stream_get_output_stream (request->stream), error))
    return NULL;
  namida_http_body_init (&body, request->reader, request->head.length);
  while ((n = requests_body_read_piece (&body, piece, error)) > 0)
    {
      if (!requests_body_append (request, buffer, piece, (gsize) n, error))
        return NULL;
      if (request_makes_way (request))
        namida_rate_limit_wait (request->bodies, (guint64) n, NULL);
    }
  request->body_in_file = namida_body_buffer_is_in_file (buffer);
  return n == 0 ? namida_body_buffer_end (g_steal_pointer (&buffer), error) : NULL;
}

/* Runs in a worker. */
static void
requests_body_work (gpointer data)
{
  NamidaRequest *request = data;

  request->body = requests_body_read (request, &request->failure);
  if (request->body != NULL && request->route->parse != NULL)
    {
      request->parsed = request->route->parse (request, &request->failure);
      g_clear_pointer (&request->body, g_bytes_unref);
    }
  request_continue (request, requests_on_body_done);
}

static void
request_read_body (NamidaServer *self, NamidaRequest *request)
{
  request->began = g_get_monotonic_time ();
  request_set_timer (request, LOOK_SECONDS, requests_on_body_timer);
  namida_server_run (self, requests_body_work, namida_request_ref (request));
}

/* ---- head ---- */

static gboolean
requests_on_head_timeout (gpointer user_data)
{
  NamidaRequest *request = user_data;

  g_socket_shutdown (request->socket, TRUE, TRUE, NULL);
  return G_SOURCE_REMOVE;
}

static void
request_route (NamidaServer *self, NamidaRequest *request)
{
  g_autoptr (GError) error = NULL;
  guint retry_after = 0;

  request->route = namida_server_find_route (self, request, &error);
  request->keeps = request->keeps && request->head.keep_alive;
  if (request->route == NULL)
    request_refuse (request, error, 0);
  else if (request->route->take != NULL)
    {
      request->route->take (self, request);
      namida_request_over (request);
    }
  else if (request->route->early != NULL && !request->route->early (self, request, &retry_after, &error))
    request_refuse (request, error, retry_after);
  else if (request->head.length == 0 && (request->route->parse == NULL || namida_request_is_get (request)))
    {
      request->body = g_bytes_new_static ("", 0);
      request->route->handle (self, request);
    }
  else
    request_read_body (self, request);
}

static gboolean
requests_on_head_done (gpointer user_data)
{
  NamidaRequest *request = user_data;

  if (!request_is_wanted (request))
    return G_SOURCE_REMOVE;
  request_set_timer (request, 0, NULL);
  if (request->head.method == NULL)
    {
      request_end_failed (request);
      return G_SOURCE_REMOVE;
    }
  namida_listener_heard (request->server->listener, request->socket);
  request_route (request->server, request);
  return G_SOURCE_REMOVE;
}

/* Runs in a worker. */
static void
requests_head_work (gpointer data)
{
  NamidaRequest *request = data;

  g_socket_set_timeout (request->socket, NAMIDA_LIMIT_HEAD_SECONDS);
  if (!namida_http_reader_head (request->reader, &request->head, NAMIDA_LIMIT_HEAD_SECONDS, NULL, &request->failure))
    namida_http_head_clear (&request->head);
  request_continue (request, requests_on_head_done);
}

void
namida_server_receive_next (NamidaServer *self, GIOStream *stream, NamidaHttpReader *reader, GSocketAddress *remote)
{
  NamidaConnection *connection = namida_connection_of (remote);
  NamidaRequest *request = g_atomic_rc_box_new0 (NamidaRequest);

  request->server = self;
  request->context = g_main_context_ref_thread_default ();
  request->stream = g_object_ref (stream);
  request->remote = g_object_ref (remote);
  request->connection = connection;
  request->socket = g_object_ref (connection->socket);
  request->budget = namida_body_budget_ref (self->budget);
  request->bodies = namida_rate_limit_ref (self->bodies);
  request->connections = self->listener != NULL ? namida_listener_ref_limit (self->listener) : NULL;
  request->reader = reader;
  request->type = "application/json";
  g_hash_table_add (self->requests, request);
  request_set_timer (request, NAMIDA_LIMIT_HEAD_SECONDS, requests_on_head_timeout);
  namida_server_run (self, requests_head_work, namida_request_ref (request));
}

void
namida_server_receive (NamidaServer *self, GIOStream *stream, GSocketAddress *remote)
{
  NamidaHttpReader *reader = g_new0 (NamidaHttpReader, 1);

  namida_http_reader_init (reader, g_io_stream_get_input_stream (stream));
  namida_server_receive_next (self, stream, reader, remote);
}

void
namida_server_leave_requests (NamidaServer *self)
{
  g_autoptr (GList) requests = g_hash_table_get_keys (self->requests);

  for (GList *l = requests; l != NULL; l = l->next)
    {
      NamidaRequest *request = l->data;

      namida_request_ref (request);
      request_set_timer (request, 0, NULL);
      if (request->hangup != NULL)
        g_source_destroy (request->hangup);
      g_clear_pointer (&request->hangup, g_source_unref);
      request->server = NULL;
      request->gone = TRUE;
      /* An answer that is already written may still arrive. */
      if (!request->answered)
        g_socket_shutdown (request->socket, TRUE, TRUE, NULL);
      g_hash_table_remove (self->requests, request);
      namida_request_unref (request);
    }
}
