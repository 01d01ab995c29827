/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that names chosen by other devices are displayed safely, and that names that look alike at first glance are
 * detected. */
#include <string.h>

#include "namida-format.h"
#include "namida-limits.h"
#include "namida-skeleton.h"

static void
test_twins (void)
{
  static const char *const pairs[][2] = {
    { "Desk PC", "desk pc" },
    { "Desk PC", "Desk-PC" },
    { "Desk PC", "Desk  PC." },
    { "Desk PC", "Dеsk PC" },                   /* Cyrillic е */
    { "Desk PC", "Desk РС" },                   /* Cyrillic РС */
    { "Desk PC", "Ｄｅｓｋ　ＰＣ" },            /* full width */
    { "Desk PC", "𝐃𝐞𝐬𝐤 𝙿𝙲" },                   /* mathematical */
    { "Desk PC", "De\u200Bsk\u202E PC\u2069" }, /* what is not seen */
    { "Desk PC", "Dësk PC\u0301" },             /* accents */
    { "Paul", "PauI" },                         /* capital i */
    { "Paul", "Pau1" },                         /* one */
    { "HTPC", "\u041D\u0422\u0420\u0421" },     /* all Cyrillic */
    { "HTPC", "\u0397\u03A4\u03A1C" },          /* Greek */
    { "Modern", "Modem" },                      /* rn */
    { "Björk", "bjork" },
    { "Pixel 8", "Рixеl 8" },
    { "IRIS", "lris" },
  };
  static const char *const different[][2] = {
    { "Desk PC", "Desk" }, { "Pixel 8", "Pixel 9" }, { "Anna", "Hanna" }, { "空", "夜" }, { "", "" },
    { "…", "-" },          { "\u202E", "\u200B" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_test_message ("%s", pairs[i][1]);
      g_assert_true (namida_looks_like (pairs[i][0], pairs[i][1]));
      g_assert_true (namida_looks_like (pairs[i][1], pairs[i][0]));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (different); i++)
    {
      g_test_message ("%s", different[i][0]);
      g_assert_false (namida_looks_like (different[i][0], different[i][1]));
    }
}

/* What a label or a terminal can be given: one line, no controls, no order but its own, at most 64 characters. */
static void
assert_harmless (const char *alias)
{
  g_autofree char *shown = namida_format_alias (alias);

  g_assert_true (g_utf8_validate (shown, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (shown, -1), >, 0);
  g_assert_cmpint (g_utf8_strlen (shown, -1), <=, NAMIDA_LIMIT_ALIAS_CHARS);
  for (const char *p = shown; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      g_assert_false (g_unichar_iscntrl (c));
      g_assert_cmpint (g_unichar_type (c), !=, G_UNICODE_FORMAT);
      g_assert_cmpint (g_unichar_type (c), !=, G_UNICODE_LINE_SEPARATOR);
      g_assert_cmpint (g_unichar_type (c), !=, G_UNICODE_PARAGRAPH_SEPARATOR);
      g_assert_true (!g_unichar_isspace (c) || c == ' ');
    }
}

static void
test_harmless (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *marks = NULL;

  for (gunichar c = 1; c < 0x11000; c++)
    {
      g_autofree char *name = NULL;

      if (c >= 0xD800 && c < 0xE000)
        continue;
      g_string_assign (text, "a");
      g_string_append_unichar (text, c);
      g_string_append (text, "b");
      assert_harmless (text->str);
      name = namida_format_alias (text->str);
      g_assert_true (g_str_has_prefix (name, "a") || g_unichar_ismark (c));
    }
  /* Ten thousand of anything, and ten thousand marks on one letter. */
  for (guint i = 0; i < 4; i++)
    {
      static const char *const pieces[] = { "x", "\u202E", "\xff", "𝐃" };

      g_string_assign (text, "");
      for (guint n = 0; n < 10000; n++)
        g_string_append (text, pieces[i]);
      assert_harmless (text->str);
    }
  g_string_assign (text, "a");
  for (guint n = 0; n < 2000; n++)
    g_string_append (text, "\u0321");
  g_string_append (text, "b");
  assert_harmless (text->str);
  marks = namida_format_alias (text->str);
  g_assert_cmpint (g_utf8_strlen (marks, -1), <=, 5);
}

static void
assert_name (const char *alias, const char *expected)
{
  g_autofree char *name = namida_format_name (alias);

  g_assert_cmpstr (name, ==, expected);
}

static void
test_right_to_left (void)
{
  assert_name ("Desk PC", "Desk PC");
  assert_name ("שלום", "\u2068שלום\u2069");
  assert_name ("a \u0627 b", "\u2068a \u0627 b\u2069");
  /* An isolation that the name ends itself would be none. */
  assert_name ("\u2069\u202Eש\u202C\u2069", "\u2068ש\u2069");
  assert_name ("Björk 空", "Björk 空");
}

static void
test_terminal (void)
{
  static const char *const pairs[][2] = {
    { "Björk – Jóga.flac", "Björk – Jóga.flac" },
    { "two\nlines\tand a tab", "two\nlines\tand a tab" },
    { "\033[2J\033[1;31mred\a", "\\x1b[2J\\x1b[1;31mred\\x07" },
    { "back\rover\b", "back\\x0dover\\x08" },
    { "\xc2\x9b"
      "31m",
      "\\x9b31m" },
    { "gpj.\xe2\x80\xae"
      "exe",
      "gpj.\\u202eexe" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autofree char *shown = namida_format_for_terminal (pairs[i][0]);

      g_assert_cmpstr (shown, ==, pairs[i][1]);
    }
}

/* However a name was typed, it is the same. */
static void
test_fold (void)
{
  static const char *const alike[][2]
      = { { "Zo\u00eb", "ZOE\u0308" }, { "Pixel 8", "pIXEL 8" }, { "\u00c9", "e\u0301" }, { "\u03a3", "\u03c3" } };
  g_autofree char *umlaut = namida_format_fold ("Z\u00fcrich");
  g_autofree char *plain = namida_format_fold ("Zurich");

  for (guint i = 0; i < G_N_ELEMENTS (alike); i++)
    {
      g_autofree char *one = namida_format_fold (alike[i][0]);
      g_autofree char *other = namida_format_fold (alike[i][1]);

      g_assert_cmpstr (one, ==, other);
    }
  g_assert_cmpstr (umlaut, !=, plain);
}

/* The title of a song is longer than the name of a device may be, and where it is cut that is seen. */
static void
test_title (void)
{
  g_autofree char *long_one = g_strnfill (NAMIDA_FORMAT_TITLE_CHARS + 50, 'a');
  g_autofree char *whole_one = g_strnfill (NAMIDA_FORMAT_TITLE_CHARS, 'b');
  g_autofree char *cut = namida_format_title (long_one);
  g_autofree char *whole = namida_format_title (whole_one);
  g_autofree char *none = namida_format_title ("");
  g_autofree char *cleaned = namida_format_title ("a\nb\342\200\256c ");

  g_assert_cmpint (g_utf8_strlen (cut, -1), ==, NAMIDA_FORMAT_TITLE_CHARS);
  g_assert_true (g_str_has_suffix (cut, "a…"));
  g_assert_cmpstr (whole, ==, whole_one);
  g_assert_cmpstr (none, ==, "");
  g_assert_null (strchr (cleaned, '\n'));
  g_assert_false (g_str_has_suffix (cleaned, " "));
  g_assert_null (strstr (cleaned, "\342\200\256"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/names/twins", test_twins);
  g_test_add_func ("/names/harmless", test_harmless);
  g_test_add_func ("/names/right-to-left", test_right_to_left);
  g_test_add_func ("/names/terminal", test_terminal);
  g_test_add_func ("/names/fold", test_fold);
  g_test_add_func ("/names/title", test_title);
  return g_test_run ();
}
