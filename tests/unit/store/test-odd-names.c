/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests names that are not UTF-8 or very long, and names that a drive refuses. They are in the version and in its
 * record, survive the loss of the database, and are restored unchanged. */
#include "config.h"

#include "store-fixture.h"

#include "namida-folder-record.h"
#include "namida-name-map.h"
#include "namida-restore.h"
#include "namida-verify.h"
#include "namida-versions.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define LONG /* 250 bytes, and the extension */                                                                        \
  "llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll"               \
  "llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll"               \
  "llllllllllllllllllllllllllllllllllllllllllllllllll"

static const char *const names[] = {
  "latin-\xe9.flac",
  "latin-\xe8.flac",
  "\xff\xfe/\x80.flac",
  "AC\\DC.flac",
  "E: song.flac",
  "What?/Why*.flac",
  "100%.flac",
  "a:b.flac",
  "a%3Ab.flac",
  "Case/Song.flac",
  "case/song.flac",
  "Case/song.flac",
  "tail./dots. . /x.flac",
  "new\nline.flac",
  LONG ".flac",
};

/* FAT as Linux mounts it. */
static const NamidaStoreProbe fat = { .refused = (char *) "\\:*?\"<>|",
                                      .refuses_bytes = TRUE,
                                      .refuses_ends = TRUE,
                                      .ignores_case = TRUE,
                                      .longest_name = 200 };

static Shipment *
make_shipment (void)
{
  Shipment *shipment = shipment_new ();

  shipment_add (shipment, "", "Namida Backup: \xe9.zip", "the zip", FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *content = g_strdup_printf ("song %u", i);

      shipment_add (shipment, "Mu?ic", names[i], content, TRUE);
    }
  return shipment;
}

/* (transfer full): the folder of the version */
static char *
receive (Fixture *f, NamidaLanding landing, guint *wanted)
{
  g_autoptr (Shipment) shipment = make_shipment ();
  g_autofree NamidaFileResult *results = g_new0 (NamidaFileResult, G_N_ELEMENTS (names) + 1);
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;
  static guint number;
  g_autofree char *key = g_strdup_printf ("%u", number++);

  sink = namida_store_sink_new_for (f->store, "AB12", "Phone", key, landing, NULL);
  g_assert_true (shipment_send (shipment, sink, NULL, results, wanted, &error));
  g_assert_no_error (error);
  for (guint i = 0; i <= G_N_ELEMENTS (names); i++)
    g_assert_true (namida_file_result_is_success (results[i]));
  return namida_sink_dup_folder (sink);
}

/* ---- where it all comes back ---- */

static void
keep (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

/* Into an empty folder @to: every file under the name that was sent. */
static void
check_restored (Fixture *f, const char *version, const char *to)
{
  g_autoptr (GAsyncResult) loaded = NULL;
  g_autoptr (GAsyncResult) compared = NULL;
  g_autoptr (GAsyncResult) applied = NULL;
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *music = g_build_filename (to, "music", NULL);
  g_autofree char *zips = g_build_filename (to, "zips", NULL);
  g_autofree char *zip = NULL;
  NamidaRestoreResult result;

  namida_restore_plan_load_async (f->database, version, to, NULL, zips, NULL, keep, &loaded);
  plan = namida_restore_plan_load_finish (wait_for (&loaded), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (namida_restore_plan_get_labels (plan)->len, ==, 2);
  g_assert_true (namida_restore_plan_set_destination (plan, "Mu?ic", music, &error));
  g_assert_no_error (error);
  namida_restore_plan_preview_async (plan, NULL, keep, &compared);
  g_assert_true (namida_restore_plan_preview_finish (plan, wait_for (&compared), &error));
  namida_restore_plan_apply_async (plan, NULL, NULL, NULL, keep, &applied);
  g_assert_true (namida_restore_plan_apply_finish (plan, wait_for (&applied), &result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (result.blocked, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *content = g_strdup_printf ("song %u", i);
      g_autofree char *text = fixture_read (music, names[i], NULL);

      g_assert_cmpstr (text, ==, content);
    }
  zip = fixture_read (zips, "Namida Backup: \xe9.zip", NULL);
  g_assert_cmpstr (zip, ==, "the zip");
}

static void
check_verified (Fixture *f, const char *version)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVerifyReport) bare = namida_verify_folder (version, NULL, NULL, NULL, &error);
  g_autoptr (NamidaVerifyReport) known = namida_verify_run (f->database, NULL, FALSE, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (namida_verify_report_is_clean (bare));
  g_assert_cmpuint (bare->files, ==, G_N_ELEMENTS (names) + 1);
  g_assert_true (namida_verify_report_is_clean (known));
}

static void
lose_database (Fixture *f)
{
  g_autofree char *base = g_strdup (f->base);
  static const char *const files[] = { "state.db", "state.db-wal", "state.db-shm" };

  fixture_close (f);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (base, "data", files[i], NULL);

      g_unlink (path);
    }
  fixture_open (f, base);
}

static void
reload (Fixture *f)
{
  g_autoptr (NamidaVersions) versions = namida_versions_new ();

  namida_versions_set_store (versions, f->store);
  while (namida_versions_get_loading (versions))
    g_main_context_iteration (NULL, TRUE);
}

/* The names that a version of the database gives to who fetches it. */
static void
check_names (Fixture *f)
{
  g_autoptr (GHashTable) found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  sqlite3_stmt *statement;

  namida_database_lock (f->database);
  statement = namida_database_prepare (f->database, NULL,
                                       "SELECT relative FROM version_files WHERE label = 'Mu?ic' AND version ="
                                       " (SELECT max (id) FROM versions)",
                                       "");
  while (sqlite3_step (statement) == SQLITE_ROW)
    g_hash_table_add (found, g_strdup ((const char *) sqlite3_column_text (statement, 0)));
  sqlite3_finalize (statement);
  namida_database_unlock (f->database);
  g_assert_cmpuint (g_hash_table_size (found), ==, G_N_ELEMENTS (names));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_true (g_hash_table_contains (found, names[i]));
}

/* @data: (nullable): what the drive refuses */
static void
test_kept (Fixture *f, gconstpointer data)
{
  g_autofree char *one = g_build_filename (f->base, "one", NULL);
  g_autofree char *two = g_build_filename (f->base, "two", NULL);
  g_autofree char *version = NULL;
  g_autofree char *next = NULL;
  guint wanted = 0;

  namida_name_map_set_rules (data);
  version = receive (f, NAMIDA_LANDING_BACKUP, &wanted);
  g_assert_cmpuint (wanted, ==, G_N_ELEMENTS (names) + 1);
  check_verified (f, version);
  check_names (f);
  /* The same again: nothing but the zip, whose hash nobody named, travels. */
  next = receive (f, NAMIDA_LANDING_BACKUP, &wanted);
  g_assert_cmpuint (wanted, ==, 1);
  check_restored (f, next, one);
  lose_database (f);
  reload (f);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions"), ==, 2);
  check_verified (f, version);
  check_names (f);
  check_restored (f, version, two);
  namida_name_map_set_rules (NULL);
}

static void
test_library (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = NULL;
  guint wanted = 0;

  namida_name_map_set_rules (data);
  folder = receive (f, NAMIDA_LANDING_LIBRARY, &wanted);
  check_names (f);
  g_free (folder);
  folder = receive (f, NAMIDA_LANDING_LIBRARY, &wanted);
  g_assert_cmpuint (wanted, ==, 1);
  check_names (f);
  namida_name_map_set_rules (NULL);
}

static gboolean
fat_takes (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (strpbrk (parts[i], "\\:*?\"<>|\n") != NULL || !g_utf8_validate (parts[i], -1, NULL) || strlen (parts[i]) > 200
        || g_str_has_suffix (parts[i], ".") || g_str_has_suffix (parts[i], " "))
      return FALSE;
  return TRUE;
}

/* Nothing that FAT refuses, no two that it takes for one, the same each time, and what was encoded can be decoded. */
static void
test_mapped (void)
{
  g_autoptr (NamidaNameMap) map = namida_name_map_new (&fat);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = namida_name_map_path (map, names[i]);
      g_autofree char *again = namida_name_map_path (map, names[i]);
      g_autofree char *decoded = g_uri_unescape_string (path, NULL);

      g_test_message ("%s", path);
      g_assert_cmpstr (path, ==, again);
      g_assert_true (fat_takes (path));
      g_assert_true (g_hash_table_add (seen, g_utf8_casefold (path, -1)));
      if (strlen (names[i]) < 200 && !g_str_equal (names[i], "a%3Ab.flac"))
        g_assert_cmpstr (g_str_equal (path, names[i]) ? path : decoded, ==, names[i]);
    }
}

#define ADD(name, rules, function)                                                                                     \
  g_test_add ("/odd-names/" name, Fixture, rules, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/odd-names/mapped", test_mapped);
  ADD ("kept", NULL, test_kept);
  ADD ("kept-on-fat", &fat, test_kept);
  ADD ("library", NULL, test_library);
  ADD ("library-on-fat", &fat, test_library);
  return g_test_run ();
}
