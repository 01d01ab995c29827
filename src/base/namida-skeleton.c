/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The skeletons of names and the table of letters that look alike; see the header. Pure functions, any thread. */
#include "config.h"

#include "namida-skeleton.h"

#include "namida-format.h"

#include <string.h>

typedef struct
{
  gunichar from;
  char to;
} Twin;

/* Capital letters whose lower-case form looks different: map them before folding case. From Unicode's
 * confusables.txt, limited to what keyboards and fonts for Latin, Greek and Cyrillic have. */
static const Twin capitals[] = {
  { 0x0392, 'b' }, { 0x0396, 'z' }, { 0x0397, 'h' }, { 0x039C, 'm' }, { 0x039D, 'n' }, { 0x03A1, 'p' },
  { 0x03A4, 't' }, { 0x03A5, 'y' }, { 0x03A7, 'x' }, { 0x0412, 'b' }, { 0x041C, 'm' }, { 0x041D, 'h' },
  { 0x0422, 't' }, { 0x04C0, 'l' }, { 0x0130, 'l' }, { 'I', 'l' },
};

static const Twin smalls[] = {
  /* Greek */
  { 0x03B1, 'a' },
  { 0x03B2, 'b' },
  { 0x03B3, 'y' },
  { 0x03B5, 'e' },
  { 0x03B7, 'n' },
  { 0x03B9, 'l' },
  { 0x03BA, 'k' },
  { 0x03BD, 'v' },
  { 0x03BF, 'o' },
  { 0x03C1, 'p' },
  { 0x03C3, 'o' },
  { 0x03C4, 't' },
  { 0x03C5, 'u' },
  { 0x03C7, 'x' },
  { 0x03C9, 'w' },
  { 0x03F2, 'c' },
  { 0x03F3, 'j' },
  /* Cyrillic */
  { 0x0430, 'a' },
  { 0x0432, 'b' },
  { 0x0433, 'r' },
  { 0x0435, 'e' },
  { 0x0437, '3' },
  { 0x043A, 'k' },
  { 0x043C, 'm' },
  { 0x043D, 'h' },
  { 0x043E, 'o' },
  { 0x043F, 'n' },
  { 0x0440, 'p' },
  { 0x0441, 'c' },
  { 0x0442, 't' },
  { 0x0443, 'y' },
  { 0x0445, 'x' },
  { 0x044A, 'b' },
  { 0x044C, 'b' },
  { 0x0455, 's' },
  { 0x0456, 'l' },
  { 0x0458, 'j' },
  { 0x0475, 'v' },
  { 0x04AF, 'y' },
  { 0x04BB, 'h' },
  { 0x04CF, 'l' },
  { 0x0501, 'd' },
  { 0x051B, 'q' },
  { 0x051D, 'w' },
  /* Latin letters outside ASCII that have no decomposition */
  { 0x00F8, 'o' },
  { 0x0111, 'd' },
  { 0x0131, 'l' },
  { 0x0142, 'l' },
  { 0x0251, 'a' },
  { 0x0261, 'g' },
  { 0x026A, 'l' },
  { 0x028F, 'y' },
  { 0x0269, 'l' },
  { 0x01C0, 'l' },
  /* Armenian */
  { 0x0585, 'o' },
  { 0x057D, 'u' },
  { 0x0570, 'h' },
  { 0x0578, 'n' },
  /* ASCII characters that look like each other */
  { '0', 'o' },
  { '1', 'l' },
  { 'i', 'l' },
  { '|', 'l' },
  { '!', 'l' },
  { '5', 's' },
};

static gunichar
twin_of (gunichar c, const Twin *table, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (table[i].from == c)
      return (gunichar) table[i].to;
  return c;
}

static char *
skeleton_map (const char *text, const Twin *table, gsize n)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    g_string_append_unichar (out, twin_of (g_utf8_get_char (p), table, n));
  return g_string_free (out, FALSE);
}

/* Keeps letters and digits without their marks, because spaces, punctuation and accents are easily overlooked. */
static char *
skeleton_letters_of (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!g_unichar_isspace (c) && !g_unichar_ispunct (c) && !g_unichar_ismark (c))
        g_string_append_unichar (out, c);
    }
  return g_string_free (out, FALSE);
}

static char *
skeleton_replace (const char *text, const char *what, const char *by)
{
  g_auto (GStrv) parts = g_strsplit (text, what, -1);

  return g_strjoinv (by, parts);
}

char *
namida_skeleton (const char *name)
{
  /* Start from the name as it is shown, so that characters that are never shown make no difference. */
  g_autofree char *shown = namida_format_alias (name);
  g_autofree char *parted = g_utf8_normalize (shown, -1, G_NORMALIZE_ALL);
  g_autofree char *small_twins = skeleton_map (parted, capitals, G_N_ELEMENTS (capitals));
  g_autofree char *folded = g_utf8_casefold (small_twins, -1);
  g_autofree char *parted_again = g_utf8_normalize (folded, -1, G_NORMALIZE_ALL);
  g_autofree char *mapped = skeleton_map (parted_again, smalls, G_N_ELEMENTS (smalls));
  g_autofree char *letters = skeleton_letters_of (mapped);
  g_autofree char *no_rn = skeleton_replace (letters, "rn", "m");

  return skeleton_replace (no_rn, "vv", "w");
}

gboolean
namida_looks_like (const char *one, const char *other)
{
  g_autofree char *a = namida_skeleton (one);
  g_autofree char *b = namida_skeleton (other);

  return *a != '\0' && strcmp (a, b) == 0;
}
