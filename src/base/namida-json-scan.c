/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks untrusted JSON text before anything reads it; see namida_json_scan() in namida-json-cursor.h. Pure
 * functions, any thread. */
#include "config.h"

#include "namida-json-cursor.h"

#include "namida-error.h"
#include "namida-json-window.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  const char *at;
  const char *end;
  guint depth;
  guint64 values;
  guint64 containers;
  gsize text_most; /* the largest string that is allowed, in bytes */
} Scan;

#define DIGITS_MOST 1024
#define PIECE_BYTES (1024 * 1024)

static gboolean
json_scan_malformed (GError **error)
{
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                       _ ("The message is not valid JSON. The other device may run a version that does not fit."));
  return FALSE;
}

static gboolean
json_scan_refuse (GError **error, NamidaError code, const char *message)
{
  g_set_error_literal (error, NAMIDA_ERROR, code, message);
  return FALSE;
}

static void
json_scan_skip_space (Scan *scan)
{
  while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t'))
    namida_json_window_pass (scan->at++);
}

static gboolean
json_scan_take (Scan *scan, char c)
{
  if (scan->at == scan->end || *scan->at != c)
    return FALSE;
  scan->at++;
  return TRUE;
}

static gboolean
json_scan_take_word (Scan *scan, const char *word)
{
  gsize length = strlen (word);

  if ((gsize) (scan->end - scan->at) < length || memcmp (scan->at, word, length) != 0)
    return FALSE;
  scan->at += length;
  return TRUE;
}

/* Four hex digits, or -1. */
static int
json_scan_take_hex4 (Scan *scan)
{
  int value = 0;

  if (scan->end - scan->at < 4)
    return -1;
  for (int i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (*scan->at++);

      if (digit < 0)
        return -1;
      value = value * 16 + digit;
    }
  return value;
}

/* Reads the digits after "\u". Lone surrogates cannot be written as UTF-8, and json-glib would cut a string at
 * \u0000; both are refused. */
static gboolean
scan_unicode_escape (Scan *scan, GError **error)
{
  int unit = json_scan_take_hex4 (scan);
  int low;

  if (unit < 0)
    return json_scan_malformed (error);
  if (unit == 0)
    return json_scan_refuse (error, NAMIDA_ERROR_INVALID_REQUEST,
                             _ ("The message is refused: a text in it has a zero character."));
  if (unit < 0xd800 || unit > 0xdfff)
    return TRUE;
  if (unit > 0xdbff || !json_scan_take_word (scan, "\\u"))
    return json_scan_malformed (error);
  low = json_scan_take_hex4 (scan);
  return (low >= 0xdc00 && low <= 0xdfff) || json_scan_malformed (error);
}

static gboolean
scan_string (Scan *scan, GError **error)
{
  const char *start = scan->at;

  if (!json_scan_take (scan, '"'))
    return json_scan_malformed (error);
  while (scan->at < scan->end)
    {
      guchar c = (guchar) *scan->at++;

      if (c == '"')
        return TRUE;
      if (c < 0x20)
        return json_scan_malformed (error);
      if ((gsize) (scan->at - start) > scan->text_most)
        return json_scan_refuse (error, NAMIDA_ERROR_TOO_LARGE,
                                 _ ("The message is refused: a text in it is too long."));
      if (c != '\\')
        continue;
      if (json_scan_take (scan, 'u'))
        {
          if (!scan_unicode_escape (scan, error))
            return FALSE;
        }
      else if (scan->at == scan->end || *scan->at == '\0' || strchr ("\"\\/bfnrt", *scan->at++) == NULL)
        return json_scan_malformed (error);
    }
  return json_scan_malformed (error);
}

static gsize
json_scan_take_digits (Scan *scan)
{
  const char *start = scan->at;

  while (scan->at < scan->end && scan->at - start <= DIGITS_MOST && g_ascii_isdigit (*scan->at))
    scan->at++;
  return (gsize) (scan->at - start);
}

/* json-glib silently changes integers that do not fit into 64 bits. */
static gboolean
json_scan_integer_fits (const char *digits, gsize length)
{
  static const char largest[] = "9223372036854775807";

  if (length != sizeof largest - 1)
    return length < sizeof largest - 1;
  return memcmp (digits, largest, length) <= 0;
}

static gboolean
scan_number (Scan *scan, GError **error)
{
  const char *digits;
  gsize n_digits;
  gboolean whole = TRUE;

  json_scan_take (scan, '-');
  digits = scan->at;
  n_digits = json_scan_take_digits (scan);
  if (n_digits == 0 || (n_digits > 1 && digits[0] == '0'))
    return json_scan_malformed (error);
  if (json_scan_take (scan, '.'))
    {
      whole = FALSE;
      if (json_scan_take_digits (scan) == 0)
        return json_scan_malformed (error);
    }
  if (json_scan_take (scan, 'e') || json_scan_take (scan, 'E'))
    {
      whole = FALSE;
      if (!json_scan_take (scan, '+'))
        json_scan_take (scan, '-');
      if (json_scan_take_digits (scan) == 0)
        return json_scan_malformed (error);
    }
  if (whole && !json_scan_integer_fits (digits, n_digits))
    return json_scan_refuse (error, NAMIDA_ERROR_INVALID_REQUEST,
                             _ ("The message is refused: a number in it is too large."));
  return TRUE;
}

static gboolean scan_value (Scan *scan, GError **error);

static gboolean
scan_member (Scan *scan, GError **error)
{
  json_scan_skip_space (scan);
  if (!scan_string (scan, error))
    return FALSE;
  json_scan_skip_space (scan);
  if (!json_scan_take (scan, ':'))
    return json_scan_malformed (error);
  return scan_value (scan, error);
}

static gboolean
scan_container (Scan *scan, char close, GError **error)
{
  if (++scan->depth > NAMIDA_LIMIT_JSON_DEPTH)
    return json_scan_refuse (error, NAMIDA_ERROR_INVALID_REQUEST,
                             _ ("The message is refused: it is nested too deeply."));
  if (scan->containers-- == 0)
    return json_scan_refuse (error, NAMIDA_ERROR_TOO_LARGE, _ ("The message is refused: it has too many values."));
  json_scan_skip_space (scan);
  if (!json_scan_take (scan, close))
    {
      do
        if (!(close == '}' ? scan_member (scan, error) : scan_value (scan, error)))
          return FALSE;
      while (json_scan_take (scan, ','));
      if (!json_scan_take (scan, close))
        return json_scan_malformed (error);
    }
  scan->depth--;
  return TRUE;
}

/* Recursive, but never deeper than NAMIDA_LIMIT_JSON_DEPTH. Leaves @scan at the next character that is not white
 * space. */
static gboolean
scan_value (Scan *scan, GError **error)
{
  gboolean fine;

  json_scan_skip_space (scan);
  if (scan->at == scan->end)
    return json_scan_malformed (error);
  if (scan->values-- == 0)
    return json_scan_refuse (error, NAMIDA_ERROR_TOO_LARGE, _ ("The message is refused: it has too many values."));
  switch (*scan->at)
    {
    case '{':
    case '[':
      fine = scan_container (scan, *scan->at++ == '{' ? '}' : ']', error);
      break;
    case '"':
      fine = scan_string (scan, error);
      break;
    case 't':
      fine = json_scan_take_word (scan, "true") || json_scan_malformed (error);
      break;
    case 'f':
      fine = json_scan_take_word (scan, "false") || json_scan_malformed (error);
      break;
    case 'n':
      fine = json_scan_take_word (scan, "null") || json_scan_malformed (error);
      break;
    default:
      fine = scan_number (scan, error);
      break;
    }
  namida_json_window_pass (scan->at);
  if (fine)
    json_scan_skip_space (scan);
  return fine;
}

/* Validates in pieces, so that the window can drop the pages of each. A character that a piece cuts in two is validated
 * with the next piece. Raw NUL bytes are refused as well. */
static gboolean
scan_utf8 (const char *data, gsize length)
{
  const char *end = data + length;

  while (data < end)
    {
      gsize piece = MIN ((gsize) (end - data), PIECE_BYTES);
      const char *valid;

      if (!g_utf8_validate_len (data, piece, &valid) && (data + piece == end || data + piece - valid > 3))
        return FALSE;
      namida_json_window_pass (valid);
      data = valid;
    }
  return TRUE;
}

static gboolean
scan_text (Scan *scan, GError **error)
{
  if (scan->at == scan->end || !scan_utf8 (scan->at, (gsize) (scan->end - scan->at)))
    return json_scan_malformed (error);
  namida_json_window_rewind (scan->at);
  if (!scan_value (scan, error))
    return FALSE;
  return scan->at == scan->end || json_scan_malformed (error);
}

gboolean
namida_json_scan_message (const char *data, gsize length, guint64 max_values, guint64 max_containers, GError **error)
{
  Scan scan = { data, data + length, 0, max_values, max_containers, NAMIDA_LIMIT_JSON_TEXT_BYTES };

  return scan_text (&scan, error);
}

gboolean
namida_json_scan (const char *data, gsize length, guint64 max_values, guint64 max_containers, GError **error)
{
  Scan scan = { data, data + length, 0, max_values, max_containers, G_MAXSIZE };

  return scan_text (&scan, error);
}
