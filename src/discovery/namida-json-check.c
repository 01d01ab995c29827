/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scanner for the structure of JSON texts; see the header. Pure; any thread. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "namida-error.h"
#include "namida-json-check.h"

/* Returns the value of the four digits of a "\u" escape, or -1 if they are missing. */
static int
json_check_read_escape (const char *at, const char *end)
{
  int value = 0;

  if (end - at < 4)
    return -1;
  for (int i = 0; i < 4; i++)
    {
      if (!g_ascii_isxdigit (at[i]))
        return -1;
      value = value * 16 + g_ascii_xdigit_value (at[i]);
    }
  return value;
}

/* @at: the 'u' of an escape. Returns: the position after the escape (after both halves of a surrogate pair); %NULL
 * if it is invalid. */
static const char *
json_check_skip_unicode_escape (const char *at, const char *end)
{
  int unit = json_check_read_escape (at + 1, end);
  int low;

  /* U+0000 would end a C string in the middle. */
  if (unit <= 0 || (unit >= 0xdc00 && unit <= 0xdfff))
    return NULL;
  at += 5;
  if (unit < 0xd800 || unit > 0xdfff)
    return at;
  if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
    return NULL;
  low = json_check_read_escape (at + 2, end);
  return low >= 0xdc00 && low <= 0xdfff ? at + 6 : NULL;
}

/* @at: the position after the opening quote. Returns: the position after the closing quote; %NULL if the string is
 * invalid. */
static const char *
json_check_skip_string (const char *at, const char *end)
{
  while (at < end)
    {
      if (*at == '"')
        return at + 1;
      if ((guchar) *at < 0x20)
        return NULL;
      if (*at++ != '\\')
        continue;
      if (at == end)
        return NULL;
      if (*at == 'u')
        {
          at = json_check_skip_unicode_escape (at, end);
          if (at == NULL)
            return NULL;
        }
      else if (strchr ("\"\\/bfnrt", *at) != NULL)
        at++;
      else
        return NULL;
    }
  return NULL;
}

static gboolean
json_check_is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Characters outside of strings: numbers, the letters of true, false and null, and separators. */
static gboolean
json_check_is_plain (char c)
{
  return json_check_is_space (c) || g_ascii_isdigit (c) || (c != '\0' && strchr (":,+-.eEtrufalsn", c) != NULL);
}

static gboolean
check_structure (const char *at, const char *end, guint max_depth)
{
  guint depth = 0;

  while (at < end && json_check_is_space (*at))
    at++;
  if (at == end || *at != '{')
    return FALSE;
  do
    {
      char c = *at++;

      if (c == '"')
        {
          at = json_check_skip_string (at, end);
          if (at == NULL)
            return FALSE;
        }
      else if (c == '{' || c == '[')
        {
          if (++depth > max_depth)
            return FALSE;
        }
      else if (c == '}' || c == ']')
        depth--;
      else if (!json_check_is_plain (c))
        return FALSE;
    }
  while (depth > 0 && at < end);
  while (at < end && json_check_is_space (*at))
    at++;
  return depth == 0 && at == end;
}

gboolean
namida_json_check (const char *data, gsize length, guint max_depth, GError **error)
{
  g_return_val_if_fail (data != NULL || length == 0, FALSE);

  /* With a length, g_utf8_validate_len() also refuses NUL. */
  if (length > 0 && g_utf8_validate_len (data, length, NULL) && check_structure (data, data + length, max_depth))
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                       _ ("The other device sent something that cannot be read. Update the app on that device."));
  return FALSE;
}
