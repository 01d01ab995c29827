/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the heads and bodies of requests and writes answers; see the header. Blocking; worker threads. */
#include "config.h"

#include "namida-http.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-limits.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define NAMIDA_HTTP_BUFFER (20 * 1024) /* each connection has one */
#define LINE_MAX_BYTES 512             /* size of a chunk with its extensions, or one trailer */
#define N_TRAILERS_MAX 32
#define LINGER_BYTES (16 * 1024 * 1024) /* a client in the middle of a large body reads the answer before the reset */
#define LINGER_MS 2000

G_STATIC_ASSERT (NAMIDA_HTTP_BUFFER > NAMIDA_LIMIT_HEAD_BYTES);

static gboolean
http_set_invalid (GError **error)
{
  g_set_error_literal (
      error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
      _ ("The other device sent an invalid request. Update Namida Sync on both devices and try again."));
  return FALSE;
}

/* @head: the NAMIDA_LIMIT_HEAD_BYTES that have arrived. If they contain no line end, the request line itself is too
 * long. */
static gboolean
http_set_too_large (GError **error, const char *head)
{
  if (memchr (head, '\n', NAMIDA_LIMIT_HEAD_BYTES) == NULL)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LONG, _ ("The address of the request is too long."));
  else
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE, _ ("The request is too large."));
  return FALSE;
}

void
namida_http_reader_init (NamidaHttpReader *self, GInputStream *input)
{
  memset (self, 0, sizeof *self);
  self->input = input;
  self->buffer = g_malloc (NAMIDA_HTTP_BUFFER);
}

void
namida_http_reader_clear (NamidaHttpReader *self)
{
  g_clear_pointer (&self->buffer, g_free);
}

/* Reads from the stream until the deadline. Returns: as g_input_stream_read(). */
static gssize
http_reader_take (NamidaHttpReader *self, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  if (self->deadline == 0 || namida_clock_monotonic () < self->deadline)
    return g_input_stream_read (self->input, buffer, count, cancellable, error);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "the message takes too long");
  return -1;
}

/* Appends the result of one read. Returns 0 at the end of the stream. The caller makes sure that there is room. */
static gssize
http_reader_fill (NamidaHttpReader *self, GCancellable *cancellable, GError **error)
{
  gssize n;

  if (self->start > 0)
    {
      memmove (self->buffer, self->buffer + self->start, self->end - self->start);
      self->end -= self->start;
      self->start = 0;
    }
  n = http_reader_take (self, self->buffer + self->end, NAMIDA_HTTP_BUFFER - self->end, cancellable, error);
  if (n > 0)
    self->end += (gsize) n;
  return n;
}

gssize
namida_http_reader_fill (NamidaHttpReader *self, GCancellable *cancellable, GError **error)
{
  return http_reader_fill (self, cancellable, error);
}

static gssize
http_reader_read (NamidaHttpReader *self, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  gsize n;

  if (self->start == self->end)
    {
      gssize got;

      if (count >= NAMIDA_HTTP_BUFFER / 4)
        return http_reader_take (self, buffer, count, cancellable, error);
      got = http_reader_fill (self, cancellable, error);
      if (got <= 0)
        return got;
    }
  n = MIN (count, self->end - self->start);
  memcpy (buffer, self->buffer + self->start, n);
  self->start += n;
  return (gssize) n;
}

/* A head with such a line would never end. */
static gboolean
http_reader_has_bare_line_feed (const char *text, gsize length)
{
  const char *end = text + length;

  for (const char *at = text; (at = memchr (at, '\n', (gsize) (end - at))) != NULL; at++)
    if (at == text || at[-1] != '\r')
      return TRUE;
  return FALSE;
}

gboolean
namida_http_reader_head (
    NamidaHttpReader *self, NamidaHttpHead *head, guint seconds, GCancellable *cancellable, GError **error)
{
  gint64 deadline = 0;

  for (;;)
    {
      gsize have = self->end - self->start;
      char *end = have > 0 ? memmem (self->buffer + self->start, have, "\r\n\r\n", 4) : NULL;
      gssize n;

      if (end != NULL && (gsize) (end - self->buffer) - self->start + 4 <= NAMIDA_LIMIT_HEAD_BYTES)
        {
          const char *text = self->buffer + self->start;
          gsize length = (gsize) (end - text) + 2;

          self->start += length + 2;
          return namida_http_head_parse (head, text, length, error);
        }
      if (end == NULL && http_reader_has_bare_line_feed (self->buffer + self->start, have))
        return http_set_invalid (error);
      if (have >= NAMIDA_LIMIT_HEAD_BYTES)
        return http_set_too_large (error, self->buffer + self->start);
      if (have > 0 && deadline == 0)
        deadline = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
      if (deadline != 0 && g_get_monotonic_time () > deadline)
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "head");
          return FALSE;
        }
      n = http_reader_fill (self, cancellable, error);
      if (n == 0 && have > 0)
        g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "head");
      if (n <= 0)
        return FALSE;
    }
}

void
namida_http_body_init (NamidaHttpBody *self, NamidaHttpReader *reader, gint64 length)
{
  memset (self, 0, sizeof *self);
  self->reader = reader;
  self->chunked = length < 0;
  self->first = TRUE;
  self->left = length > 0 ? (guint64) length : 0;
  self->ended = length == 0;
}

/* Reads one line and removes its CRLF. */
static gboolean
http_read_line (NamidaHttpReader *reader, char *line, GCancellable *cancellable, GError **error)
{
  gsize n = 0;

  for (;;)
    {
      char c;
      gssize got = http_reader_read (reader, &c, 1, cancellable, error);

      if (got == 0)
        g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "chunk");
      if (got <= 0)
        return FALSE;
      if (c == '\n')
        {
          if (n == 0 || line[n - 1] != '\r')
            return http_set_invalid (error);
          line[n - 1] = '\0';
          return TRUE;
        }
      if (c == '\0' || (n > 0 && line[n - 1] == '\r') || n + 1 >= LINE_MAX_BYTES)
        return http_set_invalid (error);
      line[n++] = c;
    }
}

static gboolean
http_parse_chunk_size (const char *line, guint64 *size)
{
  gsize n = strspn (line, "0123456789abcdefABCDEF");

  /* 15 digits: more than the size of any file, and no overflow. */
  if (n == 0 || n > 15 || (line[n] != '\0' && line[n] != ';' && line[n] != ' ' && line[n] != '\t'))
    return FALSE;
  *size = g_ascii_strtoull (line, NULL, 16);
  return TRUE;
}

static gboolean
http_next_chunk (NamidaHttpBody *self, GCancellable *cancellable, GError **error)
{
  char line[LINE_MAX_BYTES];

  if (!self->first)
    {
      if (!http_read_line (self->reader, line, cancellable, error))
        return FALSE;
      if (line[0] != '\0')
        return http_set_invalid (error);
    }
  self->first = FALSE;
  if (!http_read_line (self->reader, line, cancellable, error))
    return FALSE;
  if (!http_parse_chunk_size (line, &self->left))
    return http_set_invalid (error);
  if (self->left > 0)
    {
      /* Each chunk costs a few bytes and some work, and no real program sends tiny chunks. */
      self->n_chunks++;
      self->in_chunks += self->left;
      if (self->n_chunks > NAMIDA_LIMIT_SMALL_CHUNKS && self->in_chunks / NAMIDA_LIMIT_CHUNK_BYTES < self->n_chunks)
        return http_set_invalid (error);
      return TRUE;
    }
  for (guint i = 0; i < N_TRAILERS_MAX; i++)
    {
      if (!http_read_line (self->reader, line, cancellable, error))
        return FALSE;
      if (line[0] == '\0')
        {
          self->ended = TRUE;
          return TRUE;
        }
    }
  return http_set_invalid (error);
}

gboolean
namida_http_body_has_more (const NamidaHttpBody *self)
{
  return !self->ended && self->reader->end - self->reader->start > 1;
}

gssize
namida_http_body_read (NamidaHttpBody *self, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  gssize n;

  if (self->until_closed)
    return http_reader_read (self->reader, buffer, count, cancellable, error);
  if (self->chunked && self->left == 0 && !self->ended && !http_next_chunk (self, cancellable, error))
    return -1;
  if (self->ended)
    return 0;
  if (self->reader->limit != NULL)
    count = MIN (count, namida_rate_limit_get_piece (self->reader->limit));
  n = http_reader_read (self->reader, buffer, (gsize) MIN ((guint64) count, self->left), cancellable, error);
  if (n == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "body");
      return -1;
    }
  if (n < 0)
    return -1;
  /* Unread data slows down the sender. */
  if (self->reader->limit != NULL)
    namida_rate_limit_wait (self->reader->limit, (guint64) n, cancellable);
  self->left -= (guint64) n;
  if (!self->chunked && self->left == 0)
    self->ended = TRUE;
  return n;
}

gboolean
namida_http_write_answer (
    GOutputStream *output, guint status, const char *json, gboolean keep_alive, guint retry_after, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "HTTP/1.1 %u %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n", status,
                          soup_status_get_phrase (status), strlen (json));
  if (retry_after > 0)
    g_string_append_printf (text, "Retry-After: %u\r\n", retry_after);
  if (!keep_alive)
    g_string_append (text, "Connection: close\r\n");
  g_string_append (text, "\r\n");
  g_string_append (text, json);
  return g_output_stream_write_all (output, text->str, text->len, NULL, NULL, error);
}

gboolean
namida_http_write_continue (GOutputStream *output, GError **error)
{
  static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";

  return g_output_stream_write_all (output, text, sizeof text - 1, NULL, NULL, error);
}

void
namida_http_linger (GSocket *socket)
{
  static const gsize size = 64 * 1024;
  g_autofree char *waste = g_malloc (size);
  gint64 deadline = g_get_monotonic_time () + LINGER_MS * 1000;
  gsize total = 0;
  int fd = g_socket_get_fd (socket);

  g_socket_shutdown (socket, FALSE, TRUE, NULL);
  while (total < LINGER_BYTES)
    {
      struct pollfd pfd = { .fd = fd, .events = POLLIN };
      gint64 left = (deadline - g_get_monotonic_time ()) / 1000;
      ssize_t n;

      if (left <= 0 || poll (&pfd, 1, (int) left) <= 0)
        return;
      n = recv (fd, waste, size, MSG_DONTWAIT);
      if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        return;
      if (n > 0)
        total += (gsize) n;
    }
}
