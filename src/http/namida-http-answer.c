/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads HTTP/1.1 answers strictly; see the header. Blocking; worker threads. */
#include "config.h"

#include "namida-http-answer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "namida-error.h"
#include "namida-limits.h"

#define MAX_INTERIM 8
#define READ_STEP (16u * 1024)

static gboolean
answer_refuse (GError **error)
{
  g_set_error_literal (
      error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
      _ ("The other device sent an unexpected answer. Update the program on both devices and try again."));
  return FALSE;
}

/* ---- the head ---- */

/* libsoup accepts what another reader may interpret differently: a space before the colon or at the start of a line
 * (an obsolete fold), and lines that end in a line feed alone. */
static gboolean
http_answer_head_is_strict (const char *text, gsize length)
{
  const char *line = text + strcspn (text, "\n") + 1;

  if (!g_str_has_prefix (text, "HTTP/1.") || (text[7] != '0' && text[7] != '1') || text[8] != ' ' || text[9] < '1'
      || text[9] > '5' || !g_ascii_isdigit (text[10]) || !g_ascii_isdigit (text[11])
      || (text[12] != ' ' && text[12] != '\r'))
    return FALSE;
  for (const char *end = strpbrk (text, "\r\n"); end != NULL; end = strpbrk (end + 2, "\r\n"))
    if (end[0] != '\r' || end[1] != '\n')
      return FALSE;
  for (; line < text + length - 2; line += strcspn (line, "\n") + 1)
    {
      gsize name = strcspn (line, ": \t\r\n");

      if (name == 0 || line[name] != ':')
        return FALSE;
    }
  return TRUE;
}

static gint64
http_answer_head_parse_range (SoupMessageHeaders *headers)
{
  goffset start = -1, end, total;

  return soup_message_headers_get_content_range (headers, &start, &end, &total) ? start : -1;
}

#define RETRY_AFTER_MOST 3600u

/* Only seconds are supported, because our own devices never send a date. */
static guint
http_answer_head_parse_retry_after (SoupMessageHeaders *headers)
{
  const char *text = soup_message_headers_get_list (headers, "Retry-After");
  guint64 seconds = 0;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT, &seconds, NULL))
    return 0;
  return (guint) MIN (seconds, RETRY_AFTER_MOST);
}

/* The end of the body must be unambiguous (RFC 9112, 6.3). */
static gboolean
http_answer_head_take_headers (NamidaHttpAnswerHead *head, SoupMessageHeaders *headers, SoupHTTPVersion version)
{
  const char *length = soup_message_headers_get_list (headers, "Content-Length");
  const char *coding = soup_message_headers_get_list (headers, "Transfer-Encoding");
  guint64 n = 0;

  if (coding != NULL && (length != NULL || g_ascii_strcasecmp (coding, "chunked") != 0))
    return FALSE;
  /* Digits only: signs, spaces and a list of two lengths are refused. */
  if (length != NULL && !g_ascii_string_to_unsigned (length, 10, 0, G_MAXINT64, &n, NULL))
    return FALSE;
  head->chunked = coding != NULL;
  head->content_length = length != NULL ? (gint64) n : -1;
  head->range_start = http_answer_head_parse_range (headers);
  head->retry_after = http_answer_head_parse_retry_after (headers);
  if (head->status < 200 || head->status == SOUP_STATUS_NO_CONTENT || head->status == SOUP_STATUS_NOT_MODIFIED)
    {
      head->content_length = 0;
      head->chunked = FALSE;
    }
  head->keep_alive
      = !soup_message_headers_header_contains (headers, "Connection", "close")
        && (version == SOUP_HTTP_1_1 || soup_message_headers_header_contains (headers, "Connection", "keep-alive"))
        && (head->chunked || head->content_length >= 0);
  return TRUE;
}

gboolean
namida_http_answer_head_parse (const char *data, gsize length, NamidaHttpAnswerHead *head, GError **error)
{
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  g_autofree char *text = NULL;
  SoupHTTPVersion version = SOUP_HTTP_1_0;

  *head = (NamidaHttpAnswerHead){ .content_length = -1, .range_start = -1 };
  if (length < 4 || length > NAMIDA_LIMIT_HEAD_BYTES || memchr (data, '\0', length) != NULL
      || memcmp (data + length - 4, "\r\n\r\n", 4) != 0)
    return answer_refuse (error);
  text = g_strndup (data, length);
  if (!http_answer_head_is_strict (text, length)
      || !soup_headers_parse_response (text, (int) length - 2, headers, &version, &head->status, NULL)
      || !http_answer_head_take_headers (head, headers, version))
    return answer_refuse (error);
  return TRUE;
}

/* The scope of a link-local address means nothing to the other side (RFC 6874 was never intended for the wire). */
char *
namida_http_host (GInetSocketAddress *address)
{
  GInetAddress *inet = g_inet_socket_address_get_address (address);
  g_autofree char *text = g_inet_address_to_string (inet);

  text[strcspn (text, "%")] = '\0';
  return g_strdup_printf (g_inet_address_get_family (inet) == G_SOCKET_FAMILY_IPV6 ? "[%s]:%u" : "%s:%u", text,
                          (guint) g_inet_socket_address_get_port (address));
}

/* ---- errors ---- */

GError *
namida_stream_error (GError *error)
{
  GError *result;

  if (error->domain == NAMIDA_ERROR)
    return error;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    result = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Canceled"));
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    result
        = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                               _ ("The other device stopped responding. Check its network connection and try again."));
  else if (error->domain == G_TLS_ERROR || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
    /* Also used for a connection that ends in the middle of a record, because the message of the TLS library means
     * nothing to the user. */
    result = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                                  _ ("The other device closed the connection. Try again."));
  else
    result = g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE, _ ("The connection was lost (%s). Try again."),
                          error->message);
  g_error_free (error);
  return result;
}

/* Rewords errors of NamidaHttpReader, which are about requests, for answers. @local: (transfer full) */
static gboolean
answer_fail (GError *local, GError **error)
{
  if (g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST))
    {
      g_error_free (local);
      return answer_refuse (error);
    }
  g_propagate_error (error, namida_stream_error (local));
  return FALSE;
}

/* ---- reading ---- */

static gboolean
answer_read_one_head (NamidaHttpReader *reader, NamidaHttpAnswerHead *head, GCancellable *cancellable, GError **error)
{
  const char *end;

  while ((end = memmem (reader->buffer + reader->start, reader->end - reader->start, "\r\n\r\n", 4)) == NULL)
    {
      GError *local = NULL;
      gssize n;

      if (reader->end - reader->start >= NAMIDA_LIMIT_HEAD_BYTES)
        return answer_refuse (error);
      n = namida_http_reader_fill (reader, cancellable, &local);
      if (n == 0)
        local = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "head");
      if (n <= 0)
        return answer_fail (local, error);
    }
  end += 4;
  if (!namida_http_answer_head_parse (reader->buffer + reader->start, (gsize) (end - reader->buffer) - reader->start,
                                      head, error))
    return FALSE;
  reader->start = (gsize) (end - reader->buffer);
  return TRUE;
}

gboolean
namida_http_answer_read_head (NamidaHttpReader *reader,
                              NamidaHttpAnswerHead *head,
                              NamidaHttpBody *body,
                              GCancellable *cancellable,
                              GError **error)
{
  for (guint i = 0; i < MAX_INTERIM; i++)
    {
      if (!answer_read_one_head (reader, head, cancellable, error))
        return FALSE;
      if (head->status < 200)
        continue;
      namida_http_body_init (body, reader, head->content_length);
      body->until_closed = head->content_length < 0 && !head->chunked;
      return TRUE;
    }
  return answer_refuse (error);
}

static gboolean
answer_set_too_large (GError **error)
{
  g_set_error_literal (
      error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
      _ ("The other device sent an unexpected answer. Update the program on both devices and try again."));
  return FALSE;
}

GByteArray *
namida_http_answer_read_rest (NamidaHttpBody *body, gsize limit, GCancellable *cancellable, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  if (!body->chunked && !body->until_closed && body->left > limit)
    {
      answer_set_too_large (error);
      return NULL;
    }
  while (TRUE)
    {
      GError *local = NULL;
      guint8 data[READ_STEP];
      gssize n = namida_http_body_read (body, data, sizeof data, cancellable, &local);

      if (n < 0)
        {
          answer_fail (local, error);
          return NULL;
        }
      if (n == 0)
        break;
      if (bytes->len + (gsize) n > limit)
        {
          answer_set_too_large (error);
          return NULL;
        }
      g_byte_array_append (bytes, data, (guint) n);
    }
  /* Bytes after the body would be the answer to a request that was never sent. */
  if (body->reader->end > body->reader->start)
    {
      answer_refuse (error);
      return NULL;
    }
  return g_steal_pointer (&bytes);
}

gboolean
namida_http_answer_read (
    NamidaHttpReader *reader, gsize limit, NamidaHttpAnswer *answer, GCancellable *cancellable, GError **error)
{
  NamidaHttpBody body;

  *answer = (NamidaHttpAnswer){ .body = NULL };
  if (namida_http_answer_read_head (reader, &answer->head, &body, cancellable, error))
    answer->body = namida_http_answer_read_rest (&body, limit, cancellable, error);
  return answer->body != NULL;
}

void
namida_http_answer_clear (NamidaHttpAnswer *answer)
{
  g_clear_pointer (&answer->body, g_byte_array_unref);
}
