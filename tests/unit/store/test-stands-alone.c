/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that a store is usable without its database: its versions are listed, verified and restored from their records,
 * and nothing is written while its drive is not mounted. */
#include "config.h"

#include "store-fixture.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-manifest.h"
#include "namida-folder-record.h"
#include "namida-removal.h"
#include "namida-restore.h"
#include "namida-store-mark.h"
#include "namida-store-sink-private.h"
#include "namida-succession.h"
#include "namida-verify.h"
#include "namida-version-adopt.h"
#include "namida-version-record.h"
#include "namida-store-source.h"
#include "namida-version-trash.h"
#include "namida-versions.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define N_SONGS 6

/* (transfer full): the folder of the version; of LIBRARY whatever the sink says. */
static char *
receive (Fixture *f, const char *device, NamidaLanding landing, const char *key)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *zip = g_strconcat ("zip ", key, NULL);

  shipment_add (shipment, "", "Namida Backup - 1.zip", zip, FALSE);
  for (guint i = 0; i < N_SONGS; i++)
    {
      g_autofree char *name = g_strdup_printf ("A/%u.flac", i);
      g_autofree char *content = g_strdup_printf ("song %u %s", i, key);

      shipment_add (shipment, "Music", name, content, FALSE);
    }
  sink = namida_store_sink_new_for (f->store, device, device, key, landing, NULL);
  namida_store_sink_set_source (sink, "uuid", "person", 0);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  return namida_sink_dup_folder (sink);
}

static NamidaVersions *
open_list (Fixture *f)
{
  NamidaVersions *versions = namida_versions_new ();

  namida_versions_set_store (versions, f->store);
  while (namida_versions_get_loading (versions))
    g_main_context_iteration (NULL, TRUE);
  return versions;
}

static NamidaVersion *
nth (NamidaVersions *versions, guint i)
{
  g_autoptr (NamidaVersion) version = g_list_model_get_item (G_LIST_MODEL (versions), i);

  g_assert_nonnull (version);
  return version;
}

static guint
count (NamidaVersions *versions)
{
  return g_list_model_get_n_items (G_LIST_MODEL (versions));
}

static void
lose_database (Fixture *f)
{
  static const char *const names[] = { "state.db", "state.db-wal", "state.db-shm" };
  g_autofree char *base = g_strdup (f->base);

  fixture_close (f);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (base, "data", names[i], NULL);

      g_unlink (path);
    }
  fixture_open (f, base);
}

static char *
song_in (const char *version, guint number)
{
  g_autofree char *name = g_strdup_printf ("%u.flac", number);

  return g_build_filename (version, "Music", "Music", "A", name, NULL);
}

/* A version is read-only, for all but root. */
static void
stands_alone_open (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_chmod (folder, 0700), ==, 0);
}

static void
overwrite (const char *path, const char *text)
{
  stands_alone_open (path);
  g_assert_cmpint (chmod (path, 0644), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
stands_alone_remove (const char *path)
{
  stands_alone_open (path);
  g_assert_cmpint (g_unlink (path), ==, 0);
}

static void
stands_alone_assert_order (Fixture *f, const char *older, const char *newer)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count (*) FROM versions AS a, versions AS b WHERE a.offer_key = '%s'"
                                          " AND b.offer_key = '%s' AND a.arrival < b.arrival",
                                          older, newer);

  g_assert_cmpint (fixture_query_int (f, sql), ==, 1);
}

/* ---- adoption ---- */

static void
test_lost_database (Fixture *f, gconstpointer data)
{
  g_autofree char *one = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "one");
  g_autofree char *two = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "two");
  g_autoptr (NamidaVersions) versions = NULL;
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (GError) error = NULL;
  guint adopted = 7;
  int fd = open (f->backups, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  lose_database (f);
  /* What arrives now is newer than everything that is found. */
  g_assert_true (namida_store_mark_ensure (f->database, f->backups, fd, &error));
  close (fd);
  versions = open_list (f);
  g_assert_cmpuint (count (versions), ==, 2);
  /* Its sender may fetch it, and need not send it again. */
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM sent_contents"), >=, N_SONGS);
  for (guint i = 0; i < 2; i++)
    {
      NamidaVersion *version = nth (versions, i);

      g_assert_cmpstr (namida_version_get_path (version), ==, i == 0 ? two : one);
      g_assert_cmpstr (namida_version_get_alias (version), ==, "AB12");
      g_assert_cmpstr (namida_version_get_fingerprint (version), ==, "AB12");
      g_assert_cmpuint (namida_version_get_files (version), ==, N_SONGS + 1);
      g_assert_true (namida_version_get_complete (version));
      g_assert_true (namida_version_get_found (version));
      g_assert_true (namida_version_get_present (version));
      g_assert_nonnull (namida_version_get_zip_path (version));
    }
  report = namida_verify_run (f->database, NULL, FALSE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (namida_verify_report_is_clean (report));
  g_assert_cmpuint (report->versions, ==, 2);
  g_assert_cmpuint (report->files, ==, 2 * (N_SONGS + 1));
  /* Once is enough. */
  g_assert_true (namida_version_adopt (f->database, f->backups, &adopted, NULL, &error));
  g_assert_cmpuint (adopted, ==, 0);
  stands_alone_assert_order (f, "one", "two");
}

/* The first version arrived while the clock was years ahead. The order is kept, however often the database is lost. */
static void
test_order_kept (Fixture *f, gconstpointer data)
{
  const gint64 year = (gint64) 365 * 24 * 3600 * G_USEC_PER_SEC;
  const gint64 now = 56 * year;
  g_autofree char *folder = NULL;

  namida_clock_set_fake (now + 5 * year);
  folder = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "one");
  namida_clock_set_fake (now);
  g_free (folder);
  folder = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "two");
  for (guint i = 0; i < 2; i++)
    {
      lose_database (f);
      g_assert_true (namida_version_adopt (f->database, f->backups, NULL, NULL, NULL));
      stands_alone_assert_order (f, "one", "two");
      if (i == 0)
        {
          namida_clock_set_fake (now + G_USEC_PER_SEC);
          g_free (folder);
          folder = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "three");
        }
      stands_alone_assert_order (f, "two", "three");
    }
  namida_clock_set_fake (-1);
}

/* A version that is about to be journaled is not adopted beside that. */
static void
test_adopt_leaves_sessions (Fixture *f, gconstpointer data)
{
  g_autofree char *one = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "one");
  guint adopted = 7;

  g_assert_true (namida_database_exec (f->database, NULL, "DELETE FROM versions", ""));
  g_assert_true (
      namida_database_exec (f->database, NULL, "UPDATE sessions SET state = 'open', destination = ?", "s", one));
  g_assert_true (namida_version_adopt (f->database, f->backups, &adopted, NULL, NULL));
  g_assert_cmpuint (adopted, ==, 0);
  g_assert_true (namida_database_exec (f->database, NULL, "UPDATE sessions SET state = 'finished'", ""));
  g_assert_true (namida_version_adopt (f->database, f->backups, &adopted, NULL, NULL));
  g_assert_cmpuint (adopted, ==, 1);
}

/* As release 0.1.0 left it: no record, no mark. */
static gpointer
adopt_thread (gpointer data)
{
  Fixture *f = data;
  g_autofree char *path = g_build_filename (f->data, "state.db", NULL);
  g_autoptr (NamidaDatabase) database = namida_database_open (path, NULL);
  GError *error = NULL;
  guint adopted = 0;

  g_assert_nonnull (database);
  namida_version_adopt (database, f->backups, &adopted, NULL, &error);
  g_assert_no_error (error);
  return GUINT_TO_POINTER (adopted);
}

/* A receiver and a command of the same device see at the same time what a third one has put into the store. */
static void
test_adopt_at_once (Fixture *f, gconstpointer data)
{
  const guint n_versions = 12;
  GThread *threads[3];
  guint adopted = 0;

  for (guint i = 0; i < n_versions; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);
      g_autofree char *folder G_GNUC_UNUSED = receive (f, "AB12", NAMIDA_LANDING_BACKUP, key);
    }
  g_assert_true (namida_database_exec (f->database, NULL, "DELETE FROM versions", ""));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("adopt", adopt_thread, f);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    adopted += GPOINTER_TO_UINT (g_thread_join (threads[i]));
  g_assert_cmpuint (adopted, ==, n_versions);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions"), ==, n_versions);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (DISTINCT path) FROM versions"), ==, n_versions);
}

/* Another program of the store removed a version of ours, and the next one that arrived there got the name. */
static void
test_replaced (Fixture *f, gconstpointer data)
{
  g_autofree char *one = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "one");
  g_autofree char *two = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "two");
  g_autofree char *gone = g_strconcat (f->backups, "-gone", NULL);
  g_autofree char *song = g_build_filename (one, "Music", "Music", "A", "0.flac", NULL);
  g_autofree char *text = NULL;
  g_autoptr (NamidaVersions) versions = NULL;
  g_autoptr (NamidaVersionRecord) record = namida_version_record_find (f->database, "1", NULL);
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (NamidaRemoval) removal = NULL;
  g_autoptr (GError) error = NULL;
  const char *const ids[] = { "1", NULL };

  g_assert_cmpstr (record->path, ==, one);
  fixture_open_up (f->backups);
  /* What moves to another folder gets another “..”, which only root may change in one that is read-only. */
  fixture_open_up (one);
  g_assert_cmpint (g_rename (one, gone), ==, 0);
  g_assert_cmpint (g_rename (two, one), ==, 0);
  versions = open_list (f);
  g_assert_false (namida_version_get_present (nth (versions, 1)));
  /* Its files are not repaired with ours, which would be the end of them. */
  report = namida_verify_run (f->database, ids, TRUE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->absent, ==, 1);
  g_assert_cmpuint (report->repaired, ==, 0);
  g_assert_true (g_file_get_contents (song, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "song 0 two");
  g_assert_false (namida_version_trash_put (f->database, record, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
  g_clear_error (&error);
  removal = namida_removal_run (f->database, ids, FALSE, &error);
  g_assert_no_error (error);
  g_assert_nonnull (removal);
  g_assert_true (g_file_test (song, G_FILE_TEST_EXISTS));
}

static void
test_older_store (Fixture *f, gconstpointer data)
{
  g_autofree char *one = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "one");
  g_autofree char *sums = g_build_filename (one, NAMIDA_SUMS_NAME, NULL);
  g_autofree char *record = g_build_filename (one, NAMIDA_FOLDER_RECORD_NAME, NULL);
  g_autofree char *mark = g_build_filename (f->backups, NAMIDA_STORE_MARK_NAME, NULL);
  g_autoptr (NamidaVersions) versions = NULL;

  stands_alone_remove (sums);
  stands_alone_remove (record);
  g_assert_cmpint (g_unlink (mark), ==, 0);
  g_assert_true (namida_database_exec (f->database, NULL, "DELETE FROM stores", ""));
  versions = open_list (f);
  g_assert_cmpuint (count (versions), ==, 1);
  fixture_check_sums (one);
  g_assert_true (g_file_test (mark, G_FILE_TEST_IS_REGULAR));
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM stores"), ==, 1);
}

/* ---- the mark ---- */

static void
assert_refused (Fixture *f)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;

  shipment_add (shipment, "", "Namida Backup - 1.zip", "new", FALSE);
  sink = namida_store_sink_new_for (f->store, "AB12", "AB12", "new", NAMIDA_LANDING_BACKUP, NULL);
  g_assert_false (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE);
}

/* The mount point is there, its drive is not. */
static void
test_not_mounted (Fixture *f, gconstpointer data)
{
  g_autofree char *one G_GNUC_UNUSED = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "one");
  g_autofree char *drive = g_strconcat (f->backups, "-drive", NULL);
  g_autofree char *again = NULL;
  g_autofree char *state = NULL;
  g_autoptr (NamidaVersions) versions = NULL;

  g_assert_cmpint (g_rename (f->backups, drive), ==, 0);
  assert_refused (f);
  g_assert_false (g_file_test (f->backups, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_mkdir (f->backups, 0755), ==, 0);
  assert_refused (f);
  /* Nothing was written beside it: the folder is as empty as before. */
  g_assert_cmpint (g_rmdir (f->backups), ==, 0);
  /* A store of release 0.1.0 that was never recorded. */
  g_assert_true (namida_database_exec (f->database, NULL, "DELETE FROM stores", ""));
  g_assert_cmpint (namida_store_mark_look (f->database, f->backups), ==, NAMIDA_STORE_NOT_HERE);
  assert_refused (f);
  versions = open_list (f);
  state = namida_version_dup_state_text (nth (versions, 0));
  g_assert_true (namida_version_get_elsewhere (nth (versions, 0)));
  g_assert_nonnull (strstr (state, "drive"));
  g_assert_false (g_file_test (f->backups, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_rename (drive, f->backups), ==, 0);
  g_assert_cmpint (namida_store_mark_look (f->database, f->backups), ==, NAMIDA_STORE_HERE);
  again = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "two");
  g_assert_true (g_str_has_prefix (again, f->backups));
}

static void
test_two_writers (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  int fd;

  g_assert_cmpint (g_mkdir_with_parents (f->backups, 0755), ==, 0);
  fd = open (f->backups, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *fingerprint = g_strdup_printf ("%064u", i % 2);

      g_assert_true (namida_database_exec (
          f->database, NULL, "INSERT OR REPLACE INTO device (id, fingerprint) VALUES (1, ?)", "s", fingerprint));
      g_assert_true (namida_store_mark_ensure (f->database, f->backups, fd, NULL));
    }
  close (fd);
  text = fixture_read (f->backups, NAMIDA_STORE_MARK_NAME, NULL);
  g_assert_nonnull (strstr (text, "00000000000000000000000000000000\""));
  g_assert_nonnull (strstr (text, "00000000000000000000000000000001\""));
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM stores"), ==, 1);
}

static gpointer
mark_in_thread (gpointer data)
{
  Fixture *f = data;
  int fd = open (f->backups, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  g_assert_true (namida_store_mark_ensure (f->database, f->backups, fd, NULL));
  close (fd);
  return NULL;
}

/* Several sessions begin in a new store at the same moment: all find the one mark, and nothing else is left behind. */
static void
test_marked_at_once (Fixture *f, gconstpointer data)
{
  for (guint round = 0; round < 20; round++)
    {
      GThread *threads[8];
      const char *name;
      GDir *dir;

      g_assert_cmpint (g_mkdir_with_parents (f->backups, 0755), ==, 0);
      g_assert_true (namida_database_exec (f->database, NULL, "DELETE FROM stores", ""));
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("mark", mark_in_thread, f);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
      dir = g_dir_open (f->backups, 0, NULL);
      while ((name = g_dir_read_name (dir)) != NULL)
        g_assert_cmpstr (name, ==, NAMIDA_STORE_MARK_NAME);
      g_dir_close (dir);
      fixtures_remove (f->backups);
    }
}

/* ---- verify by the record ---- */

static void
test_absent (Fixture *f, gconstpointer data)
{
  g_autofree char *one = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "one");
  g_autofree char *two = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "two");
  g_autofree char *gone = song_in (two, 2);
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (GError) error = NULL;
  const NamidaDamage *damage;

  fixtures_remove (one);
  stands_alone_remove (gone);
  report = namida_verify_run (f->database, NULL, FALSE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->versions, ==, 1);
  g_assert_cmpuint (report->absent, ==, 1);
  g_assert_cmpuint (report->missing, ==, 1);
  g_assert_cmpuint (report->files, ==, N_SONGS);
  g_assert_cmpuint (namida_verify_report_get_lost (report), ==, 0);
  g_assert_false (namida_verify_report_is_clean (report));
  damage = g_ptr_array_index (report->damages, 1); /* the newest version first */
  g_assert_cmpint (damage->kind, ==, NAMIDA_DAMAGE_ABSENT);
  g_assert_cmpstr (damage->path, ==, one);
}

static void
test_library (Fixture *f, gconstpointer data)
{
  g_autofree char *folder G_GNUC_UNUSED = receive (f, "AB12", NAMIDA_LANDING_LIBRARY, "one");
  g_autofree char *zip = g_build_filename (f->backups, "AB12", "Namida Backup - 1.zip", NULL);
  g_autofree char *song = g_build_filename (f->music, "Music", "A", "1.flac", NULL);
  g_autofree char *other = g_build_filename (f->music, "Music", "A", "2.flac", NULL);
  g_autoptr (NamidaVerifyReport) report = NULL;

  stands_alone_remove (zip);
  stands_alone_remove (song);
  overwrite (other, "new tags");
  report = namida_verify_run (f->database, NULL, FALSE, NULL, NULL, NULL, NULL);
  g_assert_cmpuint (report->versions, ==, 1);
  g_assert_cmpuint (report->missing, ==, 2);
  g_assert_cmpuint (report->changed, ==, 1);
  g_assert_cmpuint (report->damaged, ==, 1); /* the zip is the store's, the songs are their owner's */
  g_assert_false (namida_verify_report_is_clean (report));
}

typedef struct
{
  Fixture *f;
  const char *sql;
} Meanwhile;

static void
do_meanwhile (guint64 done, guint64 total, gpointer user_data)
{
  Meanwhile *meanwhile = user_data;

  if (meanwhile->sql != NULL && done > 0)
    g_assert_true (namida_database_exec (meanwhile->f->database, NULL, meanwhile->sql, ""));
  if (done > 0)
    meanwhile->sql = NULL;
}

static void
test_removed_meanwhile (Fixture *f, gconstpointer data)
{
  g_autofree char *one G_GNUC_UNUSED = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "one");
  g_autofree char *two = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "two");
  g_autofree char *rotten = g_build_filename (two, "Music", "Music", "A", "1.flac", NULL);
  Meanwhile remove = { .f = f, .sql = "UPDATE versions SET removing = 1" };
  Meanwhile fail = { .f = f, .sql = "ALTER TABLE versions RENAME COLUMN title TO label" };
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (GError) error = NULL;

  overwrite (rotten, "song 1 twp");
  report = namida_verify_run (f->database, NULL, FALSE, do_meanwhile, &remove, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->versions + report->damaged, ==, 0);
  g_assert_cmpuint (report->removed, ==, 2);
  g_assert_cmpuint (report->damaged, ==, 0);
  g_assert_false (namida_verify_report_is_clean (report));
  /* A database that fails is not taken for a version that was removed. */
  g_assert_true (namida_database_exec (f->database, NULL, "UPDATE versions SET removing = 0", ""));
  g_assert_null (namida_verify_run (f->database, NULL, FALSE, do_meanwhile, &fail, NULL, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
}

/* On another computer: no database, nothing but the folder. */
static void
test_bare_folder (Fixture *f, gconstpointer data)
{
  g_autofree char *one = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "one");
  g_autofree char *two = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "two");
  g_autofree char *rotten = song_in (one, 1);
  g_autofree char *gone = song_in (one, 3);
  g_autoptr (NamidaVerifyReport) good = NULL;
  g_autoptr (NamidaVerifyReport) bad = NULL;
  g_autoptr (NamidaVerifyReport) all = NULL;
  g_autoptr (NamidaVerifyReport) none = NULL;
  g_autoptr (GError) error = NULL;

  overwrite (rotten, "song 1 onf");
  stands_alone_remove (gone);
  good = namida_verify_folder (two, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (namida_verify_report_is_clean (good));
  g_assert_cmpuint (good->files, ==, N_SONGS + 1);
  bad = namida_verify_folder (one, NULL, NULL, NULL, &error);
  g_assert_cmpuint (bad->missing, ==, 1);
  g_assert_cmpuint (namida_verify_report_get_lost (bad), ==, 1);
  all = namida_verify_folder (f->backups, NULL, NULL, NULL, &error);
  g_assert_cmpuint (all->versions, ==, 2);
  g_assert_cmpuint (all->damages->len, ==, 2);
  none = namida_verify_folder (f->data, NULL, NULL, NULL, &error);
  g_assert_null (none);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
}

/* A list that lacks a line is no whole list: what it lacks would never be missed. */
static void
test_bare_folder_list_cut (Fixture *f, gconstpointer data)
{
  g_autofree char *one = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "one");
  g_autofree char *sums = g_build_filename (one, NAMIDA_SUMS_NAME, NULL);
  g_autofree char *text = NULL;
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (sums, &text, &length, &error));
  fixture_open_up (sums);
  *strchr (text, '\n') = '\0';
  g_assert_true (g_file_set_contents (sums, text + strlen (text) + 1, -1, &error));
  report = namida_verify_folder (one, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->damages->len, ==, 1);
  g_assert_cmpint (((NamidaDamage *) g_ptr_array_index (report->damages, 0))->kind, ==, NAMIDA_DAMAGE_RECORD);
  g_assert_false (namida_verify_report_is_clean (report));
}

/* ---- restore by the record ---- */

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

static NamidaRestorePlan *
load (Fixture *f, const char *folder, const char *to)
{
  g_autofree char *zips = g_build_filename (to, "zips", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  NamidaRestorePlan *plan;
  g_autofree char *place = NULL;

  namida_restore_plan_load_async (f->database, folder, to, NULL, zips, NULL, keep, &result);
  plan = namida_restore_plan_load_finish (wait_for (&result), &error);
  g_assert_no_error (error);
  place = g_build_filename (to, "Music", NULL);
  g_assert_true (namida_restore_plan_set_destination (plan, "Music", place, &error));
  return plan;
}

static void
restore_lost (Fixture *f, const char *version, const char *name, guint blocked)
{
  g_autofree char *to = g_build_filename (f->base, name, NULL);
  g_autoptr (NamidaRestorePlan) plan = load (f, version, to);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  NamidaRestoreResult applied = { 0 };

  namida_restore_plan_apply_async (plan, NULL, NULL, NULL, keep, &result);
  g_assert_false (namida_restore_plan_apply_finish (plan, wait_for (&result), &applied, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE);
  g_assert_cmpuint (applied.blocked, ==, blocked);
  g_assert_cmpuint (applied.added, ==, N_SONGS + 1 - blocked);
}

/* Half of the songs are gone and one is rotten: with the database that knows it, without any, and with one that knows a
 * version of release 0.1.0. */
static void
test_restore_lost (Fixture *f, gconstpointer data)
{
  g_autofree char *one = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "one");
  g_autofree char *rotten = song_in (one, 4);
  g_autofree char *sums = g_build_filename (one, NAMIDA_SUMS_NAME, NULL);
  g_autofree char *kept = g_build_filename (f->base, "kept", NULL);

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *song = song_in (one, i);

      stands_alone_remove (song);
    }
  overwrite (rotten, "song 4 onf");
  restore_lost (f, one, "known", 4);
  stands_alone_open (sums);
  g_assert_cmpint (g_rename (sums, kept), ==, 0);
  restore_lost (f, one, "older", 4);
  g_assert_cmpint (g_rename (kept, sums), ==, 0);
  lose_database (f);
  restore_lost (f, one, "bare", 4);
}

/* What a version can lack without lacking music: its manifest, and a folder in which nothing was. */
static void
test_restore_lost_folder (Fixture *f, gconstpointer data)
{
  static const char manifest_text[] = "{}";
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (GBytes) manifest = g_bytes_new_static (manifest_text, strlen (manifest_text));
  g_autoptr (NamidaSink) sink
      = namida_store_sink_new_for (f->store, "AB12", "Phone", "key", NAMIDA_LANDING_BACKUP, NULL);
  g_autofree char *to = g_build_filename (f->base, "to", NULL);
  g_autofree char *manifest_name = namida_manifest_file_name (manifest);
  g_autofree char *version = NULL;
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  NamidaRestoreResult applied = { 0 };

  shipment_add (shipment, "Music", "1.flac", "song", TRUE);
  shipment_add (shipment, "Music", "nothing", NULL, FALSE);
  g_assert_true (shipment_send (shipment, sink, manifest, NULL, NULL, &error));
  g_assert_no_error (error);
  version = namida_sink_dup_folder (sink);
  for (guint i = 0; i < 3; i++)
    {
      const char *const names[] = { "Music/Music/nothing", manifest_name, NAMIDA_SUMS_NAME };
      g_autofree char *path = g_build_filename (version, names[i], NULL);

      fixture_open_up (path);
      stands_alone_open (path);
      g_assert_cmpint (g_remove (path), ==, 0);
    }
  plan = load (f, version, to);
  namida_restore_plan_apply_async (plan, NULL, NULL, NULL, keep, &result);
  g_assert_true (namida_restore_plan_apply_finish (plan, wait_for (&result), &applied, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (applied.blocked, ==, 0);
  g_assert_cmpuint (applied.added, ==, 1);
}

/* A version whose folder is gone is named as gone by a restore, too, and not as one that cannot be read. */
/* By a list of hashes that is damaged itself nothing is refused, and nothing is called compared. */
static void
test_restore_unproven (Fixture *f, gconstpointer data)
{
  g_autofree char *version = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "one");
  g_autofree char *sums = g_build_filename (version, NAMIDA_SUMS_NAME, NULL);
  g_autofree char *to = g_build_filename (f->base, "to", NULL);
  g_autofree char *text = NULL;
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  NamidaRestoreResult applied = { 0 };

  g_assert_true (g_file_get_contents (sums, &text, NULL, NULL));
  text[0] = text[0] == '0' ? '1' : '0';
  fixture_open_up (sums);
  g_assert_true (g_file_set_contents (sums, text, -1, NULL));
  lose_database (f);
  plan = load (f, version, to);
  namida_restore_plan_apply_async (plan, NULL, NULL, NULL, keep, &result);
  g_assert_false (namida_restore_plan_apply_finish (plan, wait_for (&result), &applied, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE);
  g_assert_cmpuint (applied.added, >=, N_SONGS);
}

static void
test_restore_absent (Fixture *f, gconstpointer data)
{
  g_autofree char *one = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "one");
  g_autofree char *to = g_build_filename (f->base, "to", NULL);
  g_autofree char *words
      = g_strdup_printf ("“%s” is not there. If it is on another disk, connect that and try again.", one);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fixtures_remove (one);
  namida_restore_plan_load_async (f->database, one, to, NULL, to, NULL, keep, &result);
  g_assert_null (namida_restore_plan_load_finish (wait_for (&result), &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
  g_assert_cmpstr (error->message, ==, words);
}

static void
test_newer (Fixture *f, gconstpointer data)
{
  g_autofree char *one = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "one");
  g_autofree char *to = g_build_filename (f->base, "to", NULL);
  g_autofree char *folder = g_build_filename (to, "Music", "A", NULL);
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  guint n_older = 0, n_newer = 0;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.flac", i);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      struct timespec times[2] = { { .tv_sec = 1000000000 }, { .tv_sec = i == 0 ? 1000000000 : 1900000000 } };

      g_assert_true (g_file_set_contents (path, "mine", -1, NULL));
      g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
    }
  plan = load (f, one, to);
  namida_restore_plan_preview_async (plan, NULL, keep, &result);
  g_assert_true (namida_restore_plan_preview_finish (plan, wait_for (&result), NULL));
  for (guint i = 0; i < namida_restore_plan_get_items (plan)->len; i++)
    {
      const NamidaRestoreItem *item = g_ptr_array_index (namida_restore_plan_get_items (plan), i);

      n_older += item->state == NAMIDA_RESTORE_DIFFERENT && item->newer == 1 && g_str_has_suffix (item->path, "0.flac");
      n_newer
          += item->state == NAMIDA_RESTORE_DIFFERENT && item->newer == -1 && g_str_has_suffix (item->path, "1.flac");
    }
  g_assert_cmpuint (n_older, ==, 1);
  g_assert_cmpuint (n_newer, ==, 1);
}

/* ---- who may fetch ---- */

static guint
count_fetched (Fixture *f, NamidaVersionSource *version_source, const char *fingerprint)
{
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, fixture_query_int (f, "SELECT max (id) FROM versions"));
  g_autoptr (NamidaBackup) backup = NULL;
  gint64 created;

  backup = namida_version_source_open (version_source, fingerprint, id, NULL, &created, NULL);
  return backup != NULL ? namida_backup_get_entries (backup)->len : 0;
}

static void
trust (Fixture *f, const char *fingerprint)
{
  g_assert_true (namida_database_exec (f->database, NULL,
                                       "INSERT INTO trusted (fingerprint, alias, trusted_at) VALUES (?, ?, 1)", "ss",
                                       fingerprint, fingerprint));
}

static guint
count_kept (NamidaVersionSource *version_source, const char *fingerprint)
{
  g_autoptr (GPtrArray) list = namida_version_source_list (version_source, fingerprint, NULL);

  return list->len;
}

static void
test_succession (Fixture *f, gconstpointer data)
{
  g_autofree char *one G_GNUC_UNUSED = receive (f, "AB12000000000000", NAMIDA_LANDING_BACKUP, "one");
  g_autofree char *found = NULL;
  g_autoptr (NamidaTrustStore) trust_store = namida_trust_store_new (f->database, NULL);
  g_autoptr (NamidaVersionSource) version_source = namida_store_source_new (f->store, trust_store);
  g_autoptr (GError) error = NULL;
  guint versions;

  g_assert_cmpuint (count_kept (version_source, "AB12000000000000"), ==, 1);
  g_assert_cmpuint (count_kept (version_source, "NEW"), ==, 0);
  /* Eight digits can be those of another key, as long as it is not a trusted device's. */
  g_assert_null (namida_succession_find_sender (f->database, "ab120000", &versions, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE);
  g_clear_error (&error);
  found = namida_succession_find_sender (f->database, "ab120000 00000000", &versions, &error);
  g_assert_cmpstr (found, ==, "AB12000000000000");
  g_assert_cmpuint (versions, ==, 1);
  g_assert_null (namida_succession_find_sender (f->database, "nobody", &versions, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE);
  g_clear_error (&error);
  /* Not of a device that nobody has paired. */
  g_assert_false (namida_succession_add (f->database, "NEW", "AB12000000000000", &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE);
  g_clear_error (&error);
  g_assert_cmpuint (count_kept (version_source, "NEW"), ==, 0);
  trust (f, "NEW");
  trust (f, "NEWEST");
  trust (f, "AB12000000000000");
  g_assert_false (namida_succession_add (f->database, "NEW", "NEW", NULL));
  g_assert_true (namida_succession_add (f->database, "NEW", "AB12000000000000", &error));
  g_assert_true (namida_succession_add (f->database, "NEWEST", "NEW", &error));
  g_assert_cmpuint (count_kept (version_source, "NEW"), ==, 1);
  g_assert_cmpuint (count_kept (version_source, "NEWEST"), ==, 1);
  g_assert_cmpuint (count_fetched (f, version_source, "AB12000000000000"), >, 0);
  g_assert_cmpuint (count_fetched (f, version_source, "NEWEST"), ==,
                    count_fetched (f, version_source, "AB12000000000000"));
  g_assert_cmpuint (count_fetched (f, version_source, "OTHER"), ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT may_restore FROM trusted WHERE fingerprint = 'NEW'"), ==, 1);
  /* Round in a circle, and the other way not. */
  g_assert_true (namida_succession_add (f->database, "AB12000000000000", "NEWEST", &error));
  g_assert_cmpuint (count_kept (version_source, "NEW"), ==, 1);
  g_assert_cmpuint (count_kept (version_source, "OTHER"), ==, 0);
}

/* Two programs that keep versions in one folder: what one stores, the other has for its devices at once. */
static void
test_on_the_fly (Fixture *f, gconstpointer data)
{
  g_autofree char *base = g_build_filename (f->base, "other", NULL);
  g_autofree char *first = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "first");
  g_autofree char *second = NULL;
  g_autoptr (NamidaTrustStore) trust_store = NULL;
  g_autoptr (NamidaVersionSource) version_source = NULL;
  g_autoptr (NamidaVersions) versions = NULL;
  Fixture other = { 0 };

  g_assert_nonnull (first);
  fixture_open (&other, base);
  namida_store_set_folders (other.store, f->backups, NULL);
  versions = open_list (&other);
  g_assert_cmpuint (count (versions), ==, 1);
  trust_store = namida_trust_store_new (other.database, NULL);
  version_source = namida_store_source_new (other.store, trust_store);
  g_assert_cmpuint (count_kept (version_source, "AB12"), ==, 1);
  second = receive (f, "AB12", NAMIDA_LANDING_BACKUP, "second");
  g_assert_nonnull (second);
  g_assert_cmpuint (count_kept (version_source, "AB12"), ==, 2);
  g_clear_object (&versions);
  g_clear_object (&version_source);
  g_clear_object (&trust_store);
  fixture_close (&other);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function)                                                                                            \
  g_test_add ("/stands-alone/" path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
  ADD ("lost-database", test_lost_database);
  ADD ("adopt-leaves-sessions", test_adopt_leaves_sessions);
  ADD ("adopt-at-once", test_adopt_at_once);
  ADD ("order-kept", test_order_kept);
  ADD ("replaced", test_replaced);
  ADD ("older-store", test_older_store);
  ADD ("not-mounted", test_not_mounted);
  ADD ("two-writers", test_two_writers);
  ADD ("marked-at-once", test_marked_at_once);
  ADD ("absent", test_absent);
  ADD ("library", test_library);
  ADD ("removed-meanwhile", test_removed_meanwhile);
  ADD ("bare-folder", test_bare_folder);
  ADD ("bare-folder-list-cut", test_bare_folder_list_cut);
  ADD ("restore-lost", test_restore_lost);
  ADD ("restore-lost-folder", test_restore_lost_folder);
  ADD ("restore-unproven", test_restore_unproven);
  ADD ("restore-absent", test_restore_absent);
  ADD ("newer", test_newer);
  ADD ("succession", test_succession);
  ADD ("on-the-fly", test_on_the_fly);
  return g_test_run ();
}
