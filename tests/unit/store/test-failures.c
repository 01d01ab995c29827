/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes each call of the system, and each statement that changes the database, fail once in each operation of the
 * store. The operation then either succeeds all the same or returns an error; everything that the database lists as
 * stored exists and is undamaged; no transaction is open; and after the steps of the next start, the operation succeeds
 * with the same result as without the failure. */
#include "config.h"

#include "store-fixture.h"

#include "failing-calls.h"
#include "namida-error.h"
#include "namida-journal.h"
#include "namida-removal.h"
#include "namida-restore.h"
#include "namida-retention-apply.h"
#include "namida-staging.h"
#include "namida-verify.h"
#include "namida-version-adopt.h"
#include "namida-version-export.h"
#include "namida-version-trash.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const music[] = { "Music", NULL };
static const char *const two[] = { "Music", "Rips", NULL };

/* Half of the files come with their hashes: what is there already is linked or copied then. */
static gboolean
receive_some (
    Fixture *f, NamidaLanding landing, const char *const *labels, const char *text, gboolean zip, GError **error)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (NamidaJournalSession) parked = NULL;
  g_autofree char *key = g_strdup_printf ("%s %u %d", text, g_strv_length ((char **) labels), landing);
  NamidaFileResult results[4];
  gboolean fine;

  shipment->unchecked = TRUE;
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("album %u/%u.flac", i % 2, i);
      g_autofree char *content = g_strdup_printf ("%s %u", text, i);

      shipment_add (shipment, labels[i % g_strv_length ((char **) labels)], name, content, i != 1);
    }
  if (zip)
    shipment_add (shipment, "", "Namida Backup.zip", text, FALSE);
  /* As when a device offers the same once more. */
  parked = namida_journal_find_resumable (f->database, "AA", key, NULL);
  sink = namida_store_sink_new_for (f->store, "AA", "Phone", key, landing, parked);
  fine = shipment_send (shipment, sink, NULL, results, NULL, error);
  for (guint i = 0; fine && i < 3 + !!zip; i++)
    if (results[i] != NAMIDA_FILE_STORED && results[i] != NAMIDA_FILE_KEPT_EXISTING)
      {
        g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE, "file %u has the result %d", i, results[i]);
        fine = FALSE;
      }
  if (!fine)
    namida_sink_park (sink);
  return fine;
}

static gboolean
receive (Fixture *f, NamidaLanding landing, const char *const *labels, const char *text, GError **error)
{
  return receive_some (f, landing, labels, text, TRUE, error);
}

static void
receive_well (Fixture *f, NamidaLanding landing, const char *const *labels, const char *text)
{
  g_autoptr (GError) error = NULL;

  receive (f, landing, labels, text, &error);
  g_assert_no_error (error);
}

/* (transfer full) (nullable): of the version that arrived as the @nth */
static NamidaVersionRecord *
find (Fixture *f, guint nth)
{
  g_autofree char *id = g_strdup_printf ("%u", nth);

  return namida_version_record_find (f->database, id, NULL);
}

/* (transfer full): a file of the version that arrived as the @nth */
static char *
song_of (Fixture *f, guint nth)
{
  g_autoptr (NamidaVersionRecord) record = find (f, nth);

  return g_build_filename (record->path, "Music", "Music", "album 0", "0.flac", NULL);
}

/* ---- what is done: first what has to be there, then the thing itself ---- */

static void
nothing (Fixture *f)
{
}

static gboolean
do_receive (Fixture *f, GError **error)
{
  return receive (f, NAMIDA_LANDING_BACKUP, two, "new", error);
}

static void
have_one (Fixture *f)
{
  receive_well (f, NAMIDA_LANDING_BACKUP, music, "one");
}

static gboolean
do_link (Fixture *f, GError **error)
{
  return receive (f, NAMIDA_LANDING_BACKUP, two, "one", error);
}

static gboolean
do_library (Fixture *f, GError **error)
{
  return receive (f, NAMIDA_LANDING_LIBRARY, two, "one", error);
}

static void
have_two (Fixture *f)
{
  have_one (f);
  receive_well (f, NAMIDA_LANDING_BACKUP, two, "one");
}

static gboolean
do_trash (Fixture *f, GError **error)
{
  g_autoptr (NamidaVersionRecord) record = find (f, 1);

  return record == NULL || namida_version_trash_put (f->database, record, error);
}

static void
have_trash (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  have_two (f);
  do_trash (f, &error);
  g_assert_no_error (error);
}

static gboolean
do_take_back (Fixture *f, GError **error)
{
  g_autoptr (NamidaVersionRecord) record = find (f, 1);

  return record != NULL || namida_version_trash_take_back (f->database, "1", error);
}

static gboolean
do_remove (Fixture *f, GError **error)
{
  const char *const ids[] = { "1", NULL };
  g_autoptr (NamidaVersionRecord) record = find (f, 1);
  g_autoptr (NamidaRemoval) removal = record != NULL ? namida_removal_run (f->database, ids, FALSE, error) : NULL;

  return record == NULL || removal != NULL;
}

static void
have_damaged (Fixture *f)
{
  g_autofree char *song = NULL;
  struct stat st;

  have_two (f);
  receive_well (f, NAMIDA_LANDING_LIBRARY, music, "one");
  song = song_of (f, 1);
  g_assert_cmpint (lstat (song, &st), ==, 0);
  g_assert_cmpint (chmod (song, 0644), ==, 0);
  g_assert_true (g_file_set_contents_full (song, "onf 0", 5, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  g_assert_cmpint (utimensat (AT_FDCWD, song, (struct timespec[2]){ st.st_mtim, st.st_mtim }, 0), ==, 0);
  g_assert_cmpint (chmod (song, 0444), ==, 0);
}

static void
have_lost (Fixture *f)
{
  g_autofree char *song = NULL;

  have_two (f);
  song = song_of (f, 1);
  fixture_open_up (song);
  g_assert_cmpint (g_unlink (song), ==, 0);
}

static gboolean
do_repair (Fixture *f, GError **error)
{
  g_autoptr (NamidaVerifyReport) report = namida_verify_run (f->database, NULL, TRUE, NULL, NULL, NULL, error);

  if (report != NULL && !namida_verify_report_is_clean (report))
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM, "%s",
                 ((NamidaDamage *) g_ptr_array_index (report->damages, 0))->detail);
  return report != NULL && namida_verify_report_is_clean (report);
}

static void
have_found (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  have_two (f);
  namida_database_exec (f->database, &error, "DELETE FROM versions", "");
  g_assert_no_error (error);
}

static gboolean
do_adopt (Fixture *f, GError **error)
{
  g_autoptr (GPtrArray) records = NULL;
  guint adopted = 0;

  if (!namida_version_adopt (f->database, f->backups, &adopted, NULL, error))
    return FALSE;
  records = namida_version_record_list (f->database, NAMIDA_VERSION_STAYS, error);
  /* A folder that cannot be read is none: the next look finds it. */
  if (records != NULL && records->len < 2)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE, "a version was not found");
  return records != NULL && records->len == 2;
}

/* A zip that cannot be restored stands for no other: these have none. */
static void
have_music (Fixture *f, const char *const *older, const char *const *newer)
{
  g_autoptr (GError) error = NULL;

  receive_some (f, NAMIDA_LANDING_BACKUP, older, "one", FALSE, &error);
  g_assert_no_error (error);
  receive_some (f, NAMIDA_LANDING_BACKUP, newer, "one", FALSE, &error);
  g_assert_no_error (error);
}

/* The older one goes. */
static void
have_more (Fixture *f)
{
  have_music (f, two, two);
}

/* The newer one lacks a folder of music: the older one stays. */
static void
have_less (Fixture *f)
{
  have_music (f, two, music);
}

static gboolean
do_retention (Fixture *f, GError **error)
{
  NamidaRetention policy = { .last = 1 };
  gint64 seen = 100; /* none of them arrived in this run of the program */
  g_autoptr (NamidaRemoval) removal = namida_retention_apply (f->database, policy, &seen, FALSE, error);

  return removal != NULL;
}

static void
have_drive (Fixture *f)
{
  g_autofree char *drive = g_build_filename (f->base, "drive", NULL);

  have_two (f);
  g_assert_cmpint (g_mkdir (drive, 0755), ==, 0);
}

static gboolean
do_export (Fixture *f, GError **error)
{
  g_autofree char *drive = g_build_filename (f->base, "drive", NULL);
  g_autoptr (GDir) dir = g_dir_open (drive, 0, NULL);
  g_autoptr (NamidaExport) export = NULL;

  export = namida_version_export (f->database, 2, drive, NULL, error);
  /* After an error nothing is left of it. */
  g_assert_true ((export != NULL) == (g_dir_read_name (dir) != NULL));
  return export != NULL;
}

/* A version that cannot be removed is in the list again, and a message says why. */
static gboolean
do_clean (Fixture *f, GError **error)
{
  g_autoptr (NamidaVersionRecord) left = NULL;

  if (!namida_database_exec (f->database, error, "UPDATE versions SET removing = 1 WHERE id = 1", "")
      || !namida_store_clean (f->store, error))
    return FALSE;
  left = find (f, 1);
  if (left != NULL)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE, "the version stays");
  return left == NULL;
}

/* Beside it a transfer that was broken off. */
static void
have_half (Fixture *f)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;
  NamidaWant want = { 0 };
  int fd;

  have_two (f);
  shipment_add (shipment, "Music", "1.flac", "half of it", FALSE);
  sink = namida_store_sink_new_for (f->store, "AA", "Phone", "half", NAMIDA_LANDING_BACKUP, NULL);
  g_assert_true (namida_sink_prepare (sink, shipment->backup, NULL, &want, NULL, &error));
  fd = namida_sink_open_part (sink, 0, 0, NULL, &error);
  g_assert_cmpint (write (fd, "half", 4), ==, 4);
  g_assert_true (namida_sink_close_part (sink, 0, fd, 4, FALSE, &error));
  namida_sink_park (sink);
}

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

static void
have_mine (Fixture *f)
{
  g_autofree char *folder = g_build_filename (f->base, "restored", "album 0", NULL);
  g_autofree char *path = g_build_filename (folder, "0.flac", NULL);

  have_one (f);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  /* Of the same size as what is restored in its place. */
  g_assert_true (g_file_set_contents (path, "mie 0", -1, NULL));
}

static gboolean
do_restore (Fixture *f, GError **error)
{
  g_autoptr (NamidaVersionRecord) record = find (f, 1);
  g_autofree char *zips = g_build_filename (f->base, "zips", NULL);
  g_autofree char *to = g_build_filename (f->base, "restored", NULL);
  g_autoptr (GAsyncResult) loaded = NULL;
  g_autoptr (GAsyncResult) compared = NULL;
  g_autoptr (GAsyncResult) applied = NULL;
  g_autoptr (NamidaRestorePlan) plan = NULL;
  NamidaRestoreResult result = { 0 };

  namida_restore_plan_load_async (f->database, record->path, f->base, NULL, zips, NULL, keep, &loaded);
  plan = namida_restore_plan_load_finish (wait_for (&loaded), error);
  if (plan == NULL)
    return FALSE;
  g_assert_true (namida_restore_plan_set_destination (plan, "Music", to, NULL));
  namida_restore_plan_set_policy (plan, NAMIDA_RESTORE_REPLACE);
  namida_restore_plan_preview_async (plan, NULL, keep, &compared);
  if (!namida_restore_plan_preview_finish (plan, wait_for (&compared), error))
    return FALSE;
  namida_restore_plan_apply_async (plan, NULL, NULL, NULL, keep, &applied);
  if (!namida_restore_plan_apply_finish (plan, wait_for (&applied), &result, error))
    return FALSE;
  if (result.blocked > 0)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE, "%" G_GUINT64_FORMAT " files were blocked", result.blocked);
  return result.blocked == 0;
}

typedef struct
{
  const char *name;
  void (*prepare) (Fixture *f);
  gboolean (*act) (Fixture *f, GError **error);
  gboolean damaged; /* it begins with a damaged file, which stays so when it fails */
  gboolean again;   /* what it could not do it leaves for the next time, without an error */
} Thing;

static const Thing things[] = {
  { "receive", nothing, do_receive },          { "link", have_one, do_link },
  { "library", have_one, do_library },         { "trash", have_two, do_trash },
  { "take-back", have_trash, do_take_back },   { "remove", have_two, do_remove },
  { "repair", have_damaged, do_repair, TRUE }, { "relink", have_lost, do_repair, TRUE },
  { "adopt", have_found, do_adopt },           { "retention", have_more, do_retention, .again = TRUE },
  { "export", have_drive, do_export },         { "clean", have_half, do_clean },
  { "restore", have_mine, do_restore },        { "keep-older", have_less, do_retention },
};

/* ---- how it is afterwards ---- */

static void
list_below (const char *folder, const char *shown, GPtrArray *lines)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      /* Versions and exports are called by their time, what was replaced by a random number. */
      gboolean random = strlen (name) == 16 && strspn (name, "0123456789abcdef") == 16 && strspn (name, "0") < 16;
      g_autofree char *inside = g_build_filename (shown,
                                                  random                        ? "(a number)"
                                                  : strstr (name, "20") != NULL ? "(a time)"
                                                                                : name,
                                                  NULL);
      g_autofree char *text = NULL;

      /* What is kept of a transfer that was broken off is for its next try, or goes after days. */
      if (g_str_equal (name, NAMIDA_STAGING_HIDDEN))
        continue;
      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        list_below (path, inside, lines);
      else if (g_str_has_suffix (name, ".flac") || g_str_has_suffix (name, ".zip"))
        {
          g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
          g_ptr_array_add (lines, g_strdup_printf ("%s: %s", inside, text));
        }
      else
        g_ptr_array_add (lines, g_strdup (inside));
    }
}

static int
line_compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* (transfer full): all files outside of the data folder, and what the database says of the versions. */
static char *
describe (Fixture *f)
{
  static const char *const folders[] = { "backups", "music", "drive", "restored", "zips" };
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *statement;

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (f->base, folders[i], NULL);

      list_below (path, folders[i], lines);
    }
  namida_database_lock (f->database);
  statement = namida_database_prepare (
      f->database, NULL,
      "SELECT landing || ' ' || removing || ' ' || (versions.damaged > 0) || ' ' || label || '/' || relative"
      " || ' ' || sha256 FROM versions JOIN version_files ON version = versions.id",
      "");
  g_assert_nonnull (statement);
  while (sqlite3_step (statement) == SQLITE_ROW)
    g_ptr_array_add (lines, g_strdup ((const char *) sqlite3_column_text (statement, 0)));
  sqlite3_finalize (statement);
  namida_database_unlock (f->database);
  g_ptr_array_sort (lines, line_compare);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **) lines->pdata);
}

static void
check_whole (Fixture *f, gboolean damaged)
{
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (GError) error = NULL;
  sqlite3 *handle = namida_database_lock (f->database);

  g_assert_true (sqlite3_get_autocommit (handle));
  namida_database_unlock (f->database);
  report = namida_verify_run (f->database, NULL, FALSE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; !damaged && i < report->damages->len; i++)
    {
      NamidaDamage *damage = g_ptr_array_index (report->damages, i);

      g_error ("%s: %s", damage->path, damage->detail);
    }
}

static void
open_one (Fixture *f, const Thing *thing)
{
  g_autofree char *base = g_dir_make_tmp ("namida-failures-XXXXXX", NULL);

  fixture_open (f, base);
  thing->prepare (f);
}

static void
close_one (Fixture *f)
{
  g_autofree char *base = g_strdup (f->base);

  fixture_close (f);
  fixtures_remove (base);
}

static void
fail_at (const Thing *thing, const char *site, const char *expected)
{
  g_autoptr (GPtrArray) sites = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *result = NULL;
  Fixture f = { 0 };
  gboolean fine;

  open_one (&f, thing);
  failing_calls_watch (f.base, site);
  fine = thing->act (&f, &error);
  sites = failing_calls_stop ();
  g_test_message ("%s fails: %s", site, !fine ? (error != NULL ? error->message : "NO ERROR") : "done all the same");
  g_assert_true (fine == (error == NULL));
  /* What could not be read is not known to be damaged. */
  if (!thing->damaged)
    g_assert_cmpint (fixture_query_int (&f, "SELECT count (*) FROM contents WHERE damaged"), ==, 0);
  check_whole (&f, thing->damaged && !fine);
  g_clear_error (&error);
  namida_store_clean (f.store, &error);
  g_assert_no_error (error);
  if (!fine || thing->again)
    {
      thing->act (&f, &error);
      g_assert_no_error (error);
    }
  check_whole (&f, FALSE);
  result = describe (&f);
  g_assert_cmpstr (result, ==, expected);
  close_one (&f);
}

/* The same site is tried with the first thing that reaches it alone, unless NAMIDA_FAILURES_ALL is set. */
static GHashTable *tried;

static void
test_thing (gconstpointer data)
{
  const Thing *thing = data;
  g_autoptr (GPtrArray) sites = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *expected = NULL;
  Fixture f = { 0 };

  open_one (&f, thing);
  failing_calls_watch (f.base, NULL);
  thing->act (&f, &error);
  sites = failing_calls_stop ();
  g_assert_no_error (error);
  check_whole (&f, FALSE);
  expected = describe (&f);
  close_one (&f);
  for (guint i = 0; i < sites->len; i++)
    if (g_hash_table_add (tried, g_strdup (g_ptr_array_index (sites, i))) || g_getenv ("NAMIDA_FAILURES_ALL") != NULL
        || g_str_has_prefix (g_ptr_array_index (sites, i), "COMMIT"))
      fail_at (thing, g_ptr_array_index (sites, i), expected);
}

int
main (int argc, char **argv)
{
  int failed;

  /* Half of the time is that of a disk, of which nothing depends here. */
  fixtures_use_memory (64);
  g_test_init (&argc, &argv, NULL);
  /* What could not be done is said, too. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  tried = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (things); i++)
    {
      g_autofree char *path = g_strconcat ("/failures/", things[i].name, NULL);

      g_test_add_data_func (path, &things[i], test_thing);
    }
  failed = g_test_run ();
  g_hash_table_unref (tried);
  return failed;
}
