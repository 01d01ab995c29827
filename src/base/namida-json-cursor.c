/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads JSON text that namida_json_scan() has accepted, and appends members to a text. The scan guarantees the
 * syntax, so only the kinds of values are checked here. Any thread that owns the cursor. */
#include "config.h"

#include "namida-json-cursor.h"

#include "namida-error.h"
#include "namida-json-window.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static gboolean
json_cursor_wrong_kind (const char *key, const char *wanted, GError **error)
{
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST, _ ("The message is refused: “%s” in it is not %s."),
               key, wanted);
  return FALSE;
}

void
namida_json_cursor_init (NamidaJsonCursor *self, const char *data, gsize length)
{
  namida_json_window_rewind (data);
  self->at = data;
  self->end = data + length;
  self->key = g_string_new (NULL);
  self->text = g_string_new (NULL);
}

void
namida_json_cursor_clear (NamidaJsonCursor *self)
{
  if (self->key != NULL)
    g_string_free (self->key, TRUE);
  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  memset (self, 0, sizeof *self);
}

static inline gboolean
json_cursor_is_space (char c)
{
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static char
json_cursor_peek (NamidaJsonCursor *self)
{
  for (; self->at < self->end && json_cursor_is_space (*self->at); self->at++)
    namida_json_window_pass (self->at);
  namida_json_window_pass (self->at);
  return self->at < self->end ? *self->at : '\0';
}

gboolean
namida_json_cursor_enter (NamidaJsonCursor *self, char open)
{
  if (json_cursor_peek (self) != open)
    return FALSE;
  self->at++;
  return TRUE;
}

gboolean
namida_json_cursor_next (NamidaJsonCursor *self)
{
  char c = json_cursor_peek (self);

  if (c == '\0')
    return FALSE;
  if (c == ',')
    self->at++;
  if (c != ']' && c != '}')
    return TRUE;
  self->at++;
  return FALSE;
}

/* Returns: the unit that is escaped at @at; 0 if none is. */
static guint
cursor_get_escaped_unit (const char *at, const char *end)
{
  guint value = 0;

  if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
    return 0;
  for (int i = 2; i < 6; i++)
    {
      if (!g_ascii_isxdigit (at[i]))
        return 0;
      value = value * 16 + (guint) g_ascii_xdigit_value (at[i]);
    }
  return value;
}

void
namida_json_mend_surrogates (char *json, gsize length)
{
  char *end = length > 0 ? json + length : json;
  char *at = json;

  while (at < end && (at = memchr (at, '\\', (gsize) (end - at))) != NULL && end - at >= 6)
    {
      guint unit = cursor_get_escaped_unit (at, end);
      guint low = unit >= 0xd800 && unit <= 0xdbff ? cursor_get_escaped_unit (at + 6, end) : 0;

      if (low >= 0xdc00 && low <= 0xdfff)
        at += 12;
      else
        {
          if (unit >= 0xd800 && unit <= 0xdfff)
            memcpy (at + 2, "fffd", 4);
          at += 2;
        }
    }
}

static gunichar
json_cursor_read_unit (const char *hex)
{
  gunichar value = 0;

  for (int i = 0; i < 4; i++)
    value = value * 16 + (gunichar) g_ascii_xdigit_value (hex[i]);
  return value;
}

/* Reads an escape sequence. The cursor is at the character after the backslash. */
static void
json_cursor_read_escape (NamidaJsonCursor *self, GString *out)
{
  static const char from[] = "bfnrt";
  static const char to[] = "\b\f\n\r\t";
  char c = *self->at++;
  const char *found = strchr (from, c);
  gunichar unit;

  if (c != 'u')
    {
      g_string_append_c (out, found != NULL ? to[found - from] : c);
      return;
    }
  unit = json_cursor_read_unit (self->at);
  self->at += 4;
  if (unit >= 0xd800 && unit <= 0xdbff)
    {
      unit = 0x10000 + ((unit - 0xd800) << 10) + (json_cursor_read_unit (self->at + 2) - 0xdc00);
      self->at += 6;
    }
  g_string_append_unichar (out, unit);
}

static void
json_cursor_read_string (NamidaJsonCursor *self, GString *out)
{
  g_string_truncate (out, 0);
  self->at++;
  while (TRUE)
    {
      const char *start = self->at;

      while (*self->at != '"' && *self->at != '\\')
        self->at++;
      g_string_append_len (out, start, self->at - start);
      if (*self->at++ == '"')
        return;
      json_cursor_read_escape (self, out);
    }
}

const char *
namida_json_cursor_next_member (NamidaJsonCursor *self)
{
  if (!namida_json_cursor_next (self))
    return NULL;
  json_cursor_peek (self);
  json_cursor_read_string (self, self->key);
  json_cursor_peek (self);
  self->at++;
  return self->key->str;
}

static void
json_cursor_skip_string (NamidaJsonCursor *self)
{
  for (self->at++; *self->at != '"'; self->at++)
    if (*self->at == '\\')
      self->at++;
  self->at++;
}

void
namida_json_cursor_skip (NamidaJsonCursor *self, const char **start, gsize *length)
{
  const char *from;
  guint depth = 0;

  json_cursor_peek (self);
  from = self->at;
  do
    {
      char c = json_cursor_peek (self);

      if (c == '"')
        json_cursor_skip_string (self);
      else if (c == '{' || c == '[')
        depth++, self->at++;
      else if (c == '}' || c == ']')
        depth--, self->at++;
      else if (c == ',' || c == ':')
        self->at++;
      else
        while (self->at < self->end && !json_cursor_is_space (*self->at) && *self->at != ',' && *self->at != ']'
               && *self->at != '}')
          self->at++;
    }
  while (depth > 0);
  if (start != NULL)
    *start = from;
  if (length != NULL)
    *length = (gsize) (self->at - from);
}

gboolean
namida_json_cursor_take_null (NamidaJsonCursor *self)
{
  if (json_cursor_peek (self) != 'n')
    return FALSE;
  self->at += strlen ("null");
  return TRUE;
}

const char *
namida_json_cursor_string (NamidaJsonCursor *self, const char *key, GError **error)
{
  if (json_cursor_peek (self) != '"')
    {
      json_cursor_wrong_kind (key, _ ("a text"), error);
      return NULL;
    }
  json_cursor_read_string (self, self->text);
  return self->text->str;
}

gboolean
namida_json_cursor_size (NamidaJsonCursor *self, const char *key, guint64 *value, GError **error)
{
  const char *start;
  gsize length;
  guint64 number = 0;

  json_cursor_peek (self);
  namida_json_cursor_skip (self, &start, &length);
  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isdigit (start[i]))
        return json_cursor_wrong_kind (key, _ ("a whole number from zero"), error);
      number = number * 10 + (guint64) (start[i] - '0');
    }
  *value = number;
  return TRUE;
}

void
namida_json_append_string (GString *out, const char *text)
{
  g_autofree char *valid = NULL;

  if (!g_utf8_validate (text, -1, NULL))
    text = valid = g_utf8_make_valid (text, -1);
  g_string_append_c (out, '"');
  while (*text != '\0')
    {
      const char *start = text;

      while ((guchar) *text >= 0x20 && *text != '"' && *text != '\\')
        text++;
      g_string_append_len (out, start, text - start);
      if (*text == '\0')
        break;
      if (*text == '"' || *text == '\\')
        {
          g_string_append_c (out, '\\');
          g_string_append_c (out, *text);
        }
      else
        g_string_append_printf (out, "\\u%04x", (guint) (guchar) *text);
      text++;
    }
  g_string_append_c (out, '"');
}

static void
json_cursor_append_key (GString *out, const char *key)
{
  if (out->len > 0 && out->str[out->len - 1] != '{')
    g_string_append_c (out, ',');
  namida_json_append_string (out, key);
  g_string_append_c (out, ':');
}

void
namida_json_append_member (GString *out, const char *key, const char *text)
{
  json_cursor_append_key (out, key);
  namida_json_append_string (out, text);
}

void
namida_json_append_size (GString *out, const char *key, guint64 value)
{
  char digits[24];

  g_snprintf (digits, sizeof digits, "%" G_GUINT64_FORMAT, value);
  json_cursor_append_key (out, key);
  g_string_append (out, digits);
}

/* ---- without a cursor ---- */

const char *
namida_json_find_member (const char *json, gsize length, const char *key, gsize *left)
{
  const char *end = json + length;
  const char *at = json;
  gsize key_length = strlen (key);

  while (at < end && (at = memmem (at, (gsize) (end - at), key, key_length)) != NULL)
    {
      at += key_length;
      while (at < end && json_cursor_is_space (*at))
        at++;
      /* Otherwise it is a value, not a key. */
      if (at == end || *at != ':')
        continue;
      at++;
      while (at < end && json_cursor_is_space (*at))
        at++;
      *left = (gsize) (end - at);
      return at;
    }
  return NULL;
}
