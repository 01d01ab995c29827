/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses the head of one HTTP/1.1 request strictly: anything ambiguous about the end of the head or the body, or
 * about the requested host, is refused. The bytes come from strangers, and a refused head leaves no memory behind.
 * Called by namida_http_reader_head() in worker threads; these functions do no I/O. */

#include "config.h"

#include "namida-backups-message.h"
#include "namida-error.h"
#include "namida-http.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define METHOD_MAX_BYTES 16

/* State of the parser of header fields. */
typedef struct
{
  NamidaHttpHead *head;
  gboolean old; /* HTTP/1.0 */
  gboolean has_length, has_coding;
} HeadParse;

static gboolean
head_set_invalid (GError **error)
{
  g_set_error_literal (
      error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
      _ ("The other device sent an invalid request. Update Namida Sync on both devices and try again."));
  return FALSE;
}

/* RFC 9110, 5.6.2 */
static gboolean
head_is_token (const char *text)
{
  gsize n = strspn (text, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

  return n > 0 && text[n] == '\0';
}

static gboolean
head_has_only (const char *text, guchar lowest, gboolean tabs)
{
  for (; *text != '\0'; text++)
    if (((guchar) *text < lowest && !(tabs && *text == '\t')) || *text == 0x7f)
      return FALSE;
  return TRUE;
}

static gboolean
head_has_whole_escapes (const char *target)
{
  for (; *target != '\0'; target++)
    if (*target == '%' && (!g_ascii_isxdigit (target[1]) || !g_ascii_isxdigit (target[2])))
      return FALSE;
  return TRUE;
}

/* Returns whether one element of the comma-separated @list is @word. */
static gboolean
head_list_contains (const char *list, const char *word)
{
  g_auto (GStrv) words = g_strsplit (list, ",", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (g_ascii_strcasecmp (g_strstrip (words[i]), word) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
head_set_length (HeadParse *parse, const char *value)
{
  guint64 n = 0;

  if (parse->has_length || parse->has_coding || !g_ascii_isdigit (value[0])
      || !g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT64, &n, NULL))
    return FALSE;
  parse->has_length = TRUE;
  parse->head->length = (gint64) n;
  return TRUE;
}

static gboolean
head_set_coding (HeadParse *parse, const char *value)
{
  if (parse->has_length || parse->has_coding || parse->old || g_ascii_strcasecmp (value, "chunked") != 0)
    return FALSE;
  parse->has_coding = TRUE;
  parse->head->length = -1;
  return TRUE;
}

/* Fields that a browser adds for a web page and that no device's program sends. Sec-Fetch-Mode alone proves nothing:
 * fetch() in Node.js, which other programs use, sends "cors" in it, and a browser never sends it without the others. */
static gboolean
head_is_of_browser (const char *name, const char *value)
{
  return g_ascii_strcasecmp (name, "Origin") == 0 || g_ascii_strcasecmp (name, "Referer") == 0
         || (g_ascii_strncasecmp (name, "Sec-Fetch-", 10) == 0
             && !(g_ascii_strcasecmp (name, "Sec-Fetch-Mode") == 0 && g_ascii_strcasecmp (value, "cors") == 0))
         || g_ascii_strncasecmp (name, "Access-Control-Request-", 23) == 0;
}

/* Fields that are kept unchanged for later use. A field that occurs twice is ambiguous. */
static char **
head_find_kept (NamidaHttpHead *head, const char *name)
{
  const struct
  {
    const char *name;
    char **value;
  } kept[] = {
    { "Cookie", &head->cookie },       { "Origin", &head->origin },
    { "Sec-Fetch-Site", &head->site }, { "Accept-Language", &head->language },
    { "User-Agent", &head->agent },    { "Range", &head->range_text },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    if (g_ascii_strcasecmp (name, kept[i].name) == 0)
      return kept[i].value;
  return NULL;
}

static gboolean
head_add_field (HeadParse *parse, const char *name, const char *value)
{
  NamidaHttpHead *head = parse->head;
  char **kept = head_find_kept (head, name);

  if (kept != NULL && *kept == NULL)
    *kept = g_strdup (value);
  else if (kept == &head->cookie || kept == &head->origin || kept == &head->site)
    return FALSE;
  if (g_ascii_strcasecmp (name, "Content-Length") == 0)
    return head_set_length (parse, value);
  if (g_ascii_strcasecmp (name, "Transfer-Encoding") == 0)
    return head_set_coding (parse, value);
  if (g_ascii_strcasecmp (name, "Host") == 0)
    {
      if (head->host != NULL)
        return FALSE;
      head->host = g_strdup (value);
    }
  else if (g_ascii_strcasecmp (name, "Range") == 0)
    head->range = namida_range_parse (value);
  else if (g_ascii_strcasecmp (name, "Connection") == 0)
    head->keep_alive &= !head_list_contains (value, "close");
  else if (g_ascii_strcasecmp (name, "Expect") == 0)
    head->expect_continue |= !parse->old && head_list_contains (value, "100-continue");
  else if (head_is_of_browser (name, value))
    head->of_browser = TRUE;
  return TRUE;
}

/* @line: modified. A line that begins with a space would continue the previous one (RFC 9112, 5.2), which is
 * refused. */
static gboolean
head_parse_field (HeadParse *parse, char *line)
{
  char *colon = strchr (line, ':');

  if (colon == NULL)
    return FALSE;
  *colon = '\0';
  return head_is_token (line) && head_has_only (colon + 1, 0x20, TRUE)
         && head_add_field (parse, line, g_strstrip (colon + 1));
}

/* @line: modified */
static gboolean
head_parse_request_line (HeadParse *parse, char *line)
{
  NamidaHttpHead *head = parse->head;
  char *target = strchr (line, ' '), *version, *question;

  if (target == NULL)
    return FALSE;
  *target++ = '\0';
  version = strchr (target, ' ');
  if (version == NULL)
    return FALSE;
  *version++ = '\0';
  parse->old = g_str_equal (version, "HTTP/1.0");
  if ((!parse->old && !g_str_equal (version, "HTTP/1.1")) || strlen (line) > METHOD_MAX_BYTES || !head_is_token (line)
      || target[0] != '/' || !head_has_only (target, 0x21, FALSE) || strchr (target, '#') != NULL
      || !head_has_whole_escapes (target))
    return FALSE;
  head->keep_alive = !parse->old;
  question = strchr (target, '?');
  if (question != NULL)
    *question++ = '\0';
  head->method = g_strdup (line);
  head->query = g_strdup (question);
  head->path = g_uri_unescape_string (target, NULL);
  return head->path != NULL;
}

/* @line: modified. @number: 0 for the request line. */
static gboolean
head_parse_line (HeadParse *parse, char *line, guint number)
{
  return number == 0 ? head_parse_request_line (parse, line) : head_parse_field (parse, line);
}

gboolean
namida_http_head_parse (NamidaHttpHead *head, const char *text, gsize length, GError **error)
{
  g_autofree char *copy = g_strndup (text, length);
  HeadParse parse = { .head = head };
  guint n = 0;

  namida_http_head_clear (head);
  if (memchr (text, '\0', length) != NULL)
    return head_set_invalid (error);
  for (char *line = copy, *end; *line != '\0'; line = end + 2)
    {
      end = strchr (line, '\r');
      if (end == NULL || end[1] != '\n')
        return head_set_invalid (error);
      *end = '\0';
      if (n > NAMIDA_LIMIT_HEADERS || !head_parse_line (&parse, line, n++))
        return head_set_invalid (error);
    }
  if (n == 0 || (head->host == NULL && !parse.old))
    return head_set_invalid (error);
  return TRUE;
}

void
namida_http_head_clear (NamidaHttpHead *self)
{
  g_free (self->method);
  g_free (self->path);
  g_free (self->query);
  g_free (self->host);
  g_free (self->cookie);
  g_free (self->origin);
  g_free (self->site);
  g_free (self->language);
  g_free (self->range_text);
  g_free (self->agent);
  memset (self, 0, sizeof *self);
}

/* Returns: (transfer full) (nullable): @host without its port and without the brackets of IPv6. */
static char *
head_dup_host_name (const char *host)
{
  const char *end = host[0] == '[' ? strchr (host, ']') : strchr (host, ':');
  const char *start = host[0] == '[' ? host + 1 : host;
  const char *port = end == NULL ? "" : host[0] == '[' ? end + 1 : end;

  if ((host[0] == '[' && end == NULL) || (port[0] != '\0' && port[0] != ':')
      || (port[0] == ':' && strspn (port + 1, "0123456789") != strlen (port + 1)))
    return NULL;
  return end != NULL ? g_strndup (start, (gsize) (end - start)) : g_strdup (start);
}

/* Accepts a name that only this computer has, so that no web page can be loaded from it. */
static gboolean
head_is_own_name (const char *name)
{
  const char *own = g_get_host_name ();
  gsize n = strcspn (own, ".");

  if (g_ascii_strcasecmp (name, "localhost") == 0 || g_ascii_strcasecmp (name, own) == 0)
    return TRUE;
  return n > 0 && g_ascii_strncasecmp (name, own, n) == 0
         && (name[n] == '\0' || g_ascii_strcasecmp (name + n, ".local") == 0);
}

gboolean
namida_http_head_has_own_host (const NamidaHttpHead *self)
{
  g_autofree char *name = self->host != NULL ? head_dup_host_name (self->host) : NULL;
  char *scope;

  if (name == NULL)
    return FALSE;
  if (head_is_own_name (name))
    return TRUE;
  if (self->host[0] == '[' && (scope = strchr (name, '%')) != NULL)
    *scope = '\0';
  return g_hostname_is_ip_address (name);
}

gboolean
namida_http_head_is_of_web_page (const NamidaHttpHead *self)
{
  if (self->of_browser)
    return TRUE;
  /* HTTP/1.0 without Host is not a browser. */
  return self->host != NULL && !namida_http_head_has_own_host (self);
}
