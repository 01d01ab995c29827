/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formats sizes, times and names for people; see the header. Pure functions, apart from the locale. Any thread. */
#include "config.h"

#include "namida-format.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

char *
namida_format_size (guint64 bytes)
{
  return g_format_size (bytes);
}

char *
namida_format_speed (guint64 bytes_per_second)
{
  g_autofree char *size = g_format_size (bytes_per_second);

  /* Translators: a speed; %s is a size ("112 MB"). */
  return g_strdup_printf (_ ("%s/s"), size);
}

char *
namida_format_time_left (gint64 seconds)
{
  gint64 minutes, hours;

  if (seconds < 0)
    return g_strdup ("");
  if (seconds < 60)
    return g_strdup_printf (_ ("%d s left"), (int) seconds);
  /* Round up: a wait that turns out shorter disappoints nobody. */
  minutes = seconds / 60 + (seconds % 60 != 0);
  if (minutes < 60)
    return g_strdup_printf (_ ("%d min left"), (int) minutes);
  hours = minutes / 60;
  if (hours >= 24)
    return g_strdup (_ ("More than a day left"));
  if (minutes % 60 == 0)
    return g_strdup_printf (_ ("%d h left"), (int) hours);
  return g_strdup_printf (_ ("%d h %d min left"), (int) hours, (int) (minutes % 60));
}

char *
namida_format_files (guint64 n)
{
  gulong plural = (gulong) MIN (n, (guint64) G_MAXULONG);

  /* The apostrophe groups digits as the locale does ("2,913"). */
  return g_strdup_printf (ngettext ("%'" PRIu64 " file", "%'" PRIu64 " files", plural), n);
}

char *
namida_format_progress (guint64 done, guint64 total)
{
  g_autofree char *done_text = g_format_size (done);
  g_autofree char *total_text = g_format_size (total);
  /* GLib separates the number from the unit with a no-break space. */
  const char *done_unit = g_utf8_strchr (done_text, -1, 0x00A0);
  const char *total_unit = g_utf8_strchr (total_text, -1, 0x00A0);

  if (done_unit != NULL && total_unit != NULL && strcmp (done_unit, total_unit) == 0)
    done_text[done_unit - done_text] = '\0';
  /* Translators: "4.1 of 12.4 GB"; the first may have a unit of its own. */
  return g_strdup_printf (_ ("%s of %s"), done_text, total_text);
}

char *
namida_format_fingerprint (const char *fingerprint)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; fingerprint != NULL && i < 16 && g_ascii_isxdigit (fingerprint[i]); i++)
    {
      if (i > 0 && i % 4 == 0)
        g_string_append_c (text, ' ');
      g_string_append_c (text, g_ascii_toupper (fingerprint[i]));
    }
  return g_string_free (text, FALSE);
}

/* Characters that could reorder, hide or break the line that shows an alias. Cf covers the bidi controls (U+061C,
 * U+200E/F, U+202A to E, U+2066 to 9), zero-width characters, tags and the BOM (Unicode 15, chapter 23). */
static gboolean
format_is_harmful (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
      return TRUE;
    default:
      /* Variation selectors and fillers have no width, but are letters or marks by category. */
      return g_unichar_iszerowidth (c) && !g_unichar_ismark (c);
    }
}

static gboolean
format_is_invisible_letter (gunichar c)
{
  return c == 0x115F || c == 0x1160 || c == 0x3164 || c == 0xFFA0 || c == 0x2800 || c == 0x034F;
}

#define MAX_MARKS 3 /* on one letter: more than any language writes would cover the lines around */

/* Removes harmful characters, except those that separate words (newline, tab), which become one space like all other
 * white space. */
static char *
format_drop_harmful (const char *text)
{
  GString *out = g_string_new (NULL);
  gboolean gap = FALSE;
  guint marks = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isspace (c))
        {
          gap = TRUE;
          continue;
        }
      if (format_is_harmful (c) || format_is_invisible_letter (c))
        continue;
      marks = g_unichar_ismark (c) ? marks + 1 : 0;
      if (marks > MAX_MARKS)
        continue;
      if (gap && out->len > 0)
        g_string_append_c (out, ' ');
      gap = FALSE;
      g_string_append_unichar (out, c);
    }
  return g_string_free (out, FALSE);
}

/* Returns: (transfer full): @text in NFC, without characters that do not belong in a line. */
static char *
format_clean (const char *text)
{
  /* Much less than this is shown, so a megabyte need not be normalized. */
  gsize length = text != NULL ? strnlen (text, 8192) : 0;
  g_autofree char *valid = length > 0 ? g_utf8_make_valid (text, (gssize) length) : g_strdup ("");
  g_autofree char *composed = g_utf8_normalize (valid, -1, G_NORMALIZE_NFC);
  g_autofree char *cleaned = format_drop_harmful (composed != NULL ? composed : valid);

  /* Removing a character may have joined a letter and a mark, so compose once more. */
  return g_utf8_normalize (cleaned, -1, G_NORMALIZE_NFC);
}

char *
namida_format_cut (const char *text, glong chars)
{
  g_autofree char *begin = NULL;

  if (g_utf8_strlen (text, -1) <= chars)
    return g_strdup (text);
  begin = g_utf8_substring (text, 0, chars - 1);
  return g_strconcat (g_strchomp (begin), "…", NULL);
}

char *
namida_format_alias (const char *alias)
{
  g_autofree char *cleaned = format_clean (alias);
  g_autofree char *shown = namida_format_cut (cleaned, NAMIDA_LIMIT_ALIAS_CHARS);

  g_strchomp (shown);
  return *shown != '\0' ? g_steal_pointer (&shown) : g_strdup ("?");
}

char *
namida_format_title (const char *title)
{
  g_autofree char *cleaned = format_clean (title);

  return g_strchomp (namida_format_cut (cleaned, NAMIDA_FORMAT_TITLE_CHARS));
}

char *
namida_format_fold (const char *text)
{
  g_autofree char *composed = NULL;
  g_autofree char *folded = NULL;
  char *again;

  /* A shortcut for ASCII, because a search folds the name of every file. */
  if (g_str_is_ascii (text))
    return g_ascii_strdown (text, -1);
  composed = g_utf8_normalize (text, -1, G_NORMALIZE_NFC);
  folded = g_utf8_casefold (composed != NULL ? composed : text, -1);
  again = g_utf8_normalize (folded, -1, G_NORMALIZE_NFC);
  return again != NULL ? again : g_steal_pointer (&folded);
}

static gboolean
format_is_right_to_left (gunichar c)
{
  /* The blocks of right-to-left scripts (Unicode 15, "Allocation of right-to-left"): Hebrew to Arabic Extended, the
   * presentation forms, and those beyond the basic multilingual plane. */
  return (c >= 0x0590 && c <= 0x08FF) || (c >= 0xFB1D && c <= 0xFDFF) || (c >= 0xFE70 && c <= 0xFEFF)
         || (c >= 0x10800 && c <= 0x10FFF) || (c >= 0x1E800 && c <= 0x1EFFF);
}

char *
namida_format_name (const char *alias)
{
  g_autofree char *shown = namida_format_alias (alias);

  for (const char *p = shown; *p != '\0'; p = g_utf8_next_char (p))
    if (format_is_right_to_left (g_utf8_get_char (p)))
      return g_strconcat ("\u2068", shown, "\u2069", NULL); /* FSI, PDI: Unicode UAX #9 */
  return g_steal_pointer (&shown);
}

static gboolean
format_is_for_terminal (gunichar c)
{
  if (c == '\n' || c == '\t')
    return TRUE;
  /* Keep the isolates that namida_format_name() puts around a name: each of them is closed again. */
  return c >= 0x20 && !(c >= 0x7F && c <= 0x9F) && !(c >= 0x202A && c <= 0x202E) && c != 0x2066 && c != 0x2067;
}

char *
namida_format_for_terminal (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *out = g_string_sized_new (strlen (valid));

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (format_is_for_terminal (c))
        g_string_append_len (out, p, g_utf8_next_char (p) - p);
      else if (c < 0x100)
        g_string_append_printf (out, "\\x%02x", c);
      else
        g_string_append_printf (out, "\\u%04x", c);
    }
  return g_string_free (out, FALSE);
}
