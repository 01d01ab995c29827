/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-upload-connection.h"

#include <glib/gi18n-lib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "namida-error.h"
#include "namida-tls.h"

/* A cut that nobody announces is noticed within 30 s: by bytes that are not taken, on an idle connection by keep-alive.
 */
#define SILENCE_SECONDS 22
#define KEEP_IDLE_SECONDS 10
#define KEEP_INTERVAL_SECONDS 5
/* The answer may wait for a slow disk there, on a connection that TCP knows to be alive. */
#define ANSWER_SECONDS 60
/* A head and a small file go out in one write. */
#define ONE_WRITE_BYTES (256u * 1024)

struct _NamidaUploadConnection
{
  GTlsConnection *tls;
  GIOStream *buffered;
  GCancellable *cancellable;
  char *host;
  GByteArray *scratch; /* head and small body */
  GByteArray *early;   /* bytes of an answer that came before its time */
  guint patience;
  gboolean reusable;
};

static void
set_option (GSocket *socket, int name, int value)
{
  g_socket_set_option (socket, IPPROTO_TCP, name, value, NULL);
}

static void
set_patience (NamidaUploadConnection *self, guint seconds)
{
  GSocket *socket = namida_buffered_stream_get_socket (self->buffered);

  self->patience = seconds;
  namida_buffered_stream_set_silence (self->buffered, SILENCE_SECONDS + seconds);
  g_socket_set_timeout (socket, ANSWER_SECONDS + seconds);
}

static void
watch_silence (NamidaUploadConnection *self)
{
  GSocket *socket = namida_buffered_stream_get_socket (self->buffered);

  g_socket_set_keepalive (socket, TRUE);
  set_option (socket, TCP_KEEPIDLE, KEEP_IDLE_SECONDS);
  set_option (socket, TCP_KEEPINTVL, KEEP_INTERVAL_SECONDS);
  set_option (socket, TCP_KEEPCNT, (SILENCE_SECONDS - KEEP_IDLE_SECONDS) / KEEP_INTERVAL_SECONDS);
  set_patience (self, 0);
}

NamidaUploadConnection *
namida_upload_connection_new (NamidaIdentity *identity,
                              GInetSocketAddress *address,
                              const char *fingerprint,
                              GCancellable *cancellable,
                              GError **error)
{
  NamidaUploadConnection *self;
  GIOStream *buffered = NULL;
  GTlsConnection *tls = namida_tls_connect (identity, address, fingerprint, &buffered, cancellable, error);

  if (tls == NULL)
    return NULL;
  self = g_new0 (NamidaUploadConnection, 1);
  self->tls = tls;
  self->buffered = buffered;
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  self->host = namida_http_host (address);
  self->scratch = g_byte_array_new ();
  self->early = g_byte_array_new ();
  self->reusable = TRUE;
  watch_silence (self);
  return self;
}

void
namida_upload_connection_free (NamidaUploadConnection *self)
{
  /* The socket first: a polite TLS goodbye could wait for a side that is gone. */
  g_socket_close (namida_buffered_stream_get_socket (self->buffered), NULL);
  g_object_unref (self->tls);
  g_object_unref (self->buffered);
  g_clear_object (&self->cancellable);
  g_byte_array_unref (self->scratch);
  g_byte_array_unref (self->early);
  g_free (self->host);
  g_free (self);
}

gboolean
namida_upload_connection_get_reusable (NamidaUploadConnection *self)
{
  return self->reusable;
}

static GInputStream *
input (NamidaUploadConnection *self)
{
  return g_io_stream_get_input_stream (G_IO_STREAM (self->tls));
}

static gboolean
write_bytes (NamidaUploadConnection *self, const guint8 *data, gsize length, GError **error)
{
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (self->tls));
  GError *local = NULL;

  if (g_output_stream_write_all (output, data, length, NULL, self->cancellable, &local))
    return TRUE;
  self->reusable = FALSE;
  g_propagate_error (error, namida_stream_error (local));
  return FALSE;
}

/* Sends what is corked, under the cancellable and the timeout, and uncorks. */
static gboolean
flush (NamidaUploadConnection *self, GError **error)
{
  GError *local = NULL;

  if (g_output_stream_flush (g_io_stream_get_output_stream (self->buffered), self->cancellable, &local))
    {
      namida_buffered_stream_cork (self->buffered, FALSE);
      return TRUE;
    }
  self->reusable = FALSE;
  g_propagate_error (error, namida_stream_error (local));
  return FALSE;
}

/* The limit of an answer counts from when the other side has taken the whole question: what this system keeps for a
 * slow reader may take it minutes. */
static gboolean
await_answer (NamidaUploadConnection *self, GError **error)
{
  GError *local = NULL;

  if (self->early->len > 0 || g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM (input (self)))
      || namida_buffered_stream_wait_taken (self->buffered, self->cancellable, &local))
    return TRUE;
  self->reusable = FALSE;
  g_propagate_error (error, namida_stream_error (local));
  return FALSE;
}

/* TRUE when the other side has said something although the body has not ended. */
static gboolean
has_answered (NamidaUploadConnection *self)
{
  guint8 bytes[1024];
  gssize n;

  if (self->early->len > 0)
    return TRUE;
  n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (input (self)), bytes, sizeof bytes, NULL,
                                                NULL);
  if (n > 0)
    g_byte_array_append (self->early, bytes, (guint) n);
  return n > 0;
}

gboolean
namida_upload_connection_begin (NamidaUploadConnection *self,
                                const char *target,
                                guint64 length,
                                const guint8 *data,
                                gsize data_length,
                                guint patience_seconds,
                                GError **error)
{
  g_autofree char *head = g_strdup_printf ("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/octet-stream\r\n"
                                           "Content-Length: %" G_GUINT64_FORMAT "\r\n\r\n",
                                           target, self->host, length);

  if (patience_seconds != self->patience)
    set_patience (self, patience_seconds);
  namida_buffered_stream_cork (self->buffered, TRUE);
  g_byte_array_set_size (self->scratch, 0);
  g_byte_array_append (self->scratch, (const guint8 *) head, (guint) strlen (head));
  if (data_length > ONE_WRITE_BYTES)
    return write_bytes (self, self->scratch->data, self->scratch->len, error)
           && write_bytes (self, data, data_length, error);
  if (data_length > 0)
    g_byte_array_append (self->scratch, data, (guint) data_length);
  return write_bytes (self, self->scratch->data, self->scratch->len, error);
}

gboolean
namida_upload_connection_write (
    NamidaUploadConnection *self, const guint8 *data, gsize length, gboolean *answered, GError **error)
{
  *answered = has_answered (self);
  if (*answered)
    return TRUE;
  if (write_bytes (self, data, length, error))
    return TRUE;
  /* A refusal that crossed our bytes is a better reason than "connection reset". */
  if (g_cancellable_is_cancelled (self->cancellable) || !has_answered (self))
    return FALSE;
  g_clear_error (error);
  *answered = TRUE;
  return TRUE;
}

gboolean
namida_upload_connection_begin_chunked (NamidaUploadConnection *self, const char *target, GError **error)
{
  g_autofree char *head = g_strdup_printf ("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-tar\r\n"
                                           "Transfer-Encoding: chunked\r\n\r\n",
                                           target, self->host);

  if (self->patience != 0)
    set_patience (self, 0);
  namida_buffered_stream_cork (self->buffered, TRUE);
  return write_bytes (self, (const guint8 *) head, strlen (head), error);
}

gboolean
namida_upload_connection_write_chunk (
    NamidaUploadConnection *self, const guint8 *data, gsize length, gboolean *answered, GError **error)
{
  char size[24];

  /* One write: pieces of a few bytes would each become a TLS record. */
  g_byte_array_set_size (self->scratch, 0);
  g_snprintf (size, sizeof size, "%zx\r\n", length);
  g_byte_array_append (self->scratch, (const guint8 *) size, (guint) strlen (size));
  g_byte_array_append (self->scratch, data, (guint) length);
  g_byte_array_append (self->scratch, (const guint8 *) "\r\n", 2);
  return namida_upload_connection_write (self, self->scratch->data, self->scratch->len, answered, error);
}

gboolean
namida_upload_connection_read_answer (NamidaUploadConnection *self,
                                      gboolean whole,
                                      NamidaHttpAnswer *answer,
                                      GError **error)
{
  answer->body = NULL;
  if (!whole)
    self->reusable = FALSE;
  else if (!flush (self, error))
    {
      if (g_cancellable_is_cancelled (self->cancellable) || !has_answered (self))
        return FALSE;
      g_clear_error (error);
    }
  if (!await_answer (self, error))
    return FALSE;
  if (!namida_http_answer_read (input (self), self->early, answer, self->cancellable, error))
    {
      self->reusable = FALSE;
      return FALSE;
    }
  if (!answer->head.keep_alive)
    self->reusable = FALSE;
  return TRUE;
}

gboolean
namida_upload_connection_get (NamidaUploadConnection *self,
                              const char *target,
                              NamidaHttpAnswer *answer,
                              GError **error)
{
  g_autofree char *head = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", target, self->host);

  answer->body = NULL;
  return write_bytes (self, (const guint8 *) head, strlen (head), error)
         && namida_upload_connection_read_answer (self, TRUE, answer, error);
}

gboolean
namida_upload_connection_ask (NamidaUploadConnection *self,
                              const char *target,
                              const char *json,
                              guint64 offset,
                              NamidaHttpAnswerHead *head,
                              GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "%s %s HTTP/1.1\r\nHost: %s\r\n", json != NULL ? "POST" : "GET", target, self->host);
  if (json != NULL)
    g_string_append_printf (text, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen (json));
  if (offset > 0)
    g_string_append_printf (text, "Range: bytes=%" G_GUINT64_FORMAT "-\r\n", offset);
  g_string_append (text, "\r\n");
  if (json != NULL)
    g_string_append (text, json);
  if (!write_bytes (self, (const guint8 *) text->str, text->len, error) || !flush (self, error)
      || !await_answer (self, error))
    return FALSE;
  if (!namida_http_answer_read_head (input (self), self->early, head, self->cancellable, error))
    {
      self->reusable = FALSE;
      return FALSE;
    }
  self->reusable &= head->keep_alive;
  return TRUE;
}

gssize
namida_upload_connection_read_body (NamidaUploadConnection *self, guint8 *buffer, gsize count, GError **error)
{
  GError *local = NULL;
  gssize n;

  if (self->early->len > 0)
    {
      n = (gssize) MIN (count, self->early->len);
      memcpy (buffer, self->early->data, (gsize) n);
      g_byte_array_remove_range (self->early, 0, (guint) n);
      return n;
    }
  n = g_input_stream_read (input (self), buffer, count, self->cancellable, &local);
  if (n > 0)
    return n;
  self->reusable = FALSE;
  if (n == 0)
    local = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                                 _ ("The other device closed the connection: try again"));
  g_propagate_error (error, namida_stream_error (local));
  return -1;
}

void
namida_upload_connection_back_off (guint breaks, GCancellable *cancellable)
{
  int ms = 500 << (breaks - 1);
  GPollFD poll;

  if (cancellable == NULL || !g_cancellable_make_pollfd (cancellable, &poll))
    {
      g_usleep ((gulong) ms * 1000);
      return;
    }
  g_poll (&poll, 1, ms);
  g_cancellable_release_fd (cancellable);
}
