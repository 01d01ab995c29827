/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines of SHA256SUMS. GNU coreutils begins a line with a backslash if a character of the name is escaped; the name
 * "-" would mean standard input, so it is written with a folder. The commit writes such a file into each version;
 * verify, restore and adoption read it. No state; any thread. */
#include "config.h"

#include "namida-sums.h"

#include <string.h>

#define DIGITS 64
#define STANDARD_INPUT "-"
#define WITH_FOLDER "./"

void
namida_sum_free (NamidaSum *self)
{
  g_free (self->path);
  g_free (self->sha256);
  g_free (self);
}

void
namida_sums_append (GString *text, const char *path, const char *sha256)
{
  if (strpbrk (path, "\\\n\r") != NULL)
    g_string_append_c (text, '\\');
  g_string_append (text, sha256);
  g_string_append (text, "  ");
  if (g_str_equal (path, STANDARD_INPUT))
    g_string_append (text, WITH_FOLDER);
  for (const char *c = path; *c != '\0'; c++)
    if (*c == '\\')
      g_string_append (text, "\\\\");
    else if (*c == '\n')
      g_string_append (text, "\\n");
    else if (*c == '\r')
      g_string_append (text, "\\r");
    else
      g_string_append_c (text, *c);
  g_string_append_c (text, '\n');
}

static gboolean
sums_is_hash (const char *text, gsize length)
{
  if (length < DIGITS)
    return FALSE;
  for (guint i = 0; i < DIGITS; i++)
    if (!g_ascii_isxdigit (text[i]))
      return FALSE;
  return TRUE;
}

/* Returns: (transfer full) (nullable): NULL if coreutils does not know the escape sequence. */
static char *
sums_unescape (const char *text, gsize length)
{
  g_autoptr (GString) path = g_string_sized_new (length);

  for (gsize i = 0; i < length; i++)
    if (text[i] != '\\')
      g_string_append_c (path, text[i]);
    else if (++i < length && text[i] == '\\')
      g_string_append_c (path, '\\');
    else if (i < length && text[i] == 'n')
      g_string_append_c (path, '\n');
    else if (i < length && text[i] == 'r')
      g_string_append_c (path, '\r');
    else
      return NULL;
  return g_string_free (g_steal_pointer (&path), FALSE);
}

/* The name may contain any byte except NUL, but must not leave the folder. */
static gboolean
sums_is_inside (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] == '\0' || g_str_equal (parts[i], ".") || g_str_equal (parts[i], ".."))
      return FALSE;
  return parts[0] != NULL;
}

/* Returns: (transfer full) (nullable): NULL if the line is invalid. */
static NamidaSum *
sums_parse_line (const char *line, gsize length)
{
  gboolean escaped = length > 0 && *line == '\\';
  g_autofree char *path = NULL;
  NamidaSum *sum;
  const char *name;

  if (escaped)
    {
      line++;
      length--;
    }
  /* "hash name", or "hash *name" for a file that was read as binary, which is the same on Linux. */
  if (!sums_is_hash (line, length) || length < DIGITS + 3 || line[DIGITS] != ' '
      || (line[DIGITS + 1] != ' ' && line[DIGITS + 1] != '*') || memchr (line, '\0', length) != NULL)
    return NULL;
  name = line + DIGITS + 2;
  length -= DIGITS + 2;
  path = escaped ? sums_unescape (name, length) : g_strndup (name, length);
  if (path != NULL && g_str_has_prefix (path, WITH_FOLDER))
    memmove (path, path + strlen (WITH_FOLDER), strlen (path + strlen (WITH_FOLDER)) + 1);
  if (path == NULL || !sums_is_inside (path))
    return NULL;
  sum = g_new0 (NamidaSum, 1);
  sum->path = g_steal_pointer (&path);
  sum->sha256 = g_ascii_strdown (line, DIGITS);
  return sum;
}

GPtrArray *
namida_sums_parse (const char *text, gsize length, guint *bad)
{
  GPtrArray *sums = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_sum_free);
  const char *end = text + length;
  guint n_bad = 0;

  while (text < end)
    {
      const char *stop = memchr (text, '\n', (gsize) (end - text));
      gsize size = (gsize) ((stop != NULL ? stop : end) - text);
      NamidaSum *sum;

      if (size > 0 && text[size - 1] == '\r')
        sum = sums_parse_line (text, size - 1); /* edited on another system */
      else
        sum = sums_parse_line (text, size);
      if (sum != NULL)
        g_ptr_array_add (sums, sum);
      else if (size > 0 && *text != '#')
        n_bad++;
      text += size + 1;
    }
  if (bad != NULL)
    *bad = n_bad;
  return sums;
}
