/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-http-answer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "namida-error.h"
#include "namida-limits.h"

#define MAX_INTERIM 8
#define READ_STEP 4096u

gboolean
namida_http_answer_refuse (GError **error)
{
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                       _ ("The other device answered in a way this program does not understand: update both, then send "
                          "again"));
  return FALSE;
}

/* "HTTP/1.1 200 OK": the version and three digits, then a space or the end (RFC 9112, 4). */
static gboolean
parse_status_line (const char *line, NamidaHttpAnswerHead *head)
{
  const char *digits;

  if (!g_str_has_prefix (line, "HTTP/1.") || (line[7] != '0' && line[7] != '1') || line[8] != ' ')
    return FALSE;
  digits = line + 9;
  if (!g_ascii_isdigit (digits[0]) || !g_ascii_isdigit (digits[1]) || !g_ascii_isdigit (digits[2])
      || (digits[3] != ' ' && digits[3] != '\0') || digits[0] == '0')
    return FALSE;
  head->status = (guint) g_ascii_strtoull (digits, NULL, 10);
  head->keep_alive = line[7] == '1';
  return head->status <= 599;
}

static gboolean
parse_length (const char *value, NamidaHttpAnswerHead *head)
{
  guint64 length;

  /* Digits only: g_ascii_string_to_unsigned refuses signs and blanks. Twice with different values is an attack (RFC
   * 9112, 6.3). */
  if (!g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT64, &length, NULL))
    return FALSE;
  if (head->content_length >= 0 && head->content_length != (gint64) length)
    return FALSE;
  head->content_length = (gint64) length;
  return TRUE;
}

static void
parse_connection (const char *value, NamidaHttpAnswerHead *head)
{
  g_auto (GStrv) options = g_strsplit (value, ",", -1);

  for (guint i = 0; options[i]; i++)
    {
      const char *option = g_strstrip (options[i]);

      if (g_ascii_strcasecmp (option, "close") == 0)
        head->keep_alive = FALSE;
      else if (g_ascii_strcasecmp (option, "keep-alive") == 0)
        head->keep_alive = TRUE;
    }
}

static gboolean
parse_field (char *line, NamidaHttpAnswerHead *head)
{
  char *colon = strchr (line, ':');
  const char *value;

  /* A blank before the colon or at the start (an obsolete fold) can hide a field from one reader and not the other. */
  if (!colon || colon == line || strcspn (line, " \t") < (gsize) (colon - line))
    return FALSE;
  *colon = '\0';
  value = g_strstrip (colon + 1);
  if (g_ascii_strcasecmp (line, "Content-Length") == 0)
    return parse_length (value, head);
  if (g_ascii_strcasecmp (line, "Transfer-Encoding") == 0)
    return FALSE;
  if (g_ascii_strcasecmp (line, "Connection") == 0)
    parse_connection (value, head);
  return TRUE;
}

static gboolean
has_body (guint status)
{
  return status >= 200 && status != 204 && status != 304;
}

gboolean
namida_http_answer_head_parse (const char *data, gsize length, NamidaHttpAnswerHead *head, GError **error)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n;

  *head = (NamidaHttpAnswerHead){ .content_length = -1 };
  if (length < 4 || length > NAMIDA_LIMIT_HEAD_BYTES || memchr (data, '\0', length) != NULL
      || memcmp (data + length - 4, "\r\n\r\n", 4) != 0)
    return namida_http_answer_refuse (error);
  text = g_strndup (data, length - 4);
  lines = g_strsplit (text, "\r\n", -1);
  n = g_strv_length (lines);
  if (n == 0 || !parse_status_line (lines[0], head))
    return namida_http_answer_refuse (error);
  for (guint i = 1; i < n; i++)
    if (strpbrk (lines[i], "\r\n") != NULL || !parse_field (lines[i], head))
      return namida_http_answer_refuse (error);
  if (!has_body (head->status))
    head->content_length = 0;
  if (head->content_length < 0)
    head->keep_alive = FALSE;
  return TRUE;
}

/* It needs no scope (RFC 6874 was never for the wire), and nobody looks at it. */
char *
namida_http_host (GInetSocketAddress *address)
{
  GInetAddress *inet = g_inet_socket_address_get_address (address);
  g_autofree char *text = g_inet_address_to_string (inet);

  text[strcspn (text, "%")] = '\0';
  return g_strdup_printf (g_inet_address_get_family (inet) == G_SOCKET_FAMILY_IPV6 ? "[%s]:%u" : "%s:%u", text,
                          (guint) g_inet_socket_address_get_port (address));
}

GError *
namida_stream_error (GError *error)
{
  GError *result;

  if (error->domain == NAMIDA_ERROR)
    return error;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    result = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Cancelled"));
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    result = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                                  _ ("The other device stopped answering: check its network, then send again"));
  else if (error->domain == G_TLS_ERROR)
    /* Also what ends in the middle of a record: what the library calls that means nothing to a person. */
    result = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                                  _ ("The other device closed the connection: try again"));
  else
    result = g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE, _ ("The connection was lost (%s): send again"),
                          error->message);
  g_error_free (error);
  return result;
}

/* Appends at most @want bytes of what comes next. Returns bytes, 0 at the end, -1 with @error. */
static gssize
read_more (GInputStream *stream, GByteArray *buffer, gsize want, GCancellable *cancellable, GError **error)
{
  GError *local = NULL;
  guint old = buffer->len;
  gssize n;

  g_byte_array_set_size (buffer, old + (guint) want);
  n = g_input_stream_read (stream, buffer->data + old, want, cancellable, &local);
  g_byte_array_set_size (buffer, old + (guint) MAX (n, 0));
  if (n < 0)
    g_propagate_error (error, namida_stream_error (local));
  return n;
}

static gboolean
closed_early (GError **error)
{
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                       _ ("The other device closed the connection: send again"));
  return FALSE;
}

static gboolean
read_head (
    GInputStream *stream, GByteArray *buffer, NamidaHttpAnswerHead *head, GCancellable *cancellable, GError **error)
{
  const char *end;

  while (buffer->len == 0 || (end = memmem (buffer->data, buffer->len, "\r\n\r\n", 4)) == NULL)
    {
      gssize n;

      if (buffer->len >= NAMIDA_LIMIT_HEAD_BYTES)
        return namida_http_answer_refuse (error);
      n = read_more (stream, buffer, MIN (READ_STEP, NAMIDA_LIMIT_HEAD_BYTES - buffer->len), cancellable, error);
      if (n <= 0)
        return n < 0 ? FALSE : closed_early (error);
    }
  end += 4;
  if (!namida_http_answer_head_parse ((const char *) buffer->data, (gsize) (end - (const char *) buffer->data), head,
                                      error))
    return FALSE;
  g_byte_array_remove_range (buffer, 0, (guint) (end - (const char *) buffer->data));
  return TRUE;
}

gboolean
namida_http_answer_read_head (
    GInputStream *stream, GByteArray *buffer, NamidaHttpAnswerHead *head, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < MAX_INTERIM; i++)
    {
      if (!read_head (stream, buffer, head, cancellable, error))
        return FALSE;
      if (head->status >= 200)
        return TRUE;
    }
  return namida_http_answer_refuse (error);
}

static gboolean
too_large (GError **error)
{
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
                       _ ("The other device answered with more than it may: update both, then send again"));
  return FALSE;
}

/* @buffer holds what came with the head. Bytes beyond the body would be the answer to a question nobody asked. */
static gboolean
read_body (GInputStream *stream,
           GByteArray *buffer,
           const NamidaHttpAnswerHead *head,
           GCancellable *cancellable,
           GError **error)
{
  gsize limit = head->content_length >= 0 ? (gsize) head->content_length : NAMIDA_LIMIT_JSON_BYTES;

  if (limit > NAMIDA_LIMIT_JSON_BYTES)
    return too_large (error);
  if (buffer->len > limit)
    return namida_http_answer_refuse (error);
  while (buffer->len < limit)
    {
      gssize n = read_more (stream, buffer, MIN (READ_STEP, limit - buffer->len), cancellable, error);

      if (n < 0)
        return FALSE;
      if (n == 0)
        return head->content_length < 0 ? TRUE : closed_early (error);
    }
  return head->content_length >= 0 ? TRUE : too_large (error);
}

gboolean
namida_http_answer_read (
    GInputStream *stream, GByteArray *early, NamidaHttpAnswer *answer, GCancellable *cancellable, GError **error)
{
  *answer = (NamidaHttpAnswer){ .body = g_byte_array_new () };
  if (early)
    {
      g_byte_array_append (answer->body, early->data, early->len);
      g_byte_array_set_size (early, 0);
    }
  for (guint i = 0; i < MAX_INTERIM; i++)
    {
      if (!read_head (stream, answer->body, &answer->head, cancellable, error))
        return FALSE;
      if (answer->head.status >= 200)
        return read_body (stream, answer->body, &answer->head, cancellable, error);
    }
  return namida_http_answer_refuse (error);
}

void
namida_http_answer_clear (NamidaHttpAnswer *answer)
{
  g_clear_pointer (&answer->body, g_byte_array_unref);
}
