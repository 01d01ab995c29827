/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the messages that list the versions of a device and fetch them: lists, ranges and sessions, with their limits.
 */
#include "config.h"

#include "namida-backups-message.h"
#include "namida-limits.h"

#include <string.h>

static NamidaKeptBackup *
make_one (const char *id, const char *title)
{
  NamidaKeptBackup *one = g_new0 (NamidaKeptBackup, 1);

  one->id = g_strdup (id);
  one->title = g_strdup (title);
  one->created_ms = 1784485800000;
  one->complete = TRUE;
  one->files = 201;
  one->bytes = 31234567;
  return one;
}

static void
test_list (void)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_kept_backup_free);
  g_autoptr (GPtrArray) parsed = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  const NamidaKeptBackup *one;
  gsize length;

  g_ptr_array_add (list, make_one ("12", "Namida \"Backup\""));
  text = namida_backups_format (list, &length);
  g_assert_cmpuint (length, ==, strlen (text));
  g_assert_cmpstr (text, ==,
                   "{\"backups\":[{\"id\":\"12\",\"title\":\"Namida \\\"Backup\\\"\",\"created\":1784485800000,"
                   "\"complete\":true,\"files\":201,\"bytes\":31234567}]}");
  parsed = namida_backups_parse (text, length, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (parsed->len, ==, 1);
  one = g_ptr_array_index (parsed, 0);
  g_assert_cmpstr (one->id, ==, "12");
  g_assert_cmpstr (one->title, ==, "Namida \"Backup\"");
  g_assert_cmpuint (one->created_ms, ==, 1784485800000);
  g_assert_true (one->complete);
  g_assert_cmpuint (one->files, ==, 201);
  g_assert_cmpuint (one->bytes, ==, 31234567);
}

/* More than one answer may hold: the newest, and still JSON. */
static void
test_long_list (void)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_kept_backup_free);
  g_autoptr (GPtrArray) parsed = NULL;
  g_autofree char *title = g_strnfill (1000, 'x');
  g_autofree char *text = NULL;
  gsize length;

  for (guint i = 0; i < 2000; i++)
    g_ptr_array_add (list, make_one ("1", title));
  text = namida_backups_format (list, &length);
  g_assert_cmpuint (length, <=, NAMIDA_LIMIT_JSON_BYTES);
  parsed = namida_backups_parse (text, length, NULL);
  g_assert_nonnull (parsed);
  g_assert_cmpuint (parsed->len, >, 900);
  g_assert_cmpuint (parsed->len, <, 2000);
}

/* Names of music folders beyond what anybody has: the backup is listed without them. */
static void
test_many_folders (void)
{
  for (guint n = 1024; n <= 1025; n++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GPtrArray) parsed = NULL;
      g_autoptr (GError) error = NULL;
      const NamidaKeptBackup *one;

      g_string_append (text, "{\"backups\":[{\"id\":\"7\",\"music\":[");
      for (guint i = 0; i < n; i++)
        g_string_append_printf (text, "%s\"%u\"", i > 0 ? "," : "", i);
      g_string_append (text, "]}]}");
      parsed = namida_backups_parse (text->str, text->len, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (parsed->len, ==, 1);
      one = g_ptr_array_index (parsed, 0);
      g_assert_true ((one->labels != NULL) == (n == 1024));
      g_assert_true (one->labels == NULL || one->labels->len == n);
    }
}

static void
test_bad_lists (void)
{
  static const char *const bad[] = {
    "",
    "[]",
    "{}",
    "{\"backups\":{}}",
    "{\"backups\":[1]}",
    "{\"backups\":[{}]}",
    "{\"backups\":[{\"id\":\"../../x\"}]}",
    "{\"backups\":[{\"id\":\"\"}]}",
    "{\"backups\":[{\"id\":7}]}",
    "{\"backups\":[{\"id\":\"7\",\"bytes\":-1}]}",
    "{\"backups\":[{\"id\":\"7\",\"files\":\"many\"}]}",
    "{\"backups\":[{\"id\":\"7\",\"title\":null}]}",
    "{\"backups\":[]} ]",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      if (namida_backups_parse (bad[i], strlen (bad[i]), &error) != NULL)
        g_error ("taken: %s", bad[i]);
      g_assert_nonnull (error);
    }
}

static void
test_question (void)
{
  static const char *const music[] = { "Music", "Ri\"ps", NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *text = namida_download_request_format ("12", music, NULL);
  g_autofree char *all = namida_download_request_format ("12", NULL, NULL);
  g_autofree char *id = NULL;
  g_autofree char *id_of_all = NULL;
  g_auto (GStrv) labels = NULL;
  g_auto (GStrv) none = NULL;
  g_autofree char *id_of_old = NULL;
  char *bad_id, **bad_labels;
  gboolean all_names;

  g_assert_cmpstr (text, ==, "{\"backup\":\"12\",\"music\":[\"Music\",\"Ri\\\"ps\"],\"names\":\"all\"}");
  g_assert_true (namida_download_request_parse (text, strlen (text), &id, &labels, &all_names, &error));
  g_assert_true (all_names);
  g_assert_cmpstr (id, ==, "12");
  g_assert_true (g_strv_equal ((const char *const *) labels, music));
  g_assert_cmpstr (all, ==, "{\"backup\":\"12\",\"names\":\"all\"}");
  g_assert_true (namida_download_request_parse (all, strlen (all), &id_of_all, &none, &all_names, &error));
  g_assert_null (none);
  /* Of version 0.1.0. */
  g_assert_true (namida_download_request_parse ("{\"backup\":\"12\"}", 15, &id_of_old, &none, &all_names, &error));
  g_assert_false (all_names);
  for (const char *const *bad = (const char *const[]){ "{}", "{\"backup\":\"a b\"}", "{\"backup\":\"7\",\"music\":7}",
                                                       "{\"backup\":\"7\",\"music\":[7]}", NULL };
       *bad != NULL; bad++)
    if (namida_download_request_parse (*bad, strlen (*bad), &bad_id, &bad_labels, &all_names, NULL))
      g_error ("taken: %s", *bad);
}

static void
test_session (void)
{
  static const char good[] = "{\"sessionId\":\"ab12\",\"files\":[]}";
  g_autofree char *id = namida_download_answer_dup_session (good, strlen (good), NULL);

  g_assert_cmpstr (id, ==, "ab12");
  for (const char *const *bad = (const char *const[]){ "{}", "{\"sessionId\":\"a/b\"}", "{\"sessionId\":\"a&b=c\"}",
                                                       "{\"sessionId\":5}", "{\"sessionId\":\"\"}", NULL };
       *bad != NULL; bad++)
    g_assert_null (namida_download_answer_dup_session (*bad, strlen (*bad), NULL));
}

static void
test_range (void)
{
  g_assert_cmpint (namida_range_parse (NULL), ==, 0);
  g_assert_cmpint (namida_range_parse ("bytes=0-"), ==, 0);
  g_assert_cmpint (namida_range_parse ("bytes=1048576-"), ==, 1048576);
  g_assert_cmpint (namida_range_parse ("Bytes=9223372036854775807-"), ==, G_MAXINT64);
  for (const char *const *other
       = (const char *const[]){ "", "bytes=", "bytes=-", "bytes=-5", "bytes=1-2", "bytes=1-,3-",
                                "bytes=9223372036854775808-", "bytes=+1-", "bytes= 1-", "lines=1-", "bytes=1", NULL };
       *other != NULL; other++)
    if (namida_range_parse (*other) != -1)
      g_error ("taken: %s", *other);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/backups-message/list", test_list);
  g_test_add_func ("/backups-message/long-list", test_long_list);
  g_test_add_func ("/backups-message/bad-lists", test_bad_lists);
  g_test_add_func ("/backups-message/many-folders", test_many_folders);
  g_test_add_func ("/backups-message/question", test_question);
  g_test_add_func ("/backups-message/session", test_session);
  g_test_add_func ("/backups-message/range", test_range);
  return g_test_run ();
}
