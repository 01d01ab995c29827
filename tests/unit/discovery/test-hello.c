/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests which discovery messages are accepted, and that a message is the same after formatting and parsing it. */
#include <string.h>

#include "namida-device-info.h"
#include "namida-limits.h"

#define FP "ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB"
#define FP_LOWER "abababababababababababababababababababababababababababababababab"
#define LONG_WORD "0123456789012345678901234567890123456789012345678901234567890123456789"

typedef struct
{
  const char *text;
  NamidaDialect dialect; /* NONE: refused */
  const char *alias;
  const char *fingerprint;
  const char *uuid;
  guint port;
  gboolean https;
  gboolean announce;
  gboolean goodbye;
} Case;

static const Case cases[] = {
  { "{\"alias\":\"android-4821\",\"port\":53317,\"uuid\":\"u1\"}", NAMIDA_DIALECT_PHONE, "android-4821", NULL, "u1",
    53317, FALSE, TRUE, FALSE },
  { "{\"alias\":\"PC\",\"port\":53320,\"uuid\":\"u\",\"fingerprint\":\"" FP_LOWER "\",\"protocol\":\"https\"}",
    NAMIDA_DIALECT_V1, "PC", FP, "u", 53320, TRUE, TRUE, FALSE },
  { "{\"alias\":\"LS\",\"fingerprint\":\"" FP "\",\"protocol\":\"https\",\"announce\":false}", NAMIDA_DIALECT_LOCALSEND,
    "LS", FP, NULL, 53317, TRUE, FALSE, FALSE },
  { "{\"alias\":\"LS\",\"fingerprint\":\"rAnd0m\",\"protocol\":\"http\",\"port\":1}", NAMIDA_DIALECT_LOCALSEND_PLAIN,
    "LS", NULL, NULL, 1, FALSE, TRUE, FALSE },
  { "{\"alias\":\"PC\",\"uuid\":\"u\",\"announce\":false,\"goodbye\":true}", NAMIDA_DIALECT_PHONE, "PC", NULL, "u",
    53317, FALSE, FALSE, TRUE },
  /* Wrong types are as if missing. */
  { " {\"alias\":\"x\",\"port\":\"9\",\"uuid\":7,\"announce\":\"no\",\"features\":{},\"protocol\":1}\n",
    NAMIDA_DIALECT_PHONE, "x", NULL, NULL, 53317, FALSE, TRUE, FALSE },
  { "{\"alias\":\"x\",\"port\":0}", NAMIDA_DIALECT_PHONE, "x", NULL, NULL, 53317, FALSE, TRUE, FALSE },
  { "{\"alias\":\"x\",\"port\":65536}", NAMIDA_DIALECT_PHONE, "x", NULL, NULL, 53317, FALSE, TRUE, FALSE },
  { "{\"alias\":\"x\",\"port\":-1}", NAMIDA_DIALECT_PHONE, "x", NULL, NULL, 53317, FALSE, TRUE, FALSE },
  { "{\"alias\":\"x\",\"uuid\":\"" LONG_WORD "\"}", NAMIDA_DIALECT_PHONE, "x", NULL, NULL, 53317, FALSE, TRUE, FALSE },
  { "{\"alias\":\"\\ud83d\\ude00\"}", NAMIDA_DIALECT_PHONE, "\360\237\230\200", NULL, NULL, 53317, FALSE, TRUE, FALSE },
  { "{\"alias\":\"x\",\"a\":[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}", NAMIDA_DIALECT_PHONE, "x", NULL, NULL, 53317, FALSE,
    TRUE, FALSE },
  /* Refused. */
  { "" },
  { "{}" },
  { "null" },
  { "[]" },
  { "\"alias\"" },
  { "{\"alias\":\"\"}" },
  { "{\"alias\":5}" },
  { "{\"alias\":\"x\"" },
  { "{\"alias\":\"x\"]" },
  { "{\"alias\":\"x\"} {\"alias\":\"y\"}" },
  { "{\"alias\":\"x\"}garbage" },
  { "{/* no */\"alias\":\"x\"}" },
  { "{'alias':'x'}" },
  { "{\"alias\":\"x\\u0000y\"}" },
  { "{\"alias\":\"\\ud800\"}" },
  { "{\"alias\":\"\\ud800\\u0041\"}" },
  { "{\"alias\":\"\\ude00\"}" },
  { "{\"alias\":\"\\u12\"}" },
  { "{\"alias\":\"\\x\"}" },
  { "{\"alias\":\"\xff\"}" },
  { "{\"alias\":\"x\",\"a\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}" },
};

static void
test_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *c = &cases[i];
      NamidaDialect dialect = NAMIDA_DIALECT_NONE;
      g_autoptr (GError) error = NULL;
      g_autoptr (NamidaDeviceInfo) info = namida_hello_parse (c->text, strlen (c->text), &dialect, &error);
      g_autofree char *escaped = g_strescape (c->text, NULL);

      g_test_message ("%u: %s", i, escaped);
      g_assert_cmpint (dialect, ==, c->dialect);
      if (c->dialect == NAMIDA_DIALECT_NONE)
        {
          g_assert_null (info);
          g_assert_nonnull (error);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpstr (info->alias, ==, c->alias);
      g_assert_cmpstr (info->fingerprint, ==, c->fingerprint);
      g_assert_cmpstr (info->uuid, ==, c->uuid);
      g_assert_cmpuint (info->port, ==, c->port);
      g_assert_cmpint (info->https, ==, c->https);
      g_assert_cmpint (info->announce, ==, c->announce);
      g_assert_cmpint (info->goodbye, ==, c->goodbye);
      g_assert_nonnull (info->features);
    }
}

static void
test_limits (void)
{
  g_autofree char *big = g_strnfill (NAMIDA_LIMIT_HELLO_BYTES + 1, ' ');
  g_autofree char *name = g_strnfill (500, 'n');
  g_autofree char *text = g_strdup_printf ("{\"alias\":\"%s\"}", name);
  g_autoptr (NamidaDeviceInfo) info = NULL;
  NamidaDialect dialect;

  memcpy (big, "{\"alias\":\"x\"}", 13);
  info = namida_hello_parse (big, NAMIDA_LIMIT_HELLO_BYTES, &dialect, NULL);
  g_assert_nonnull (info);
  g_assert_null (namida_hello_parse (big, NAMIDA_LIMIT_HELLO_BYTES + 1, &dialect, NULL));
  namida_device_info_unref (info);
  info = namida_hello_parse (text, strlen (text), &dialect, NULL);
  g_assert_cmpuint (g_utf8_strlen (info->alias, -1), ==, NAMIDA_LIMIT_ALIAS_CHARS);
  g_assert_true (g_str_has_suffix (info->alias, "n…"));
  /* A NUL inside the datagram. */
  g_assert_null (namida_hello_parse ("{\"alias\":\"x\0y\"}", 15, &dialect, NULL));
}

static void
test_round_trip (void)
{
  g_autoptr (NamidaDeviceInfo) info = namida_device_info_new ();
  g_autoptr (NamidaDeviceInfo) heard = NULL;
  g_autofree char *text = NULL;
  NamidaDialect dialect;

  g_free (info->alias);
  info->alias = g_strdup ("Björk “\"\\\n");
  info->uuid = g_strdup ("u");
  info->fingerprint = g_strdup (FP);
  info->device_type = g_strdup ("headless");
  info->device_model = g_strdup ("Linux");
  info->port = 53320;
  info->https = TRUE;
  info->announce = FALSE;
  info->goodbye = TRUE;
  text = namida_hello_format (info);
  heard = namida_hello_parse (text, strlen (text), &dialect, NULL);
  g_assert_nonnull (heard);
  g_assert_cmpint (dialect, ==, NAMIDA_DIALECT_V1);
  g_assert_cmpstr (heard->alias, ==, info->alias);
  g_assert_cmpstr (heard->device_type, ==, "headless");
  g_assert_cmpstr (heard->device_model, ==, "Linux");
  g_assert_cmpuint (heard->port, ==, 53320);
  g_assert_true (heard->https && heard->goodbye && !heard->announce);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hello/table", test_table);
  g_test_add_func ("/hello/limits", test_limits);
  g_test_add_func ("/hello/round-trip", test_round_trip);
  return g_test_run ();
}
