/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-limits.h"
#include "namida-server-private.h"

#include <errno.h>
#include <sys/socket.h>

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

NamidaRequest *
namida_request_ref (NamidaRequest *self)
{
  return g_rc_box_acquire (self);
}

static void
request_clear (gpointer data)
{
  NamidaRequest *self = data;

  clear_source (&self->timer);
  clear_source (&self->hangup);
  g_clear_object (&self->msg);
  g_free (self->query);
  g_clear_pointer (&self->info, namida_device_info_unref);
  g_clear_pointer (&self->body, g_byte_array_unref);
}

void
namida_request_unref (NamidaRequest *self)
{
  g_rc_box_release_full (self, request_clear);
}

char *
namida_request_get (NamidaRequest *self, const char *key)
{
  return self->query != NULL ? namida_query_get (self->query, key) : NULL;
}

static void
tell_gone (NamidaRequest *self)
{
  void (*on_gone) (NamidaRequest *, gpointer) = g_steal_pointer (&self->on_gone);

  self->gone = TRUE;
  if (on_gone != NULL && !self->answered)
    on_gone (self, self->gone_data);
}

/* libsoup does not read a paused connection, so the socket is looked at below TLS. Nothing may come while the sender
 * waits: the end of the stream, a reset, or bytes (TLS's close_notify) all mean that it hangs up. */
static gboolean
on_socket_event (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  NamidaRequest *self = user_data;
  char byte;
  gssize n = recv (g_socket_get_fd (socket), &byte, 1, MSG_PEEK | MSG_DONTWAIT);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  clear_source (&self->hangup);
  namida_request_ref (self);
  g_socket_shutdown (socket, TRUE, TRUE, NULL);
  tell_gone (self);
  if (self->paused)
    {
      /* Nobody reads it, but libsoup ends the message only by an answer. */
      self->paused = FALSE;
      self->answered = TRUE;
      soup_server_message_set_status (self->msg, SOUP_STATUS_GONE, NULL);
      soup_server_message_unpause (self->msg);
    }
  namida_request_unref (self);
  return G_SOURCE_REMOVE;
}

void
namida_request_wait (NamidaRequest *self, void (*on_gone) (NamidaRequest *, gpointer), gpointer user_data)
{
  self->on_gone = on_gone;
  self->gone_data = user_data;
  if (self->paused || self->answered)
    return;
  clear_source (&self->timer);
  self->paused = TRUE;
  soup_server_message_pause (self->msg);
  self->hangup = g_socket_create_source (self->connection->socket, G_IO_IN | G_IO_HUP | G_IO_ERR, NULL);
  g_source_set_callback (self->hangup, (GSourceFunc) on_socket_event, self, NULL);
  g_source_attach (self->hangup, g_main_context_get_thread_default ());
}

void
namida_request_answer (NamidaRequest *self, guint status, char *json, gsize length)
{
  SoupMessageHeaders *headers;

  if (self->answered || self->gone)
    {
      g_free (json);
      return;
    }
  self->answered = TRUE;
  self->on_gone = NULL;
  clear_source (&self->hangup);
  headers = soup_server_message_get_response_headers (self->msg);
  /* libsoup before 3.3 leaks the socket of a kept-alive connection that the client closes. */
  soup_message_headers_replace (headers, "Connection", "close");
  soup_server_message_set_status (self->msg, status, NULL);
  if (json != NULL)
    soup_server_message_set_response (self->msg, self->type, SOUP_MEMORY_TAKE, json, length);
  if (self->paused)
    {
      self->paused = FALSE;
      soup_server_message_unpause (self->msg);
    }
}

void
namida_request_fail (NamidaRequest *self, const GError *reason, guint retry_after)
{
  char *json = namida_error_answer_format (reason, -1);

  self->type = "application/json";
  if (retry_after > 0 && !self->answered && !self->gone)
    {
      g_autofree char *seconds = g_strdup_printf ("%u", retry_after);

      soup_message_headers_replace (soup_server_message_get_response_headers (self->msg), "Retry-After", seconds);
    }
  namida_request_answer (self, namida_error_http_status (reason), json, strlen (json));
}
