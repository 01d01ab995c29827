/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that the folders of versions are read-only, like their files. Runs as an ordinary user, because permissions do
 * not restrict root: every operation of this program still works, and the user's other programs cannot change a
 * version. */
#include "config.h"

#include "store-fixture.h"

#include "namida-heal.h"
#include "namida-removal.h"
#include "namida-store-sink-private.h"
#include "namida-verify.h"
#include "namida-version-adopt.h"
#include "namida-version-trash.h"
#include "namida-versions.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char *
receive (Fixture *f, const char *more)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;

  shipment_add (shipment, "Music", "A/B/1.flac", "one", TRUE);
  shipment_add (shipment, "Music", "A/2.flac", "two", TRUE);
  shipment_add (shipment, "Music", "more.flac", more, TRUE);
  shipment_add (shipment, "Music", "Empty/Folder", NULL, FALSE);
  sink = namida_store_sink_new_for (f->store, "AB12", "Phone", more, NAMIDA_LANDING_BACKUP, NULL);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  return namida_sink_dup_folder (sink);
}

static guint
mode_of (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct stat st;

  g_assert_cmpint (lstat (path, &st), ==, 0);
  return st.st_mode & 0777;
}

static void
check_protected (const char *version)
{
  static const char *const names[] = { "", "Music", "Music/Music/A", "Music/Music/A/B", "Music/Music/Empty/Folder" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpuint (mode_of (version, names[i]) & 0222, ==, 0);
}

static void
test_person (Fixture *f, gconstpointer data)
{
  g_autofree char *version = receive (f, "m");
  g_autofree char *new_file = g_build_filename (version, "Music/Music/A/new.flac", NULL);
  g_autofree char *old_file = g_build_filename (version, "Music/Music/A/2.flac", NULL);

  check_protected (version);
  g_assert_cmpint (open (new_file, O_CREAT | O_WRONLY, 0600), <, 0);
  g_assert_cmpint (g_unlink (old_file), <, 0);
  g_assert_cmpint (g_rename (old_file, new_file), <, 0);
}

static void
test_removed (Fixture *f, gconstpointer data)
{
  g_autofree char *one = receive (f, "m");
  g_autofree char *two = receive (f, "n");
  const char *const ids[] = { "1", NULL };
  g_autoptr (NamidaRemoval) removal = NULL;
  g_autoptr (GError) error = NULL;

  removal = namida_removal_run (f->database, ids, FALSE, &error);
  g_assert_no_error (error);
  g_assert_false (g_file_test (one, G_FILE_TEST_EXISTS));
  check_protected (two);
}

static NamidaVersionRecord *
find (Fixture *f, const char *id)
{
  g_autoptr (GError) error = NULL;
  NamidaVersionRecord *record = namida_version_record_find (f->database, id, &error);

  g_assert_no_error (error);
  return record;
}

static void
test_trash (Fixture *f, gconstpointer data)
{
  g_autofree char *one = receive (f, "m");
  g_autoptr (NamidaVersionRecord) record = find (f, "1");
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (namida_version_trash_put (f->database, record, &error));
  g_assert_false (g_file_test (one, G_FILE_TEST_EXISTS));
  g_assert_true (namida_version_trash_take_back (f->database, "1", &error));
  g_assert_no_error (error);
  check_protected (one);
  g_assert_false (namida_version_trash_put (f->database, record, NULL)); /* what was taken back is pinned */
  g_assert_true (namida_version_record_set_pinned (f->database, "1", FALSE, &error));
  g_assert_true (namida_version_trash_put (f->database, record, &error));
  g_ptr_array_add (all, record);
  g_assert_true (namida_removal_purge (f->database, all, &error));
  g_assert_no_error (error);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions"), ==, 0);
}

static void
repair_all (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVerifyReport) first = namida_verify_run (f->database, NULL, TRUE, NULL, NULL, NULL, &error);
  g_autoptr (NamidaVerifyReport) second = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (first);
  second = namida_verify_run (f->database, NULL, FALSE, NULL, NULL, NULL, &error);
  g_assert_true (namida_verify_report_is_clean (second));
}

/* A damaged file that two versions share; then a folder that is gone with all in it. */
static void
test_healed (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) other = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *one = receive (f, "m");
  g_autofree char *two = receive (f, "n");
  g_autofree char *bad = g_build_filename (one, "Music/Music/A/B/1.flac", NULL);
  g_autofree char *folder = g_build_filename (one, "Music/Music/A/B", NULL);
  g_autofree char *holder = g_build_filename (one, "Music/Music/A", NULL);
  g_autofree char *text = NULL;

  /* Somebody else has the content, too. */
  shipment_add (other, "Else", "x.flac", "one", TRUE);
  sink = namida_store_sink_new_for (f->store, "CD34", "Other", "else", NAMIDA_LANDING_LIBRARY, NULL);
  g_assert_true (shipment_send (other, sink, NULL, NULL, NULL, &error));
  g_assert_cmpint (g_chmod (bad, 0644), ==, 0);
  g_assert_true (g_file_set_contents_full (bad, "onf", 3, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  repair_all (f);
  check_protected (one);
  check_protected (two);
  text = fixture_read (bad, NULL);
  g_assert_cmpstr (text, ==, "one");

  g_assert_cmpint (g_chmod (holder, 0755), ==, 0);
  fixtures_remove (folder);
  repair_all (f);
  check_protected (one);
  fixture_check_sums (one);
}

/* A store of version 0.1.0, whose folders could be written to. */
static void
test_older (Fixture *f, gconstpointer data)
{
  g_autofree char *one = receive (f, "m");
  g_autofree char *inside = g_build_filename (one, "Music/Music/A/B", NULL);

  g_assert_cmpint (g_chmod (one, 0755), ==, 0);
  g_assert_cmpint (g_chmod (inside, 0755), ==, 0);
  namida_version_write_records (f->database, G_USEC_PER_SEC, NULL);
  check_protected (one);
}

/* A commit that was cut off after the version had its name, and the next one that finishes it: one file more. */
static void
test_goes_on (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) first = NULL;
  g_autoptr (NamidaSink) second = NULL;
  g_autoptr (NamidaJournalSession) parked = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *version = NULL;
  g_autofree char *gone = NULL;
  g_autofree char *holder = NULL;
  guint wanted = 0;

  shipment_add (shipment, "Music", "A/1.flac", "one", FALSE);
  shipment_add (shipment, "Music", "A/2.flac", "two", FALSE);
  first = namida_store_sink_new_for (f->store, "AB12", "Phone", "key", NAMIDA_LANDING_BACKUP, NULL);
  g_assert_true (shipment_send (shipment, first, NULL, NULL, NULL, &error));
  version = namida_sink_dup_folder (first);
  g_assert_true (namida_database_exec (f->database, NULL, "DELETE FROM versions", ""));
  g_assert_true (namida_database_exec (f->database, NULL, "UPDATE sessions SET state = 'parked'", ""));
  gone = g_build_filename (version, "Music/Music/A/2.flac", NULL);
  holder = g_path_get_dirname (gone);
  g_assert_cmpint (g_chmod (holder, 0755), ==, 0);
  g_assert_cmpint (g_unlink (gone), ==, 0);
  g_assert_cmpint (g_chmod (holder, 0555), ==, 0);

  parked = namida_journal_find_resumable (f->database, "AB12", "key", &error);
  g_assert_no_error (error);
  second = namida_store_sink_new_for (f->store, "AB12", "Phone", "key", NAMIDA_LANDING_BACKUP, parked);
  g_assert_true (shipment_send (shipment, second, NULL, NULL, &wanted, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (wanted, ==, 1);
  g_assert_cmpuint (mode_of (version, "Music/Music/A") & 0222, ==, 0);
  fixture_check_sums (version);
}

#define ADD(name, function) g_test_add ("/read-only/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!fixtures_leave_root ())
    return 0;
  ADD ("person", test_person);
  ADD ("removed", test_removed);
  ADD ("trash", test_trash);
  ADD ("healed", test_healed);
  ADD ("older", test_older);
  ADD ("goes-on", test_goes_on);
  return g_test_run ();
}
