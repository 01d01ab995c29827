/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the JSON reader: its grammar, the limits of depth and size, escapes, and truncated texts. */
#include "config.h"

#include "namida-error.h"
#include "namida-json-cursor.h"
#include "namida-json.h"
#include "namida-limits.h"

#include <string.h>

static const char *const good[] = {
  "{}",
  " { } ",
  "{\"a\":[1,-2,3.5,1e3,0,-0.1E-2,true,false,null,\"x\"]}",
  "{\"a\":\"\\u00e9\\ud83d\\ude00\\n\\\\\\\"\\/\"}",
  "{\"a\":9223372036854775807}",
  "{\"\":{}}",
};

static const char *const bad[] = {
  "",
  " ",
  "[]",
  "1",
  "null",
  "{",
  "}",
  "{}x",
  "{}{}",
  "{\"a\"}",
  "{\"a\":}",
  "{\"a\":1,}",
  "{,\"a\":1}",
  "{a:1}",
  "{'a':1}",
  "{\"a\":01}",
  "{\"a\":.5}",
  "{\"a\":1.}",
  "{\"a\":1e}",
  "{\"a\":+1}",
  "{\"a\":-}",
  "{\"a\":NaN}",
  "{\"a\":tru}",
  "{\"a\":[1,]}",
  "{\"a\":[1 2]}",
  "{\"a\":[1}",
  "{\"a\":\"\n\"}",
  "{\"a\":\"\\x\"}",
  "{\"a\":\"\\u12\"}",
  "{\"a\":\"\\u0000\"}",
  "{\"a\":\"\\ud800\"}",
  "{\"a\":\"\\udc00\"}",
  "{\"a\":\"\\ud800\\u0041\"}",
  "{\"a\":\"\xff\"}",
  "{\"a\":\"x",
  "{\"a\":\"x\\",
  "// c\n{}",
  "{\"a\":9223372036854775808}",
  "{\"a\":99999999999999999999999999}",
};

static void
test_grammar (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = namida_json_parse (good[i], strlen (good[i]), 4096, &error);

      g_assert_no_error (error);
      g_assert_nonnull (node);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = namida_json_parse (bad[i], strlen (bad[i]), 4096, &error);

      if (node != NULL)
        g_error ("taken: %s", bad[i]);
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
    }
}

/* Every text cut short at every byte is refused, and no byte behind its end is read (run under ASAN). */
static void
test_cut (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      const char *end = strrchr (good[i], '}');

      for (gsize length = 0; length < (gsize) (end - good[i]); length++)
        {
          g_autofree char *cut = g_memdup2 (good[i], length);

          g_assert_false (namida_json_scan (cut, length, 100, 100, NULL));
        }
    }
}

static void
test_raw_nul (void)
{
  static const char data[] = "{\"a\":\"x\0y\"}";
  g_autoptr (GError) error = NULL;

  g_assert_null (namida_json_parse (data, sizeof data - 1, 4096, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
}

static char *
nest (guint depth)
{
  GString *text = g_string_new ("{\"a\":");

  for (guint i = 1; i < depth; i++)
    g_string_append_c (text, '[');
  for (guint i = 1; i < depth; i++)
    g_string_append_c (text, ']');
  g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

static void
test_depth (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *fine = nest (NAMIDA_LIMIT_JSON_DEPTH);
  g_autofree char *deep = nest (NAMIDA_LIMIT_JSON_DEPTH + 1);
  g_autofree char *abyss = nest (1000000);
  g_autoptr (JsonNode) node G_GNUC_UNUSED = namida_json_parse (fine, strlen (fine), 4096, &error);

  g_assert_no_error (error);
  g_assert_null (namida_json_parse (deep, strlen (deep), 4096, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
  g_clear_error (&error);
  g_assert_null (namida_json_parse (abyss, strlen (abyss), G_MAXSIZE, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
}

static void
test_amount (void)
{
  g_autoptr (GError) error = NULL;
  GString *text = g_string_new ("{\"a\":[{}");

  g_assert_null (namida_json_parse ("{\"a\":1}", 7, 6, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE);
  g_clear_error (&error);
  while (text->len < NAMIDA_LIMIT_JSON_BYTES - 16)
    g_string_append (text, ",{}");
  g_string_append (text, "]}");
  g_assert_null (namida_json_parse (text->str, text->len, NAMIDA_LIMIT_JSON_BYTES, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE);
  g_string_free (text, TRUE);
}

static void
test_readers (void)
{
  static const char data[]
      = "{\"s\":\"x\",\"n\":5,\"z\":0,\"max\":9223372036854775807,\"neg\":-1,\"e\":1e3,\"t\":\"5\",\"f\":1.5,"
        "\"b\":true,\"null\":null,\"o\":{},\"a\":[]}";
  static const char *const no_sizes[] = { "s", "neg", "e", "t", "f", "b", "null", "o", "a" };
  static const char *const no_texts[] = { "n", "b", "null", "o", "a" };
  g_autoptr (JsonNode) node = namida_json_parse (data, strlen (data), 4096, NULL);
  JsonObject *object = json_node_get_object (node);
  guint64 size = 77;
  const char *text = NULL;

  g_assert_true (namida_json_get_size (object, "missing", &size, NULL));
  g_assert_cmpuint (size, ==, 77);
  g_assert_true (namida_json_get_size (object, "max", &size, NULL));
  g_assert_cmpuint (size, ==, G_MAXINT64);
  g_assert_true (namida_json_get_size (object, "z", &size, NULL));
  g_assert_cmpuint (size, ==, 0);
  g_assert_true (namida_json_get_string (object, "s", &text, NULL));
  g_assert_cmpstr (text, ==, "x");
  for (gsize i = 0; i < G_N_ELEMENTS (no_sizes); i++)
    g_assert_false (namida_json_get_size (object, no_sizes[i], &size, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (no_texts); i++)
    g_assert_false (namida_json_get_string (object, no_texts[i], &text, NULL));
}

/* What the writer escapes both readers give back. */
static void
test_escapes (void)
{
  static const char hard[] = "\"\\/\b\f\n\r\t\x01\x1f\x7f é 😀 \u202e %41 +";
  GString *out = g_string_new ("{");
  g_autoptr (JsonNode) node = NULL;
  g_auto (NamidaJsonCursor) cursor = { 0 };
  const char *text = NULL;

  namida_json_append_member (out, hard, hard);
  g_string_append_c (out, '}');
  g_assert_true (namida_json_scan (out->str, out->len, 9, 9, NULL));
  node = namida_json_parse (out->str, out->len, 4096, NULL);
  g_assert_true (namida_json_get_string (json_node_get_object (node), hard, &text, NULL));
  g_assert_cmpstr (text, ==, hard);
  namida_json_cursor_init (&cursor, out->str, out->len);
  g_assert_true (namida_json_cursor_enter (&cursor, '{'));
  g_assert_cmpstr (namida_json_cursor_next_member (&cursor), ==, hard);
  g_assert_cmpstr (namida_json_cursor_string (&cursor, "x", NULL), ==, hard);
  g_assert_null (namida_json_cursor_next_member (&cursor));
  g_string_free (out, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/grammar", test_grammar);
  g_test_add_func ("/json/cut", test_cut);
  g_test_add_func ("/json/raw-nul", test_raw_nul);
  g_test_add_func ("/json/depth", test_depth);
  g_test_add_func ("/json/amount", test_amount);
  g_test_add_func ("/json/readers", test_readers);
  g_test_add_func ("/json/escapes", test_escapes);
  return g_test_run ();
}
