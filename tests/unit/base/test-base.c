/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the small modules of src/base: errors and their texts, the clock and the calendar, digests, figures, and
 * reading and writing JSON text. */
#include "namida-clock.h"
#include "namida-digest.h"
#include "namida-error.h"
#include "namida-format.h"
#include "namida-json-cursor.h"
#include "namida-limits.h"

#include <errno.h>
#include <gio/gio.h>

/* Why a disk did not take what was received: each reason has a code that travels, words here and words there. */
static void
test_write_errors (void)
{
  static const struct
  {
    int saved_errno;
    NamidaError code;
    gboolean full;
  } all[] = {
    { ENOSPC, NAMIDA_ERROR_NO_SPACE, TRUE },       { EDQUOT, NAMIDA_ERROR_QUOTA, TRUE },
    { EFBIG, NAMIDA_ERROR_FILE_TOO_LARGE, FALSE }, { EROFS, NAMIDA_ERROR_READ_ONLY, TRUE },
    { EACCES, NAMIDA_ERROR_NO_PERMISSION, FALSE }, { EPERM, NAMIDA_ERROR_NO_PERMISSION, FALSE },
  };
  g_autoptr (GError) other = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (GError) error = NULL;

      namida_error_set_from_write (&error, all[i].saved_errno, -1, "Could not store “x”");
      g_assert_error (error, NAMIDA_ERROR, (int) all[i].code);
      g_assert_true (g_str_has_prefix (error->message, "Could not store “x”: "));
      g_assert_true (namida_error_is_storage (error));
      g_assert_cmpint (namida_error_is_full (error), ==, all[i].full);
      g_assert_nonnull (namida_error_storage_words_there (all[i].code));
    }
  namida_error_set_from_write (&other, EIO, -1, "Could not store “x”");
  g_assert_error (other, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
  g_assert_true (namida_error_is_storage (other));
  g_assert_false (namida_error_is_full (other));
  g_assert_null (namida_error_storage_words_there (NAMIDA_ERROR_STORAGE));
  g_assert_null (namida_error_storage_words_there (NAMIDA_ERROR_DECLINED));
}

static void
test_errors (void)
{
  static const int full[] = { ENOSPC, EDQUOT };

  for (int code = 0; code <= NAMIDA_ERROR_NO_DRIVE; code++)
    g_assert_cmpint (namida_error_code_from_string (namida_error_code_to_string (code)), ==, code);
  for (int code = NAMIDA_ERROR_NO_DRIVE + 1; code < NAMIDA_N_ERRORS; code++)
    g_assert_cmpstr (namida_error_code_to_string (code), ==, "internal");
  /* What another program makes of a newer code. */
  g_assert_cmpstr (namida_error_code_to_string ((NamidaError) (NAMIDA_N_ERRORS + 1000)), ==, "internal");
  g_assert_cmpstr (namida_error_code_to_string ((NamidaError) -1), ==, "internal");
  g_assert_cmpint (namida_error_code_from_string ("nonsense"), ==, NAMIDA_ERROR_INTERNAL);
  g_assert_cmpint (namida_error_code_from_string (NULL), ==, NAMIDA_ERROR_INTERNAL);
  for (guint i = 0; i < G_N_ELEMENTS (full); i++)
    {
      g_autoptr (GError) error = NULL;

      namida_error_set_from_errno (&error, full[i], "Could not write");
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE);
      g_assert_cmpuint (namida_error_http_status (error), ==, 507);
    }
  {
    g_autoptr (GError) other = NULL;
    g_autoptr (GError) io = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "x");
    g_autoptr (GError) foreign = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "x");

    namida_error_set_from_errno (&other, EACCES, "Could not write");
    g_assert_error (other, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
    g_assert_cmpuint (namida_error_http_status (other), ==, 500);
    g_assert_cmpuint (namida_error_http_status (io), ==, 507);
    g_assert_cmpuint (namida_error_http_status (foreign), ==, 500);
  }
}

/* What another device calls a time may be no time at all, and of any length. */
static void
test_no_time (void)
{
  g_autofree char *zeros = g_strnfill (1000, '0');
  g_autofree char *longer = g_strdup_printf ("2025-01-02T03:04:05.%sZ", zeros);
  gint64 ms = -7;

  g_assert_false (namida_time_from_iso8601 (longer, &ms));
  g_assert_false (namida_time_from_iso8601 (NULL, &ms));
  g_assert_cmpint (ms, ==, -7);
}

/* Our own calendar against GLib's, over all years that it knows. */
static void
test_calendar (void)
{
  const gint64 first = G_GINT64_CONSTANT (-62135596800), last = G_GINT64_CONSTANT (253402300799);

  for (gint64 seconds = first; seconds <= last; seconds += 4099 * 3607)
    {
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);
      g_autofree char *expected = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S.007Z");
      g_autofree char *text = namida_time_to_iso8601 (seconds * 1000 + 7);
      gint64 ms = 0;

      g_assert_cmpstr (text + strlen (text) - 20, ==, expected + strlen (expected) - 20);
      g_assert_true (namida_time_from_iso8601 (text, &ms));
      g_assert_cmpint (ms, ==, seconds * 1000 + 7);
    }
  for (int i = 0; i < 2; i++)
    {
      g_autofree char *inside = namida_time_to_iso8601 (i == 0 ? first * 1000 : last * 1000 + 999);
      g_autofree char *outside = namida_time_to_iso8601 (i == 0 ? first * 1000 - 1 : last * 1000 + 1000);

      g_assert_cmpstr (inside, ==, i == 0 ? "0001-01-01T00:00:00.000Z" : "9999-12-31T23:59:59.999Z");
      g_assert_cmpstr (outside, ==, "1970-01-01T00:00:00.000Z");
    }
}

static void
test_clock (void)
{
  static const char *const bad[]
      = { "", "yesterday", "2025-13-01T00:00:00Z", "2025-01-01", "2025-02-29T00:00:00.000Z", "1900-02-29T00:00:00.000Z",
          "2025-04-31T00:00:00.000Z", "2025-01-01T24:00:00.000Z", "2025-01-01T00:60:00.000Z",
          "2025-00-01T00:00:00.000Z", "0000-01-01T00:00:00.000Z", "2025-01-01T00:00:00.00aZ",
          /* longer than any time: a peer's text */
          "2025-01-02T03:04:05.0000000000000000000000000000000000000000000000Z", "", NULL };
  g_autofree char *text = namida_time_to_iso8601 (1735787045678);
  g_autofree char *before = namida_time_to_iso8601 (-1);
  g_autofree char *local = namida_time_to_local_iso8601 (1735787045678);
  gint64 ms = 0;

  g_assert_cmpstr (text, ==, "2025-01-02T03:04:05.678Z");
  g_assert_cmpstr (before, ==, "1969-12-31T23:59:59.999Z");
  g_assert_true (namida_time_from_iso8601 (text, &ms));
  g_assert_cmpint (ms, ==, 1735787045678);
  g_assert_cmpstr (local, ==, "2025-01-02T08:49:05.678000"); /* Kathmandu, +05:45 */
  g_assert_true (namida_time_from_iso8601 (local, &ms));
  g_assert_cmpint (ms, ==, 1735787045678);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (namida_time_from_iso8601 (bad[i], &ms));
  namida_clock_set_fake (42);
  g_assert_cmpint (namida_clock_real (), ==, 42);
  g_assert_cmpint (namida_clock_monotonic (), ==, 42);
  namida_clock_set_fake (-1);
  g_assert_cmpint (namida_clock_real (), >, 1000000);
}

static void
test_digest (void)
{
  /* FIPS 180-2, B.1 */
  static const char abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  g_autofree char *one = namida_digest_bytes ("abc", 3);
  g_autofree char *first = NULL, *again = NULL;
  g_autofree char *random = namida_random_hex (32), *other = namida_random_hex (32);

  namida_digest_update (digest, "a", 1);
  namida_digest_update (digest, "bc", 2);
  first = namida_digest_finish (digest);
  namida_digest_update (digest, "abc", 3);
  again = namida_digest_finish (digest);
  g_assert_cmpstr (one, ==, abc);
  g_assert_cmpstr (first, ==, abc);
  g_assert_cmpstr (again, ==, abc);
  g_assert_true (namida_digest_is_hex (random));
  g_assert_cmpstr (random, !=, other);
  random[63] = '\0';
  g_assert_false (namida_digest_is_hex (random));
  other[0] = 'g';
  g_assert_false (namida_digest_is_hex (other));
}

static void
assert_alias (const char *alias, const char *shown)
{
  g_autofree char *text = namida_format_alias (alias);

  g_assert_cmpstr (text, ==, shown);
}

static void
test_alias (void)
{
  static const gunichar harmful[] = { 0x01,   0x7f,   0x61c,  0x200b, 0x200e, 0x200f, 0x202a, 0x202b,  0x202c,
                                      0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069, 0xfeff, 0xe0041, 0xe000 };
  g_autofree char *lengthy = g_strnfill (NAMIDA_LIMIT_ALIAS_CHARS + 1, 'x');
  g_autofree char *cut = namida_format_alias (lengthy);

  for (guint i = 0; i < G_N_ELEMENTS (harmful); i++)
    {
      g_autoptr (GString) text = g_string_new ("a");

      g_string_append_unichar (text, harmful[i]);
      g_string_append (text, "b");
      assert_alias (text->str, "ab");
    }
  assert_alias ("  a \n\t b ", "a b");
  assert_alias ("e\u0301", "\u00e9");
  /* A mark has no width and is part of a letter; a filler has none and is nothing. */
  assert_alias ("x\u0301", "x\u0301");
  assert_alias ("a\u115fb", "ab");
  assert_alias ("", "?");
  assert_alias (NULL, "?");
  assert_alias ("\u202e", "?");
  g_assert_cmpuint (g_utf8_strlen (cut, -1), ==, NAMIDA_LIMIT_ALIAS_CHARS);
  g_assert_true (g_str_has_suffix (cut, "xx…"));
  assert_alias (cut, cut);
  assert_alias (lengthy + 1, lengthy + 1);
}

static void
assert_text (char *text, const char *expected)
{
  g_assert_cmpstr (text, ==, expected);
  g_free (text);
}

static void
test_figures (void)
{
  assert_text (namida_format_size (12400000000), "12.4\u00a0GB");
  assert_text (namida_format_speed (112000000), "112.0\u00a0MB/s");
  assert_text (namida_format_progress (4100000000, 12400000000), "4.1 of 12.4\u00a0GB");
  assert_text (namida_format_progress (4100000, 12400000000), "4.1\u00a0MB of 12.4\u00a0GB");
  assert_text (namida_format_time_left (-1), "");
  assert_text (namida_format_time_left (59), "59 s left");
  assert_text (namida_format_time_left (60), "1 min left");
  assert_text (namida_format_time_left (3660), "1 h 1 min left");
  assert_text (namida_format_files (1), "1 file");
  assert_text (namida_format_files (0), "0 files");
  assert_text (namida_format_fingerprint ("ab12cd34ef56789000"), "AB12 CD34 EF56 7890");
}

/* A person reads why a device could not be reached, and no sentence of the system's. */
static void
test_connection_words (void)
{
  g_autoptr (GError) refused
      = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "Could not connect to ::1: Connection refused");
  g_autoptr (GError) away = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE, "No route to host");
  g_autoptr (GError) rare = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "Out of sockets");

  g_assert_cmpstr (namida_error_connection_words (NULL), ==, "it did not respond in time");
  g_assert_cmpstr (namida_error_connection_words (refused), ==, "it refused the connection");
  g_assert_cmpstr (namida_error_connection_words (away), ==, "it cannot be reached from this network");
  g_assert_cmpstr (namida_error_connection_words (rare), ==, "Out of sockets");
}

/* What a number is: RFC 8259, section 6. */
static void
test_json_numbers (void)
{
  static const struct
  {
    const char *text;
    gboolean fine;
  } cases[] = {
    { "0", TRUE },    { "-0", TRUE },   { "10", TRUE },   { "-7", TRUE },        { "0.5", TRUE },
    { "1.50", TRUE }, { "1e3", TRUE },  { "1E+3", TRUE }, { "2e-10", TRUE },     { "", FALSE },
    { "-", FALSE },   { "01", FALSE },  { "-01", FALSE }, { "00", FALSE },       { "1.", FALSE },
    { ".5", FALSE },  { "1e", FALSE },  { "1e+", FALSE }, { "1e+-3", FALSE },    { "+1", FALSE },
    { "0x1", FALSE }, { "1 2", FALSE }, { "1a", FALSE },  { "Infinity", FALSE }, { "NaN", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"n\":%s}", cases[i].text);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", text);
      g_assert_cmpint (namida_json_scan (text, strlen (text), 9, 9, &error), ==, cases[i].fine);
      g_assert_true ((error == NULL) == cases[i].fine);
    }
}

/* Only a text is one. */
static void
test_json_texts (void)
{
  static const char *const others[] = { "1", "true", "null", "[\"a\"]", "{\"a\":\"b\"}" };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"n\":%s}", others[i]);
      g_auto (NamidaJsonCursor) cursor = { 0 };
      g_autoptr (GError) error = NULL;

      namida_json_cursor_init (&cursor, text, strlen (text));
      g_assert_true (namida_json_cursor_enter (&cursor, '{'));
      g_assert_cmpstr (namida_json_cursor_next_member (&cursor), ==, "n");
      g_assert_null (namida_json_cursor_string (&cursor, "n", &error));
      g_assert_nonnull (error);
    }
}

/* A stranger's message holds no more of one text at a time; a number ends somewhere, too. */
static void
test_json_long (void)
{
  static const char *const forms[] = { "{\"%s\":1}", "{\"a\":\"%s\"}", "[[\"%s\"]]" };
  g_autofree char *fits = g_strnfill (NAMIDA_LIMIT_JSON_TEXT_BYTES - 2, 'x');
  g_autofree char *longer = g_strnfill (NAMIDA_LIMIT_JSON_TEXT_BYTES + 2, 'x');
  g_autofree char *digits = g_strnfill (8192, '1');

  for (guint i = 0; i < 2 * G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (GString) text = g_string_new (forms[i / 2]);
      g_autoptr (GError) error = NULL;

      g_string_replace (text, "%s", i % 2 == 0 ? fits : longer, 1);
      g_assert_true (namida_json_scan (text->str, text->len, 9, 9, NULL));
      g_assert_cmpint (namida_json_scan_message (text->str, text->len, 9, 9, &error), ==, i % 2 == 0);
      if (i % 2 != 0)
        g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE);
    }
  memcpy (digits, "0.", 2);
  g_assert_false (namida_json_scan (digits, strlen (digits), 9, 9, NULL));
}

/* What Dart writes of a text that was cut in the middle of an emoji. */
static void
test_json_surrogates (void)
{
  static const struct
  {
    const char *text, *mended;
  } cases[] = {
    { "\"\\ud83d\"", "\"\\ufffd\"" },
    { "\"\\udE00 b\"", "\"\\ufffd b\"" },
    { "\"\\ud83d\\ude00\"", "\"\\ud83d\\ude00\"" },
    { "\"\\ud83d\\ud83d\\ude00\"", "\"\\ufffd\\ud83d\\ude00\"" },
    { "\"\\\\ud83d\"", "\"\\\\ud83d\"" },
    { "\"\\\\\\ud83dx\"", "\"\\\\\\ufffdx\"" },
    { "\"\\u00e9\\n\"", "\"\\u00e9\\n\"" },
    { "\"\\ud83", "\"\\ud83" },
    { "\"\\ud83d\\ude0", "\"\\ufffd\\ude0" },
    { "\\", "\\" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      /* Without a zero at its end, so that reading further is noticed. */
      gsize length = strlen (cases[i].text);
      g_autofree char *text = g_memdup2 (cases[i].text, length);

      namida_json_mend_surrogates (text, length);
      g_assert_cmpmem (text, length, cases[i].mended, strlen (cases[i].mended));
    }
  namida_json_mend_surrogates (NULL, 0);
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "<+0545>-5:45", TRUE); /* Kathmandu, without a zone database */
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/errors", test_errors);
  g_test_add_func ("/base/write-errors", test_write_errors);
  g_test_add_func ("/base/connection-words", test_connection_words);
  g_test_add_func ("/base/clock", test_clock);
  g_test_add_func ("/base/no-time", test_no_time);
  g_test_add_func ("/base/calendar", test_calendar);
  g_test_add_func ("/base/digest", test_digest);
  g_test_add_func ("/base/alias", test_alias);
  g_test_add_func ("/base/figures", test_figures);
  g_test_add_func ("/base/json-numbers", test_json_numbers);
  g_test_add_func ("/base/json-texts", test_json_texts);
  g_test_add_func ("/base/json-long", test_json_long);
  g_test_add_func ("/base/json-surrogates", test_json_surrogates);
  return g_test_run ();
}
