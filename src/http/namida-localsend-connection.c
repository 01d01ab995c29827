/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-localsend-connection.h"

#include "namida-error.h"
#include "namida-http-answer.h"
#include "namida-http.h"
#include "namida-limits.h"
#include "namida-tls.h"

#include <glib/gi18n-lib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#define MAX_INTERIM 8
/* The answer to an upload may wait for a slow disk there. */
#define ANSWER_SECONDS 60
/* A cut that nobody announces: unacknowledged bytes. */
#define SILENCE_SECONDS 22

struct _NamidaLocalsendConnection
{
  GIOStream *stream, *buffered;
  GCancellable *cancellable; /* (nullable) */
  char *host;
  GByteArray *early; /* of an answer that came before its time */
  gboolean reusable;
};

static GSocket *
socket_of (NamidaLocalsendConnection *self)
{
  return namida_buffered_stream_get_socket (self->buffered);
}

NamidaLocalsendConnection *
namida_localsend_connection_new (const NamidaLocalsendPeer *peer, GCancellable *cancellable, GError **error)
{
  NamidaLocalsendConnection *self;
  GIOStream *buffered = NULL;
  GIOStream *stream = namida_stream_connect (peer->identity, peer->source, peer->address, peer->fingerprint, &buffered,
                                             cancellable, error);

  if (stream == NULL)
    return NULL;
  self = g_new0 (NamidaLocalsendConnection, 1);
  self->stream = stream;
  self->buffered = buffered;
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  self->host = namida_http_host (peer->address);
  self->early = g_byte_array_new ();
  self->reusable = TRUE;
  g_socket_set_option (socket_of (self), IPPROTO_TCP, TCP_USER_TIMEOUT, SILENCE_SECONDS * 1000, NULL);
  g_socket_set_keepalive (socket_of (self), TRUE);
  return self;
}

void
namida_localsend_connection_free (NamidaLocalsendConnection *self)
{
  /* The socket first: a polite TLS goodbye could wait for a side that is gone. */
  g_socket_close (socket_of (self), NULL);
  g_object_unref (self->stream);
  g_object_unref (self->buffered);
  g_clear_object (&self->cancellable);
  g_byte_array_unref (self->early);
  g_free (self->host);
  g_free (self);
}

char *
namida_localsend_connection_dup_fingerprint (NamidaLocalsendConnection *self)
{
  return G_IS_TLS_CONNECTION (self->stream) ? namida_tls_peer_fingerprint (G_TLS_CONNECTION (self->stream)) : NULL;
}

GSocketAddress *
namida_localsend_connection_dup_source (NamidaLocalsendConnection *self)
{
  g_autoptr (GSocketAddress) own = g_socket_get_local_address (socket_of (self), NULL);
  GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (own);

  if (own == NULL)
    return NULL;
  return g_object_new (
      G_TYPE_INET_SOCKET_ADDRESS, "address", g_inet_socket_address_get_address (inet), "port", 0u, "scope-id",
      g_socket_address_get_family (own) == G_SOCKET_FAMILY_IPV6 ? g_inet_socket_address_get_scope_id (inet) : 0u, NULL);
}

gboolean
namida_localsend_connection_get_reusable (NamidaLocalsendConnection *self)
{
  return self->reusable;
}

void
namida_localsend_answer_clear (NamidaLocalsendAnswer *self)
{
  g_clear_pointer (&self->body, g_byte_array_unref);
}

/* ---- writing ---- */

/* @error: (transfer full): of a stream. */
static gboolean
fail (NamidaLocalsendConnection *self, GError *local, GError **error)
{
  self->reusable = FALSE;
  if (local->domain == NAMIDA_ERROR)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Cancelled"));
  else
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                 _ ("The connection to the other device broke: %s. Check its network, then send again."),
                 local->message);
  g_error_free (local);
  return FALSE;
}

static gboolean
write_bytes (NamidaLocalsendConnection *self, gconstpointer data, gsize length, GError **error)
{
  GOutputStream *output = g_io_stream_get_output_stream (self->stream);
  GError *local = NULL;

  if (length == 0 || g_output_stream_write_all (output, data, length, NULL, self->cancellable, &local))
    return TRUE;
  return fail (self, local, error);
}

static gboolean
flush (NamidaLocalsendConnection *self, GError **error)
{
  GError *local = NULL;

  if (g_output_stream_flush (g_io_stream_get_output_stream (self->buffered), self->cancellable, &local))
    {
      namida_buffered_stream_cork (self->buffered, FALSE);
      return TRUE;
    }
  return fail (self, local, error);
}

static gboolean
has_answered (NamidaLocalsendConnection *self)
{
  GInputStream *input = g_io_stream_get_input_stream (self->stream);
  guint8 bytes[1024];
  gssize n;

  if (self->early->len > 0)
    return TRUE;
  if (!G_IS_POLLABLE_INPUT_STREAM (input) || !g_pollable_input_stream_can_poll (G_POLLABLE_INPUT_STREAM (input)))
    return FALSE;
  n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (input), bytes, sizeof bytes, NULL, NULL);
  if (n > 0)
    g_byte_array_append (self->early, bytes, (guint) n);
  return n > 0;
}

static gboolean
write_head (NamidaLocalsendConnection *self, const char *target, const char *type, guint64 length, GError **error)
{
  g_autofree char *head = g_strdup_printf ("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\n"
                                           "Content-Length: %" G_GUINT64_FORMAT "\r\n\r\n",
                                           target, self->host, type, length);

  namida_buffered_stream_cork (self->buffered, TRUE);
  return write_bytes (self, head, strlen (head), error);
}

gboolean
namida_localsend_connection_begin (NamidaLocalsendConnection *self, const char *target, guint64 length, GError **error)
{
  g_socket_set_timeout (socket_of (self), ANSWER_SECONDS);
  return write_head (self, target, "application/octet-stream", length, error);
}

gboolean
namida_localsend_connection_write (
    NamidaLocalsendConnection *self, const guint8 *data, gsize length, gboolean *answered, GError **error)
{
  g_autoptr (GError) local = NULL;

  *answered = has_answered (self);
  if (*answered || write_bytes (self, data, length, &local))
    return TRUE;
  /* A side that refuses may close what it does not read; its reason came before. */
  if (!g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED) && has_answered (self))
    {
      *answered = TRUE;
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* ---- reading ---- */

/* What came early, then the stream. */
static gssize
read_some (NamidaLocalsendConnection *self, guint8 *buffer, gsize count, GError **error)
{
  gsize n = MIN (count, self->early->len);

  if (n > 0)
    {
      memcpy (buffer, self->early->data, n);
      g_byte_array_remove_range (self->early, 0, (guint) n);
      return (gssize) n;
    }
  return g_input_stream_read (g_io_stream_get_input_stream (self->stream), buffer, count, self->cancellable, error);
}

/* Byte by byte from what is buffered below: nothing behind the head may be taken. */
static gboolean
read_head (NamidaLocalsendConnection *self, GString *head, GError **error)
{
  while (!g_str_has_suffix (head->str, "\r\n\r\n"))
    {
      GError *local = NULL;
      guint8 byte = 0;
      gssize n = read_some (self, &byte, 1, &local);

      if (n < 0)
        return fail (self, local, error);
      if (n == 0)
        return fail (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, _ ("it was closed")), error);
      if (byte == '\0' || head->len >= NAMIDA_LIMIT_HEAD_BYTES)
        return namida_http_answer_refuse (error);
      g_string_append_c (head, (char) byte);
    }
  return TRUE;
}

static gboolean
append (GByteArray *body, const guint8 *data, gsize length, gsize limit, GError **error)
{
  if (body->len + length > limit)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
                           _ ("The other device answered with more than it may: update both, then try again"));
      return FALSE;
    }
  g_byte_array_append (body, data, (guint) length);
  return TRUE;
}

/* Until the end of the connection, or of @length. */
static gboolean
read_plain_body (NamidaLocalsendConnection *self, goffset length, GByteArray *body, gsize limit, GError **error)
{
  guint8 buffer[16 * 1024];

  while (length != 0)
    {
      GError *local = NULL;
      gssize n = read_some (self, buffer, length > 0 ? MIN (sizeof buffer, (gsize) length) : sizeof buffer, &local);

      if (n < 0)
        return fail (self, local, error);
      if (n == 0)
        {
          self->reusable = FALSE;
          return length < 0 || namida_http_answer_refuse (error);
        }
      if (!append (body, buffer, (gsize) n, limit, error))
        return FALSE;
      if (length > 0)
        length -= n;
    }
  return TRUE;
}

static gboolean
read_chunked_body (NamidaLocalsendConnection *self, GByteArray *body, gsize limit, GError **error)
{
  g_autoptr (GInputStream) before
      = g_memory_input_stream_new_from_data (g_memdup2 (self->early->data, self->early->len), self->early->len, g_free);
  gboolean early = self->early->len > 0;
  g_auto (NamidaHttpReader) reader = { 0 };
  guint8 buffer[16 * 1024];
  NamidaHttpBody chunks;

  /* An answer that came early is short, and over with what is here: nothing follows it. */
  if (early)
    self->reusable = FALSE;
  g_byte_array_set_size (self->early, 0);
  namida_http_reader_init (&reader, early ? before : g_io_stream_get_input_stream (self->stream));
  namida_http_body_init (&chunks, &reader, -1);
  while (TRUE)
    {
      GError *local = NULL;
      gssize n = namida_http_body_read (&chunks, buffer, sizeof buffer, self->cancellable, &local);

      if (n < 0 && early)
        {
          g_clear_error (&local); /* the status is what matters */
          return TRUE;
        }
      if (n < 0)
        return fail (self, local, error);
      if (n == 0)
        return TRUE;
      if (!append (body, buffer, (gsize) n, limit, error))
        return FALSE;
    }
}

static gboolean
read_body (NamidaLocalsendConnection *self,
           SoupMessageHeaders *headers,
           NamidaLocalsendAnswer *answer,
           gsize limit,
           GError **error)
{
  const char *connection = soup_message_headers_get_list (headers, "Connection");

  if (connection != NULL && soup_header_contains (connection, "close"))
    self->reusable = FALSE;
  if (answer->status == SOUP_STATUS_NO_CONTENT || answer->status == SOUP_STATUS_NOT_MODIFIED)
    return TRUE;
  switch (soup_message_headers_get_encoding (headers))
    {
    case SOUP_ENCODING_CONTENT_LENGTH:
      return read_plain_body (self, soup_message_headers_get_content_length (headers), answer->body, limit, error);
    case SOUP_ENCODING_CHUNKED:
      return read_chunked_body (self, answer->body, limit, error);
    case SOUP_ENCODING_EOF:
      self->reusable = FALSE;
      return read_plain_body (self, -1, answer->body, limit, error);
    default:
      return namida_http_answer_refuse (error);
    }
}

static gboolean
read_answer (NamidaLocalsendConnection *self, gsize limit, NamidaLocalsendAnswer *answer, GError **error)
{
  answer->body = g_byte_array_new ();
  for (guint i = 0; i < MAX_INTERIM; i++)
    {
      g_autoptr (GString) head = g_string_new (NULL);
      SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
      SoupHTTPVersion version = SOUP_HTTP_1_0;
      gboolean ok = read_head (self, head, error);

      if (ok && !soup_headers_parse_response (head->str, (int) head->len - 2, headers, &version, &answer->status, NULL))
        ok = namida_http_answer_refuse (error);
      if (ok && version == SOUP_HTTP_1_0)
        self->reusable = FALSE;
      if (ok && answer->status >= 200)
        ok = read_body (self, headers, answer, limit, error);
      soup_message_headers_unref (headers);
      if (!ok)
        {
          self->reusable = FALSE;
          namida_localsend_answer_clear (answer);
          return FALSE;
        }
      if (answer->status >= 200)
        return TRUE;
    }
  namida_localsend_answer_clear (answer);
  self->reusable = FALSE;
  return namida_http_answer_refuse (error);
}

gboolean
namida_localsend_connection_end (NamidaLocalsendConnection *self,
                                 gboolean whole,
                                 NamidaLocalsendAnswer *answer,
                                 GError **error)
{
  g_autoptr (GError) local = NULL;

  answer->body = NULL;
  if (!whole)
    self->reusable = FALSE;
  else if (!flush (self, &local) && (g_cancellable_is_cancelled (self->cancellable) || !has_answered (self)))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return read_answer (self, NAMIDA_LIMIT_JSON_BYTES, answer, error);
}

gboolean
namida_localsend_connection_post (NamidaLocalsendConnection *self,
                                  const char *target,
                                  const char *body,
                                  gsize length,
                                  guint seconds,
                                  gsize limit,
                                  NamidaLocalsendAnswer *answer,
                                  GError **error)
{
  g_autoptr (GError) local = NULL;

  answer->body = NULL;
  g_socket_set_timeout (socket_of (self), seconds);
  if ((!write_head (self, target, "application/json", length, &local) || !write_bytes (self, body, length, &local)
       || !flush (self, &local))
      && (g_cancellable_is_cancelled (self->cancellable) || !has_answered (self)))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return read_answer (self, limit, answer, error);
}
