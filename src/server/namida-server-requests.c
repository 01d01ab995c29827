/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-server-private.h"

#include "namida-error.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A request from its head to its end; what libsoup says of it. */

#define REQUEST_KEY "namida-request"

static gboolean
on_request_stalled (gpointer user_data)
{
  NamidaRequest *request = user_data;

  /* libsoup sees the end of the stream, and ends the message by itself. */
  g_socket_shutdown (request->connection->socket, TRUE, TRUE, NULL);
  return G_SOURCE_REMOVE;
}

static void
request_arm (NamidaRequest *request)
{
  if (request->timer != NULL)
    g_source_destroy (request->timer);
  g_clear_pointer (&request->timer, g_source_unref);
  request->timer = g_timeout_source_new_seconds (NAMIDA_LIMIT_BODY_IDLE_SECONDS);
  g_source_set_callback (request->timer, on_request_stalled, request, NULL);
  g_source_attach (request->timer, g_main_context_get_thread_default ());
}

static gboolean
refuse_later (gpointer user_data)
{
  NamidaRequest *request = user_data;
  g_autoptr (GError) error
      = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE, _ ("The request is too large."));

  if (request->server != NULL && !request->gone && !request->answered)
    {
      request->answered = TRUE;
      namida_server_refuse (request->server, request->msg, error, 0);
    }
  return G_SOURCE_REMOVE;
}

static void
on_chunk (SoupServerMessage *msg, GBytes *chunk, gpointer user_data)
{
  NamidaRequest *request = user_data;
  gsize size;
  const void *data = g_bytes_get_data (chunk, &size);

  request_arm (request);
  if (request->paused)
    return;
  if (request->body->len + size <= request->route->max_body)
    {
      g_byte_array_append (request->body, data, (guint) size);
      return;
    }
  /* Not from within libsoup's reading. */
  request->paused = TRUE;
  soup_server_message_pause (msg);
  g_idle_add_full (G_PRIORITY_DEFAULT, refuse_later, namida_request_ref (request),
                   (GDestroyNotify) namida_request_unref);
}

static void
on_wrote_data (SoupServerMessage *msg, guint size, gpointer user_data)
{
  request_arm (user_data);
}

static void
on_message_over (SoupServerMessage *msg, gpointer user_data)
{
  NamidaRequest *request = namida_request_ref (user_data);
  NamidaServer *self = request->server;

  g_signal_handlers_disconnect_by_data (msg, request);
  if (request->timer != NULL)
    g_source_destroy (request->timer);
  g_clear_pointer (&request->timer, g_source_unref);
  if (request->hangup != NULL)
    g_source_destroy (request->hangup);
  g_clear_pointer (&request->hangup, g_source_unref);
  if (!request->gone)
    {
      void (*on_gone) (NamidaRequest *, gpointer) = g_steal_pointer (&request->on_gone);

      request->gone = TRUE;
      if (on_gone != NULL && !request->answered)
        on_gone (request, request->gone_data);
    }
  if (self != NULL)
    {
      namida_server_release_offer (self, request);
      if (g_hash_table_remove (self->requests, request))
        namida_server_check_stopped (self);
    }
  namida_request_unref (request);
}

static NamidaRequest *
request_begin (NamidaServer *self, SoupServerMessage *msg, const NamidaRoute *route, NamidaConnection *connection)
{
  NamidaRequest *request = g_rc_box_new0 (NamidaRequest);

  request->server = self;
  request->msg = g_object_ref (msg);
  request->route = route;
  request->type = "application/json";
  request->connection = connection;
  request->query = g_strdup (g_uri_get_query (soup_server_message_get_uri (msg)));
  request->body = g_byte_array_new ();
  return request;
}

static void
request_follow (NamidaServer *self, NamidaRequest *request)
{
  SoupServerMessage *msg = request->msg;

  soup_message_body_set_accumulate (soup_server_message_get_request_body (msg), FALSE);
  g_object_set_data (G_OBJECT (msg), REQUEST_KEY, request);
  g_hash_table_add (self->requests, namida_request_ref (request));
  g_signal_connect (msg, "got-chunk", G_CALLBACK (on_chunk), request);
  g_signal_connect (msg, "wrote-body-data", G_CALLBACK (on_wrote_data), request);
  g_signal_connect (msg, "finished", G_CALLBACK (on_message_over), request);
  g_signal_connect (msg, "disconnected", G_CALLBACK (on_message_over), request);
  request_arm (request);
}

/* libsoup refuses by itself what is no HTTP, with nothing but a status: this is the body that such an answer gets.
 * Emitted before the head is read (libsoup 3.2). */
void
namida_server_on_started (SoupServer *soup, SoupServerMessage *msg, gpointer user_data)
{
  g_autoptr (GError) reason = g_error_new_literal (
      NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
      _ ("The other device sent a request that makes no sense. Update Namida Sync on both devices."));
  char *json = namida_error_answer_format (reason, -1);

  soup_message_headers_replace (soup_server_message_get_response_headers (msg), "Connection", "close");
  soup_server_message_set_response (msg, "application/json", SOUP_MEMORY_TAKE, json, strlen (json));
}

void
namida_server_on_early (
    SoupServer *soup, SoupServerMessage *msg, const char *path, GHashTable *query, gpointer user_data)
{
  NamidaServer *self = NAMIDA_SERVER (user_data);
  GSocketAddress *remote = soup_server_message_get_remote_address (msg);
  NamidaConnection *connection = namida_connection_of (remote);
  g_autoptr (GError) error = NULL;
  const NamidaRoute *route;
  guint retry_after = 0;

  soup_server_message_set_response (msg, NULL, SOUP_MEMORY_STATIC, NULL, 0); /* see namida_server_on_started() */
  if (connection == NULL)
    {
      /* Only our own listener hands connections over; this one found libsoup's placeholder. */
      soup_server_message_set_status (msg, SOUP_STATUS_FORBIDDEN, NULL);
      return;
    }
  namida_server_head_came (remote);
  if (self->listener != NULL)
    namida_listener_heard (self->listener, connection->socket);
  route = namida_server_find_route (self, msg, path, connection, &error);
  if (route == NULL)
    {
      namida_server_refuse (self, msg, error, 0);
      return;
    }
  if (route->take != NULL)
    {
      route->take (self, msg, connection);
      return;
    }
  {
    NamidaRequest *request = request_begin (self, msg, route, connection);

    if (route->early == NULL || route->early (self, request, &retry_after, &error))
      request_follow (self, request);
    else
      namida_server_refuse (self, msg, error, retry_after);
    namida_request_unref (request);
  }
}

void
namida_server_on_request (
    SoupServer *soup, SoupServerMessage *msg, const char *path, GHashTable *query, gpointer user_data)
{
  NamidaRequest *request = g_object_get_data (G_OBJECT (msg), REQUEST_KEY);

  if (request == NULL || request->paused || request->answered)
    return;
  namida_request_ref (request);
  request_arm (request);
  request->route->handle (user_data, request);
  namida_request_unref (request);
}

void
namida_server_leave_requests (NamidaServer *self)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->requests);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      NamidaRequest *request = key;

      g_signal_handlers_disconnect_by_data (request->msg, request);
      g_object_set_data (G_OBJECT (request->msg), REQUEST_KEY, NULL);
      if (request->hangup != NULL)
        g_source_destroy (request->hangup);
      g_clear_pointer (&request->hangup, g_source_unref);
      if (request->timer != NULL)
        g_source_destroy (request->timer);
      g_clear_pointer (&request->timer, g_source_unref);
      request->server = NULL;
      request->gone = TRUE;
      g_socket_shutdown (request->connection->socket, TRUE, TRUE, NULL);
    }
  g_hash_table_remove_all (self->requests);
}
