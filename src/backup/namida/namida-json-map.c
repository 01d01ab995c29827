/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replaces paths in the lists and values of a backup without knowing their formats: every string that is an absolute
 * path below a mapped folder is taken for a path, wherever Namida stores it now or in future, and all other bytes stay
 * the same. A tree would cost memory and could lose unknown data. Called by namida-fit.c for each list and each row. */
#include "config.h"

#include "namida-json-map.h"

#include "namida-error.h"
#include "namida-json-cursor.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The maximum length of one string; lyrics are the longest. */
#define TEXT_BYTES_MOST (4u * 1024 * 1024)

/* Returns whether the raw text of a string may be a path. Most strings are not, and need no unescaping. */
static gboolean
map_may_be_path (const char *raw, gsize length)
{
  gsize i = 0;

  if (length == 0)
    return FALSE;
  if (raw[0] == '/' || (raw[0] == '\\' && length > 1 && (raw[1] == '/' || raw[1] == 'u')))
    return TRUE;
  if (length > 8 && memcmp (raw, "\\\\\\\\", 4) == 0) /* \\server, escaped */
    return TRUE;
  if (length > 7 && (raw[0] == 'f' || raw[0] == 'F') && raw[4] == ':')
    return TRUE;
  if (length > 3 && g_ascii_isalpha (raw[0]) && raw[1] == ':' && (raw[2] == '\\' || raw[2] == '/'))
    return TRUE;
  while (i < MIN (length, 64) && raw[i] != '_')
    i++;
  return i + 1 < length && raw[i] == '_'
         && (raw[i + 1] == '/' || raw[i + 1] == '\\'
             || (i + 3 < length && raw[i + 2] == ':' && (raw[i + 3] == '\\' || raw[i + 3] == '/')));
}

static gboolean
map_read_unit (const char *raw, gsize length, gunichar *unit)
{
  *unit = 0;
  if (length < 4)
    return FALSE;
  for (guint i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (raw[i]);

      if (digit < 0)
        return FALSE;
      *unit = *unit * 16 + (gunichar) digit;
    }
  return TRUE;
}

/* @raw: the position after "\u". Returns: the number of bytes consumed; 0 if it is not a character. */
static gsize
map_unescape_unit (const char *raw, gsize length, GString *text)
{
  gunichar unit, low;

  if (!map_read_unit (raw, length, &unit) || unit == 0)
    return 0;
  if (unit < 0xd800 || unit > 0xdfff)
    {
      g_string_append_unichar (text, unit);
      return 4;
    }
  if (unit > 0xdbff || length < 10 || raw[4] != '\\' || raw[5] != 'u' || !map_read_unit (raw + 6, length - 6, &low)
      || low < 0xdc00 || low > 0xdfff)
    return 0;
  g_string_append_unichar (text, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
  return 10;
}

static gboolean
map_unescape (const char *raw, gsize length, GString *text)
{
  static const char from[] = "\"\\/bfnrt";
  static const char to[] = "\"\\/\b\f\n\r\t";

  g_string_truncate (text, 0);
  for (gsize i = 0; i < length; i++)
    {
      const char *found;

      if (raw[i] != '\\')
        {
          g_string_append_c (text, raw[i]);
          continue;
        }
      if (++i == length)
        return FALSE;
      if (raw[i] == 'u')
        {
          gsize taken = map_unescape_unit (raw + i + 1, length - i - 1, text);

          if (taken == 0)
            return FALSE;
          i += taken;
          continue;
        }
      found = raw[i] != '\0' ? strchr (from, raw[i]) : NULL;
      if (found == NULL)
        return FALSE;
      g_string_append_c (text, to[found - from]);
    }
  return TRUE;
}

/* Returns: (nullable): the closing quote of the string whose first byte is at @at. */
static const char *
map_find_end (const char *at, const char *end)
{
  while (at < end)
    {
      const char *quote = memchr (at, '"', (gsize) (end - at));
      const char *back;
      gsize n = 0;

      if (quote == NULL)
        return NULL;
      for (back = quote; back > at && back[-1] == '\\'; back--)
        n++;
      if (n % 2 == 0)
        return quote;
      at = quote + 1;
    }
  return NULL;
}

/* @taken: (out): how many bytes of @data were handled. A string that does not end in @data is left for the next
 * call. */
static guint64
json_map_some (const char *data, gsize length, NamidaPathMap *map, GString *out, gsize *taken)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *end = data + length;
  const char *kept = data; /* not yet copied from here on */
  const char *at = data;
  guint64 n = 0;

  while (at < end && (at = memchr (at, '"', (gsize) (end - at))) != NULL)
    {
      const char *close = map_find_end (at + 1, end);
      g_autofree char *path = NULL;

      if (close == NULL)
        {
          end = at;
          break;
        }
      if (map_may_be_path (at + 1, (gsize) (close - at - 1)) && map_unescape (at + 1, (gsize) (close - at - 1), text))
        path = namida_path_map_apply (map, text->str, text->len);
      if (path != NULL)
        {
          g_string_append_len (out, kept, at - kept);
          namida_json_append_string (out, path);
          kept = close + 1;
          n++;
        }
      at = close + 1;
    }
  g_string_append_len (out, kept, end - kept);
  *taken = (gsize) (end - data);
  return n;
}

guint64
namida_json_map (const char *data, gsize length, NamidaPathMap *map, GString *out)
{
  gsize taken;
  guint64 n = json_map_some (data, length, map, out, &taken);

  g_string_append_len (out, data + taken, (gssize) (length - taken));
  return n;
}

guint64
namida_lines_map (const char *data, gsize length, NamidaPathMap *map, GString *out)
{
  const char *end = data + length;
  guint64 n = 0;

  while (data < end)
    {
      const char *newline = memchr (data, '\n', (gsize) (end - data));
      const char *next = newline != NULL ? newline + 1 : end;
      const char *stop = newline != NULL ? newline : end;
      g_autofree char *path = NULL;

      if (stop > data && stop[-1] == '\r')
        stop--;
      path = namida_path_map_apply (map, data, (gsize) (stop - data));
      if (path != NULL)
        {
          g_string_append (out, path);
          data = stop;
          n++;
        }
      g_string_append_len (out, data, next - data);
      data = next;
    }
  return n;
}

/* ---- block by block ---- */

void
namida_map_stream_init (NamidaMapStream *self, NamidaPathMap *map, gboolean lines)
{
  self->map = map;
  self->lines = lines;
  self->held = g_string_new (NULL);
  self->n = 0;
}

void
namida_map_stream_clear (NamidaMapStream *self)
{
  if (self->held != NULL)
    g_string_free (self->held, TRUE);
  self->held = NULL;
}

/* Processes complete lines only. */
static guint64
json_map_lines_map_some (const char *data, gsize length, NamidaPathMap *map, GString *out, gsize *taken)
{
  const char *last = memrchr (data, '\n', length);

  *taken = last != NULL ? (gsize) (last - data) + 1 : 0;
  return namida_lines_map (data, *taken, map, out);
}

gboolean
namida_map_stream_feed (NamidaMapStream *self, const char *data, gsize length, GString *out, GError **error)
{
  gsize taken;

  g_string_append_len (self->held, data, (gssize) length);
  self->n += self->lines ? json_map_lines_map_some (self->held->str, self->held->len, self->map, out, &taken)
                         : json_map_some (self->held->str, self->held->len, self->map, out, &taken);
  g_string_erase (self->held, 0, (gssize) taken);
  if (self->held->len <= TEXT_BYTES_MOST)
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
                       _ ("A list in the backup is too large to be read."));
  return FALSE;
}

void
namida_map_stream_end (NamidaMapStream *self, GString *out)
{
  if (self->lines)
    self->n += namida_lines_map (self->held->str, self->held->len, self->map, out);
  else
    g_string_append_len (out, self->held->str, (gssize) self->held->len);
  g_string_truncate (self->held, 0);
}
