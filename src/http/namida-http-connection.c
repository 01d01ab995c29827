/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sends requests and reads answers on one connection, and notices an early answer, a lost device and a stalled one;
 * see the header. Blocking; one worker thread. */
#include "config.h"

#include "namida-http-connection.h"

#include <glib/gi18n-lib.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-limits.h"
#include "namida-path-mtu.h"
#include "namida-tls.h"

/* A lost connection is noticed within 30 s: by bytes that are not acknowledged, and on an idle connection by
 * keep-alive probes. TCP_USER_TIMEOUT would also end the connection of a living peer that reads slowly. */
#define SILENCE_SECONDS 22
#define KEEP_IDLE_SECONDS 10
#define KEEP_INTERVAL_SECONDS 5
/* Allows for a slow disk at the other side, on a connection that TCP knows to be alive. */
#define STALL_SECONDS 60
#define BACK_OFF_MS 500
/* How long a large answer may bring nothing before a path that drops large packets is suspected. */
#define QUIET_US (7 * G_USEC_PER_SEC)
/* A head and a small body are sent in one write. */
#define ONE_WRITE_BYTES (256u * 1024)
/* A chunk is copied for the same write up to this size, about one TLS record. */
#define CHUNK_COPY_BYTES (16u * 1024)
/* Between two pieces, check for an early answer. */
#define PIECE_BYTES (1024u * 1024)

struct _NamidaHttpConnection
{
  GIOStream *stream, *buffered;
  GCancellable *cancellable; /* (nullable) */
  NamidaRateLimit *limit;    /* (nullable) */
  char *host;
  guint silence, stall;

  GByteArray *scratch; /* bytes for the next write: the head, and small pieces with their chunk frame */
  guint64 left;        /* of a body with a known length, in bytes */
  gboolean chunked, answered, much_comes;
  NamidaHttpReader reader;
  NamidaHttpBody body;
  gboolean in_body; /* a request has begun and its answer has not been read to the end */
  gboolean broken;  /* no other request may follow */
};

static GSocket *
connection_socket (NamidaHttpConnection *self)
{
  return namida_buffered_stream_get_socket (self->buffered);
}

static GInputStream *
connection_input (NamidaHttpConnection *self)
{
  return g_io_stream_get_input_stream (self->stream);
}

static void
connection_watch (NamidaHttpConnection *self)
{
  GSocket *socket = connection_socket (self);
  int probes = MAX (1, ((int) self->silence - KEEP_IDLE_SECONDS) / KEEP_INTERVAL_SECONDS);

  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE_SECONDS, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_INTERVAL_SECONDS, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPCNT, probes, NULL);
}

static int test_silence, test_stall, test_back_off; /* atomic */

void
namida_http_set_limits_for_tests (guint silence_seconds, guint stall_seconds)
{
  g_atomic_int_set (&test_silence, (int) silence_seconds);
  g_atomic_int_set (&test_stall, (int) stall_seconds);
}

void
namida_http_set_back_off_for_tests (guint ms)
{
  g_atomic_int_set (&test_back_off, (int) ms);
}

/* Returns the first value that is not 0. */
static guint
connection_choose (int for_tests, guint asked, guint usual)
{
  if (for_tests > 0)
    return (guint) for_tests;
  return asked != 0 ? asked : usual;
}

NamidaHttpConnection *
namida_http_connection_new (const NamidaHttpPeer *peer, GCancellable *cancellable, GError **error)
{
  NamidaHttpConnection *self;
  GIOStream *buffered = NULL;
  guint seconds = peer->connect_seconds != 0 ? peer->connect_seconds : NAMIDA_LIMIT_HANDSHAKE_SECONDS;
  GIOStream *stream = namida_stream_connect (peer->identity, peer->source, peer->address, peer->fingerprint, seconds,
                                             &buffered, cancellable, error);

  if (stream == NULL)
    return NULL;
  self = g_new0 (NamidaHttpConnection, 1);
  self->stream = stream;
  self->buffered = buffered;
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  self->limit = peer->limit != NULL ? namida_rate_limit_ref (peer->limit) : NULL;
  self->host = namida_http_host (peer->address);
  self->silence = connection_choose (g_atomic_int_get (&test_silence), peer->silence_seconds, SILENCE_SECONDS);
  self->stall = connection_choose (g_atomic_int_get (&test_stall), peer->stall_seconds, STALL_SECONDS);
  self->scratch = g_byte_array_new ();
  namida_http_reader_init (&self->reader, connection_input (self));
  connection_watch (self);
  return self;
}

void
namida_http_connection_free (NamidaHttpConnection *self)
{
  /* Close the socket first: a regular TLS goodbye could block on a device that has left. */
  g_socket_close (connection_socket (self), NULL);
  namida_http_reader_clear (&self->reader);
  g_object_unref (self->stream);
  g_object_unref (self->buffered);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->limit, namida_rate_limit_unref);
  g_byte_array_unref (self->scratch);
  g_free (self->host);
  g_free (self);
}

char *
namida_http_connection_dup_fingerprint (NamidaHttpConnection *self)
{
  return G_IS_TLS_CONNECTION (self->stream) ? namida_tls_peer_fingerprint (G_TLS_CONNECTION (self->stream)) : NULL;
}

GSocketAddress *
namida_http_connection_dup_source (NamidaHttpConnection *self)
{
  g_autoptr (GSocketAddress) own = g_socket_get_local_address (connection_socket (self), NULL);
  GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (own);

  if (own == NULL)
    return NULL;
  return g_object_new (
      G_TYPE_INET_SOCKET_ADDRESS, "address", g_inet_socket_address_get_address (inet), "port", 0u, "scope-id",
      g_socket_address_get_family (own) == G_SOCKET_FAMILY_IPV6 ? g_inet_socket_address_get_scope_id (inet) : 0u, NULL);
}

/* Reads what is available without waiting. Returns: the number of bytes, 0 at the end, -1 if nothing has arrived. */
static gssize
connection_look (NamidaHttpConnection *self)
{
  char bytes[1024];
  gssize n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (connection_input (self)), bytes,
                                                       sizeof bytes, NULL, NULL);

  /* The reader is empty until the answer is read. */
  if (n > 0)
    {
      memcpy (self->reader.buffer, bytes, (gsize) n);
      self->reader.start = 0;
      self->reader.end = (gsize) n;
    }
  return n;
}

static gboolean
connection_has_answered (NamidaHttpConnection *self)
{
  return self->reader.end > self->reader.start || connection_look (self) > 0;
}

gboolean
namida_http_connection_is_reusable (NamidaHttpConnection *self)
{
  g_autoptr (GError) error = NULL;
  char byte;

  if (self->broken || self->in_body || self->reader.end > self->reader.start)
    return FALSE;
  /* Nothing may arrive between two requests. The end of the stream means that the peer has hung up. */
  g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (connection_input (self)), &byte, 1, NULL, &error);
  self->broken = !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  return !self->broken;
}

/* ---- the request ---- */

static void
connection_set_limits (NamidaHttpConnection *self, const NamidaHttpRequest *request)
{
  guint seconds = request->seconds != 0 ? request->seconds : self->stall;

  namida_buffered_stream_set_silence (self->buffered, self->silence);
  namida_buffered_stream_set_stall (self->buffered, self->stall + request->patience);
  g_socket_set_timeout (connection_socket (self), seconds == NAMIDA_HTTP_FOREVER ? 0 : seconds + request->patience);
}

void
namida_http_connection_begin (NamidaHttpConnection *self, const NamidaHttpRequest *request)
{
  g_autoptr (GString) head = g_string_new (NULL);

  g_string_append_printf (head, "%s %s HTTP/1.1\r\nHost: %s\r\n", request->method != NULL ? request->method : "POST",
                          request->target, self->host);
  if (request->type != NULL)
    g_string_append_printf (head, "Content-Type: %s\r\n", request->type);
  if (request->length < 0)
    g_string_append (head, "Transfer-Encoding: chunked\r\n");
  else if (request->type != NULL || request->method == NULL)
    g_string_append_printf (head, "Content-Length: %" G_GINT64_FORMAT "\r\n", request->length);
  if (request->range > 0)
    g_string_append_printf (head, "Range: bytes=%" G_GUINT64_FORMAT "-\r\n", request->range);
  g_string_append (head, "\r\n");
  connection_set_limits (self, request);
  self->chunked = request->length < 0;
  self->left = self->chunked ? 0 : (guint64) request->length;
  self->answered = FALSE;
  self->in_body = TRUE;
  self->much_comes = request->much_comes;
  self->reader.deadline = request->total != 0 ? namida_clock_monotonic () + request->total * G_USEC_PER_SEC : 0;
  if (self->much_comes)
    namida_path_mtu_watch (connection_socket (self));
  namida_buffered_stream_cork (self->buffered, TRUE);
  g_byte_array_set_size (self->scratch, 0);
  g_byte_array_append (self->scratch, (const guint8 *) head->str, (guint) head->len);
}

/* @local: (transfer full): the error of the stream. */
static gboolean
connection_fail (NamidaHttpConnection *self, GError *local, GError **error)
{
  self->broken = TRUE;
  local = namida_stream_error (local);
  if (g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE))
    local = namida_path_mtu_explain (connection_socket (self), local);
  g_propagate_error (error, local);
  return FALSE;
}

/* Waits until more can be written. @local: (transfer full) (nullable): why nothing could be written. Returns: %FALSE
 * also if the other side has answered, because it may never read the rest. */
static gboolean
connection_wait_room (NamidaHttpConnection *self, GError *local, GError **error)
{
  gssize seen;

  if (!g_error_matches (local, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return connection_fail (self, local, error);
  g_clear_error (&local);
  if (!namida_buffered_stream_wait_room (self->buffered, self->cancellable, &local))
    return connection_fail (self, local, error);
  seen = connection_look (self);
  if (seen == 0)
    return connection_fail (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "body"), error);
  self->answered = seen > 0;
  return !self->answered;
}

/* Never blocks in a write, because the other side may answer without reading the rest. Returns: %FALSE without
 * @error if it has answered. */
static gboolean
connection_put (NamidaHttpConnection *self, const guint8 *data, gsize length, GError **error)
{
  GPollableOutputStream *output = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (self->stream));

  while (length > 0)
    {
      GError *local = NULL;
      gssize n = g_pollable_output_stream_write_nonblocking (output, data, length, self->cancellable, &local);

      if (n < 0 && !connection_wait_room (self, local, error))
        return FALSE;
      data += MAX (n, 0);
      length -= (gsize) MAX (n, 0);
    }
  return TRUE;
}

/* Sends the waiting head and @data in as few writes as possible, because each small write would become a TLS record.
 * The end of a large chunk waits for the size of the next one, so that its data is not copied. */
static gboolean
connection_send (NamidaHttpConnection *self, const guint8 *data, gsize length, GError **error)
{
  gboolean is_small = self->scratch->len > 0 && length <= ONE_WRITE_BYTES, ok;

  if (self->chunked)
    {
      char size[24];

      g_snprintf (size, sizeof size, "%zx\r\n", length);
      g_byte_array_append (self->scratch, (const guint8 *) size, (guint) strlen (size));
      is_small = length <= CHUNK_COPY_BYTES;
    }
  if (is_small)
    g_byte_array_append (self->scratch, data, (guint) length);
  if (self->chunked && is_small)
    g_byte_array_append (self->scratch, (const guint8 *) "\r\n", 2);
  ok = connection_put (self, self->scratch->data, self->scratch->len, error)
       && (is_small || connection_put (self, data, length, error));
  g_byte_array_set_size (self->scratch, 0);
  if (self->chunked && !is_small)
    g_byte_array_append (self->scratch, (const guint8 *) "\r\n", 2);
  return ok;
}

/* Evaluates the result of connection_put(), connection_flush() and similar functions. @sent: whether it succeeded.
 * @local: (transfer full) (nullable): its error. Returns: %TRUE also if the other side has answered: a refusal that
 * crossed our data is a better reason than "connection reset". */
static gboolean
connection_settle (NamidaHttpConnection *self, gboolean sent, GError *local, GError **error)
{
  if (sent)
    return TRUE;
  self->broken = TRUE;
  self->answered
      = self->answered || (!g_cancellable_is_cancelled (self->cancellable) && connection_has_answered (self));
  if (!self->answered)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  g_clear_error (&local);
  return TRUE;
}

gssize
namida_http_connection_write (NamidaHttpConnection *self, const guint8 *data, gsize length, GError **error)
{
  GError *local = NULL;
  gsize n = MIN (length, PIECE_BYTES);

  if (self->limit != NULL)
    {
      n = MIN (n, namida_rate_limit_get_piece (self->limit));
      if (!namida_rate_limit_wait (self->limit, n, self->cancellable))
        {
          self->broken = TRUE;
          g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Canceled"));
          return -1;
        }
    }
  g_warn_if_fail (self->chunked || n <= self->left);
  self->answered = self->answered || connection_has_answered (self);
  if (!self->answered)
    {
      gboolean sent = connection_send (self, data, n, &local);

      if (!connection_settle (self, sent, local, error))
        return -1;
    }
  if (self->answered)
    return 0;
  if (!self->chunked)
    self->left -= n;
  return (gssize) n;
}

/* ---- the answer ---- */

static gboolean
connection_flush (NamidaHttpConnection *self, GError **error)
{
  GError *local = NULL;

  if (!connection_put (self, self->scratch->data, self->scratch->len, error))
    return FALSE;
  g_byte_array_set_size (self->scratch, 0);
  while (!namida_buffered_stream_flush_nonblocking (self->buffered, &local))
    if (!connection_wait_room (self, g_steal_pointer (&local), error))
      return FALSE;
  namida_buffered_stream_cork (self->buffered, FALSE);
  return TRUE;
}

/* Sends everything that is still waiting, unless a part of the body is missing. */
static gboolean
connection_end_body (NamidaHttpConnection *self, GError **error)
{
  GError *local = NULL;
  gboolean sent;

  if (self->answered || self->left > 0)
    return TRUE;
  if (self->chunked)
    g_byte_array_append (self->scratch, (const guint8 *) "0\r\n\r\n", 5);
  sent = connection_flush (self, &local);
  return connection_settle (self, sent, local, error);
}

/* The time limit of an answer counts from when the other side has received the whole request, because it may take
 * minutes for a slow reader to take what this system has buffered. */
static gboolean
connection_await (NamidaHttpConnection *self, GError **error)
{
  GError *local = NULL;

  if (self->reader.end > self->reader.start
      || g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM (connection_input (self)))
      || namida_buffered_stream_wait_taken (self->buffered, self->cancellable, &local))
    return TRUE;
  return connection_fail (self, local, error);
}

/* An answer acknowledges everything that had arrived before it. Data that is still on its way was not read before
 * the answer was sent. */
static gboolean
connection_has_untaken (NamidaHttpConnection *self)
{
  int bytes = 0;

  return ioctl (g_socket_get_fd (connection_socket (self)), SIOCOUTQ, &bytes) == 0 && bytes > 0;
}

/* Waits for a large answer to begin. If nothing comes for QUIET_US, checks whether the path drops large packets. */
static gboolean
connection_await_much (NamidaHttpConnection *self, GError **error)
{
  GError *local = NULL;

  if (!self->much_comes || self->reader.end > self->reader.start
      || g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM (connection_input (self)))
      || g_socket_condition_timed_wait (connection_socket (self), G_IO_IN, QUIET_US, self->cancellable, &local))
    return TRUE;
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    {
      g_clear_error (&local);
      local = namida_path_mtu_suspect (connection_socket (self));
    }
  if (local == NULL)
    return TRUE;
  return connection_fail (self, local, error);
}

static gboolean
connection_read_head (NamidaHttpConnection *self, NamidaHttpAnswerHead *head, gboolean *whole, GError **error)
{
  GError *local = NULL;

  *whole = FALSE;
  if (!connection_end_body (self, error) || !connection_await (self, error) || !connection_await_much (self, error))
    return FALSE;
  if (!namida_http_answer_read_head (&self->reader, head, &self->body, self->cancellable, &local))
    return connection_fail (self, local, error);
  *whole = !self->answered && self->left == 0 && !connection_has_untaken (self);
  self->broken = self->broken || !*whole || !head->keep_alive;
  self->in_body = head->content_length != 0;
  return TRUE;
}

gboolean
namida_http_connection_read_answer (NamidaHttpConnection *self, gsize limit, NamidaHttpAnswer *answer, GError **error)
{
  *answer = (NamidaHttpAnswer){ .body = NULL };
  if (!connection_read_head (self, &answer->head, &answer->whole, error))
    return FALSE;
  if (connection_await_much (self, error))
    answer->body = namida_http_answer_read_rest (&self->body, limit, self->cancellable, error);
  self->in_body = FALSE;
  self->broken = self->broken || answer->body == NULL;
  return answer->body != NULL;
}

gboolean
namida_http_connection_read_head (NamidaHttpConnection *self, NamidaHttpAnswerHead *head, GError **error)
{
  gboolean whole;

  return connection_read_head (self, head, &whole, error);
}

gssize
namida_http_connection_read_body (NamidaHttpConnection *self, guint8 *buffer, gsize count, GError **error)
{
  GError *local = NULL;
  gssize n;

  if (!connection_await_much (self, error))
    return -1;
  n = namida_http_body_read (&self->body, buffer, count, self->cancellable, &local);
  if (n < 0)
    connection_fail (self, local, error);
  self->in_body = n > 0 && (self->body.chunked || self->body.left > 0);
  return n;
}

gboolean
namida_http_connection_request (NamidaHttpConnection *self,
                                NamidaHttpRequest request,
                                const void *body,
                                gsize length,
                                gsize limit,
                                NamidaHttpAnswer *answer,
                                GError **error)
{
  gssize n = 1;

  *answer = (NamidaHttpAnswer){ .body = NULL };
  request.length = (gint64) length;
  namida_http_connection_begin (self, &request);
  for (gsize sent = 0; sent < length && n != 0; sent += (gsize) n)
    {
      n = namida_http_connection_write (self, (const guint8 *) body + sent, length - sent, error);
      if (n < 0)
        return FALSE;
    }
  return namida_http_connection_read_answer (self, limit, answer, error);
}

void
namida_http_back_off (guint breaks, GCancellable *cancellable)
{
  int first = g_atomic_int_get (&test_back_off);
  int ms = (first > 0 ? first : BACK_OFF_MS) << (breaks - 1);
  GPollFD poll;

  if (cancellable == NULL || !g_cancellable_make_pollfd (cancellable, &poll))
    {
      g_usleep ((gulong) ms * 1000);
      return;
    }
  g_poll (&poll, 1, ms);
  g_cancellable_release_fd (cancellable);
}
