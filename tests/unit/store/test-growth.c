/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that frequent queries do not become slower when the versions have more files. The test counts the steps of
 * SQLite's virtual machine, which are the same on every computer, and compares a store of small versions with one of
 * large ones. */
#include "config.h"

#include "store-fixture.h"

#include "namida-content.h"
#include "namida-version-private.h"

#include <string.h>
#include <sys/stat.h>

#define VERSIONS 6u
#define FEW 4u
#define MANY 200u

typedef void (*GrowthLook) (Fixture *f);

static guint growth_steps;

static int
growth_count_step (void *data)
{
  growth_steps++;
  return 0;
}

static guint
growth_measure (Fixture *f, GrowthLook look)
{
  sqlite3 *handle = namida_database_lock (f->database);

  look (f); /* what is only looked up once does not count */
  growth_steps = 0;
  sqlite3_progress_handler (handle, 1, growth_count_step, NULL);
  look (f);
  sqlite3_progress_handler (handle, 0, NULL, NULL);
  namida_database_unlock (f->database);
  return growth_steps;
}

/* Versions of @files files in folders of 20, of which the first is another one each time. */
static void
growth_fill (Fixture *f, guint files)
{
  for (guint version = 0; version < VERSIONS; version++)
    {
      g_autoptr (Shipment) shipment = shipment_new ();
      g_autoptr (NamidaSink) sink
          = namida_store_sink_new_for (f->store, "AB12", "Phone", "key", NAMIDA_LANDING_BACKUP, NULL);
      g_autoptr (GError) error = NULL;

      for (guint i = 0; i < files; i++)
        {
          g_autofree char *path = g_strdup_printf ("%u/%u.flac", i / 20, i);
          g_autofree char *content = g_strdup_printf ("%u %u", i, i == 0 ? version : 0);

          shipment_add (shipment, "Music", path, content, TRUE);
        }
      g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
      g_assert_no_error (error);
    }
}

static void
growth_list (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = namida_version_facts_load (f->database, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (all->len, ==, VERSIONS);
}

static void
test_list (Fixture *small, gconstpointer data)
{
  Fixture large;
  guint few, many;

  fixture_set_up (&large, NULL);
  growth_fill (small, FEW);
  growth_fill (&large, MANY);
  few = growth_measure (small, growth_list);
  many = growth_measure (&large, growth_list);
  g_test_message ("list: %u and %u steps", few, many);
  g_assert_cmpuint (few, >, VERSIONS);
  g_assert_cmpuint (many, <=, few + few / 4);
  fixture_tear_down (&large, NULL);
}

/* What is damaged is in the list all the same, in each version that has it. */
static void
test_damaged (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = NULL;

  growth_fill (f, FEW);
  g_assert_true (
      namida_database_exec (f->database, &error,
                            "UPDATE contents SET damaged = 1 WHERE id = (SELECT min (content) FROM list_items WHERE "
                            "content IN (SELECT content FROM list_items GROUP BY content HAVING count (*) > 1))",
                            ""));
  g_assert_no_error (error);
  all = namida_version_facts_load (f->database, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < all->len; i++)
    g_assert_cmpint (((NamidaVersionFacts *) g_ptr_array_index (all, i))->record->damaged, ==, 1);
}

/* ---- a version that is like the one before it ---- */

/* Statements that are run for each file that is looked up, or written into a list. */
static int
growth_count_search (unsigned type, void *data, void *statement, void *sql)
{
  if (strstr (sql, "FROM names WHERE") != NULL || strstr (sql, "INSERT INTO list_items") != NULL)
    growth_steps++;
  return 0;
}

/* Files in folders of 20; @changed: the number of the one that is another one; @skipped: of the one that is not there.
 * Returns: how many searches and entries it took. */
static guint
growth_send_from (Fixture *f, const char *device, NamidaLanding landing, guint files, guint changed, guint skipped)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = namida_store_sink_new_for (f->store, device, "Phone", "key", landing, NULL);
  g_autoptr (GError) error = NULL;
  sqlite3 *handle = namida_database_lock (f->database);

  for (guint i = 0; i < files; i++)
    {
      g_autofree char *path = g_strdup_printf ("%u/%u.flac", i / 20, i);
      g_autofree char *content = g_strdup_printf ("song %u%s", i, i == changed ? " again" : "");

      if (i != skipped)
        shipment_add (shipment, "Music", path, content, TRUE);
    }
  growth_steps = 0;
  sqlite3_trace_v2 (handle, SQLITE_TRACE_STMT, growth_count_search, NULL);
  namida_database_unlock (f->database);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  handle = namida_database_lock (f->database);
  sqlite3_trace_v2 (handle, 0, NULL, NULL);
  namida_database_unlock (f->database);
  return growth_steps;
}

static guint
growth_send (Fixture *f, NamidaLanding landing, guint files, guint changed, guint skipped)
{
  return growth_send_from (f, "AB12", landing, files, changed, skipped);
}

/* What the record of the last version says is what lies on the disk, and is known by it. */
static void
growth_check_last (Fixture *f, guint files)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = namida_version_record_list (f->database, NAMIDA_VERSION_STAYS, &error);
  const NamidaVersionRecord *record;
  g_autoptr (GPtrArray) list = NULL;
  guint songs = 0;

  g_assert_no_error (error);
  record = g_ptr_array_index (all, 0);
  g_assert_cmpuint (record->files, ==, files);
  list = namida_version_record_files (f->database, record, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < list->len; i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (list, i);
      g_autofree char *path = namida_version_file_dup_path (file, record);
      g_autofree char *text = fixture_read (path, NULL);
      g_autofree char *hash = fixture_sha256 (text);
      struct stat st;

      g_assert_cmpstr (hash, ==, file->sha256);
      g_assert_cmpint (stat (path, &st), ==, 0);
      g_assert_cmpuint (st.st_ino, ==, file->inode);
      g_assert_cmpint (namida_content_ctime_ns (&st), ==, file->ctime_ns);
      g_assert_false (file->damaged);
      songs += file->kind == NAMIDA_VERSION_FILE_FILE;
    }
  g_assert_cmpuint (songs, ==, files);
}

/* An unchanged version takes over the lists of the one before it; one that has changed is never taken for unchanged. */
static void
test_unchanged (Fixture *f, gconstpointer data)
{
  const guint none = G_MAXUINT;

  g_assert_cmpuint (growth_send (f, NAMIDA_LANDING_BACKUP, MANY, none, none), ==, 2 * MANY);
  growth_check_last (f, MANY);
  g_assert_cmpuint (growth_send (f, NAMIDA_LANDING_BACKUP, MANY, none, none), ==, 0);
  growth_check_last (f, MANY);
  /* The list of its folder is another one, but no name is searched for. */
  g_assert_cmpuint (growth_send (f, NAMIDA_LANDING_BACKUP, MANY, 30, none), ==, 20);
  growth_check_last (f, MANY);
  g_assert_cmpuint (growth_send (f, NAMIDA_LANDING_BACKUP, MANY, 30, 50), ==, 19);
  growth_check_last (f, MANY - 1);
  g_assert_cmpuint (growth_send (f, NAMIDA_LANDING_BACKUP, MANY + 1, 30, 50), ==, 2);
  growth_check_last (f, MANY);
}

/* Nothing is written the second time: the device sent these files, even if it does not send them again. Those that
 * another device finds here were not sent by it, and stay so. */
static void
test_unchanged_library (Fixture *f, gconstpointer data)
{
  static const char kept[] = "SELECT sum (kept) FROM list_items";
  const guint none = G_MAXUINT, searches[] = { 2 * MANY, 0, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (searches); i++)
    {
      g_assert_cmpuint (growth_send (f, NAMIDA_LANDING_LIBRARY, MANY, none, none), ==, searches[i]);
      growth_check_last (f, MANY);
      g_assert_cmpint (fixture_query_int (f, kept), ==, 0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (searches); i++)
    {
      g_assert_cmpuint (growth_send_from (f, "CD34", NAMIDA_LANDING_LIBRARY, MANY, none, none), ==,
                        i == 0 ? 2 * MANY : 0);
      g_assert_cmpint (fixture_query_int (f, kept), ==, MANY);
    }
}

/* What the device sent stays so while other files come and go. */
static void
test_changed_library (Fixture *f, gconstpointer data)
{
  const guint none = G_MAXUINT;

  growth_send (f, NAMIDA_LANDING_LIBRARY, MANY, none, none);
  growth_send (f, NAMIDA_LANDING_LIBRARY, MANY + 1, none, 50);
  growth_check_last (f, MANY);
  g_assert_cmpint (fixture_query_int (f, "SELECT sum (kept) FROM list_items"), ==, 0);
}

/* What was found damaged comes again, and the version that is like the one before it has the good one. */
static void
test_unchanged_damaged (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  growth_send (f, NAMIDA_LANDING_BACKUP, FEW, G_MAXUINT, G_MAXUINT);
  g_assert_true (namida_database_exec (
      f->database, &error, "UPDATE contents SET damaged = 1 WHERE id = (SELECT min (id) FROM contents)", ""));
  g_assert_no_error (error);
  growth_send (f, NAMIDA_LANDING_BACKUP, FEW, G_MAXUINT, G_MAXUINT);
  growth_check_last (f, FEW);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/growth/list", Fixture, NULL, fixture_set_up, test_list, fixture_tear_down);
  g_test_add ("/growth/damaged", Fixture, NULL, fixture_set_up, test_damaged, fixture_tear_down);
  g_test_add ("/growth/unchanged", Fixture, NULL, fixture_set_up, test_unchanged, fixture_tear_down);
  g_test_add ("/growth/unchanged-library", Fixture, NULL, fixture_set_up, test_unchanged_library, fixture_tear_down);
  g_test_add ("/growth/changed-library", Fixture, NULL, fixture_set_up, test_changed_library, fixture_tear_down);
  g_test_add ("/growth/unchanged-damaged", Fixture, NULL, fixture_set_up, test_unchanged_damaged, fixture_tear_down);
  return g_test_run ();
}
