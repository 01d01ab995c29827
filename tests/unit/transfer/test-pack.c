/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests reading packs: their limits, kinds of members and names, and connections that break in the middle. */
#include "config.h"

#include <string.h>

#include "namida-error.h"
#include "namida-limits.h"
#include "namida-messages.h"
#include "namida-pack-reader.h"
#include "pack-sample.h"

#define TOKEN "0123456789abcdef0123456789abcdef"

typedef struct
{
  GByteArray *bytes;
  gsize at, piece;
  gsize breaks_at; /* 0: never */
} Input;

static gssize
read_input (void *buffer, gsize count, gpointer user_data, GError **error)
{
  Input *input = user_data;
  gsize n = MIN (MIN (count, input->piece), input->bytes->len - input->at);

  if (input->breaks_at > 0 && input->at >= input->breaks_at)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE, "broken");
      return -1;
    }
  memcpy (buffer, input->bytes->data + input->at, n);
  input->at += n;
  return (gssize) n;
}

/* Returns: how many whole files came, their first bytes checked against their ids. @code: -1 for none. */
static guint
read_all (Input *input, int code)
{
  g_autoptr (NamidaPackReader) reader = namida_pack_reader_new (read_input, input);
  g_autoptr (GError) error = NULL;
  NamidaPackEntry entry;
  guint n = 0;

  while (namida_pack_reader_next (reader, &entry, &error))
    {
      g_autofree guint8 *data = g_malloc0 (entry.size + 1);

      g_assert_cmpstr (entry.token, ==, TOKEN);
      if (!namida_pack_reader_data (reader, data, &error))
        break;
      if (entry.size > 0)
        g_assert_true (g_str_has_prefix ((char *) data, entry.id));
      n++;
    }
  if (code < 0)
    {
      g_assert_no_error (error);
      g_assert_cmpuint (input->at, ==, input->bytes->len);
    }
  else
    g_assert_error (error, NAMIDA_ERROR, code);
  g_byte_array_unref (input->bytes);
  return n;
}

static GByteArray *
files (guint n, gsize size)
{
  PackSample *sample = pack_sample_new ();
  g_autofree char *data = g_malloc0 (size + 64);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("f%u/" TOKEN, i);

      g_snprintf (data, 32, "f%u", i);
      pack_sample_add (sample, name, data, size);
    }
  return pack_sample_end (sample);
}

static void
test_whole (void)
{
  static const gsize pieces[] = { 7, 512, 1000, 1024 * 1024 };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_assert_cmpuint (read_all (&(Input){ files (20, 1500), .piece = pieces[i] }, -1), ==, 20);
      g_assert_cmpuint (read_all (&(Input){ files (3, 0), .piece = pieces[i] }, -1), ==, 3);
      g_assert_cmpuint (read_all (&(Input){ files (2, 256 * 1024), .piece = pieces[i] }, -1), ==, 2);
    }
  g_assert_cmpuint (read_all (&(Input){ files (1, NAMIDA_LIMIT_PACK_FILE_BYTES), .piece = 65536 }, -1), ==, 1);
}

static void
test_limits (void)
{
  GByteArray *tail = files (1, 10);

  g_assert_cmpuint (read_all (&(Input){ files (1, NAMIDA_LIMIT_PACK_FILE_BYTES + 1), .piece = 65536 },
                              NAMIDA_ERROR_TOO_LARGE),
                    ==, 0);
  g_assert_cmpuint (read_all (&(Input){ files (NAMIDA_LIMIT_PACK_FILES, 8), .piece = 65536 }, -1), ==,
                    NAMIDA_LIMIT_PACK_FILES);
  g_assert_cmpuint (read_all (&(Input){ files (NAMIDA_LIMIT_PACK_FILES + 1, 8), .piece = 65536 },
                              NAMIDA_ERROR_TOO_LARGE),
                    ==, NAMIDA_LIMIT_PACK_FILES);
  /* Bytes without end after the end. */
  g_byte_array_set_size (tail, 1024 * 1024);
  memset (tail->data + 2048, 0, tail->len - 2048);
  g_assert_cmpuint (read_all (&(Input){ tail, .piece = 4096 }, NAMIDA_ERROR_INVALID_REQUEST), ==, 1);
}

static void
add_field (GByteArray *bytes, guint at, const char *text)
{
  memcpy (bytes->data + at, text, strlen (text));
}

/* One ustar header of @type with @size bytes of 'a' behind it. */
static void
append_raw (GByteArray *bytes, char type, gsize size)
{
  guint at = bytes->len, sum = 0;
  g_autofree char *octal = g_strdup_printf ("%011zo", size);
  char sum_text[8];

  g_byte_array_set_size (bytes, at + 512 + (guint) ((size + 511) / 512 * 512));
  memset (bytes->data + at, 0, bytes->len - at);
  add_field (bytes, at, "f1/" TOKEN);
  add_field (bytes, at + 100, "0000600");
  add_field (bytes, at + 124, octal);
  add_field (bytes, at + 257, "ustar");
  add_field (bytes, at + 263, "00");
  bytes->data[at + 156] = (guint8) type;
  memset (bytes->data + at + 148, ' ', 8);
  for (guint i = 0; i < 512; i++)
    sum += bytes->data[at + i];
  g_snprintf (sum_text, sizeof sum_text, "%06o", sum);
  memcpy (bytes->data + at + 148, sum_text, 7);
  memset (bytes->data + at + 512, 'a', size);
}

/* Headers that are themselves large, of every kind that libarchive would read into memory. */
static void
test_large_headers (void)
{
  static const char types[] = "xgLKA";

  for (guint i = 0; i < strlen (types); i++)
    {
      GByteArray *bytes = g_byte_array_new ();
      Input input = { bytes, .piece = 4096 };

      append_raw (bytes, types[i], 900 * 1024);
      append_raw (bytes, '0', 10);
      g_byte_array_ref (bytes);
      g_assert_cmpuint (read_all (&input, NAMIDA_ERROR_INVALID_REQUEST), ==, 0);
      g_assert_cmpuint (input.at, <, 64 * 1024);
      g_byte_array_unref (bytes);
    }
}

static void
test_kinds (void)
{
  static const char types[] = "1234567";

  for (guint i = 0; i < strlen (types) - 1; i++)
    {
      GByteArray *bytes = g_byte_array_new ();

      append_raw (bytes, types[i], 0);
      read_all (&(Input){ bytes, .piece = 512 }, NAMIDA_ERROR_INVALID_REQUEST);
    }
  for (int hard = 0; hard < 2; hard++)
    {
      PackSample *sample = pack_sample_new ();

      pack_sample_add_link (sample, "f1/" TOKEN, "/etc/passwd", hard);
      read_all (&(Input){ pack_sample_end (sample), .piece = 512 }, NAMIDA_ERROR_INVALID_REQUEST);
    }
}

static void
test_names (void)
{
  static const char *const names[] = { "f1", "/" TOKEN, "f1/", "a/b/c", "../x/y", "f1/" TOKEN "/" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      PackSample *sample = pack_sample_new ();

      pack_sample_add (sample, names[i], "f1", 2);
      read_all (&(Input){ pack_sample_end (sample), .piece = 512 }, NAMIDA_ERROR_INVALID_REQUEST);
    }
}

/* What came whole before a break counts, what did not does not. */
static void
test_breaks (void)
{
  GByteArray *cut = files (5, 1000);

  g_assert_cmpuint (read_all (&(Input){ files (5, 1000), .piece = 512, .breaks_at = 3 * 1536 + 700 },
                              NAMIDA_ERROR_UNREACHABLE),
                    ==, 3);
  /* The stream itself ends in the middle of a file. */
  g_byte_array_set_size (cut, 2 * 1536 + 700);
  g_assert_cmpuint (read_all (&(Input){ cut, .piece = 512 }, NAMIDA_ERROR_INVALID_REQUEST), ==, 2);
}

static void
test_answer (void)
{
  static const char hash[] = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";
  static const char *const bad[] = { "{}",
                                     "{\"files\":[]}",
                                     "{\"files\":{\"f1\":1}}",
                                     "{\"files\":{\"f1\":{\"size\":1}}}",
                                     "{\"files\":{\"f1\":{\"sha256\":\"xy\",\"size\":1}}}",
                                     "{\"files\":{\"\":{}}}" };
  g_autoptr (GHashTable) answer = namida_pack_answer_new ();
  g_autoptr (GHashTable) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  NamidaPackResult *result;
  gsize length;

  for (guint i = 0; i < NAMIDA_LIMIT_PACK_FILES; i++)
    {
      g_autofree char *id = g_strdup_printf ("%064u", i);

      namida_pack_answer_add (answer, id, NAMIDA_LIMIT_PACK_FILE_BYTES, hash);
    }
  text = namida_pack_answer_format (answer, &length);
  /* The largest pack's answer is one that a sender takes. */
  g_assert_cmpuint (length, <, NAMIDA_LIMIT_JSON_BYTES);
  again = namida_pack_answer_parse (text, length, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (again), ==, NAMIDA_LIMIT_PACK_FILES);
  result = g_hash_table_lookup (again, "0000000000000000000000000000000000000000000000000000000000000007");
  g_assert_cmpuint (result->size, ==, NAMIDA_LIMIT_PACK_FILE_BYTES);
  g_assert_cmpint (g_ascii_strcasecmp (result->sha256, hash), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (namida_pack_answer_parse (bad[i], strlen (bad[i]), NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pack/whole", test_whole);
  g_test_add_func ("/pack/limits", test_limits);
  g_test_add_func ("/pack/large-headers", test_large_headers);
  g_test_add_func ("/pack/kinds", test_kinds);
  g_test_add_func ("/pack/names", test_names);
  g_test_add_func ("/pack/breaks", test_breaks);
  g_test_add_func ("/pack/answer", test_answer);
  return g_test_run ();
}
