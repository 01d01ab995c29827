/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests versions on a drive that is not connected, which are neither removed nor reported as damaged, and versions
 * whose records are lost, which are still listed. */
#include "store-fixture.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-folder-record.h"
#include "namida-removal.h"
#include "namida-store-mark.h"
#include "namida-verify.h"
#include "namida-version-adopt.h"
#include "namida-version-private.h"
#include "namida-version-trash.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Returns: (transfer full): the folder of a new version with one song. */
static char *
send (Fixture *f, const char *key)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = namida_store_sink_new_for (f->store, "AB12", "Phone", key, NAMIDA_LANDING_BACKUP, NULL);
  g_autoptr (GError) error = NULL;

  shipment_add (shipment, "Music", "1.flac", key, FALSE);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  return namida_sink_dup_folder (sink);
}

/* As “backups adopt” does. */
static gboolean
fixture_adopt (Fixture *f, const char *folder)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean fine = fd >= 0 && namida_store_mark_ensure (f->database, folder, fd, NULL)
                  && namida_version_adopt (f->database, folder, NULL, NULL, NULL);

  close (fd);
  return fine;
}

/* Without the drive nothing of a version can be removed, and none leaves the list as if it had been: its row would be
 * made anew when the drive is back. */
static void
test_removed (Fixture *f, gconstpointer data)
{
  g_autofree char *one = send (f, "one");
  g_autofree char *two = send (f, "two");
  g_autofree char *three = send (f, "three");
  g_autofree char *away = g_strconcat (f->backups, "-away", NULL);
  g_autoptr (NamidaVersionRecord) first = namida_version_record_find (f->database, "1", NULL);
  g_autoptr (NamidaVersionRecord) trashed = namida_version_record_find (f->database, "2", NULL);
  g_autoptr (GError) error = NULL;
  const char *const ids[] = { "1", NULL };

  g_assert_true (namida_version_trash_put (f->database, trashed, NULL));
  g_assert_true (namida_database_exec (f->database, NULL, "UPDATE versions SET trashed_at = 1 WHERE id = 2", ""));
  g_assert_true (namida_version_record_claim (f->database, "3", NULL));
  g_assert_false (namida_removal_forget (f->database, "1", &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED);
  g_clear_error (&error);
  for (guint i = 0; i < 2; i++)
    {
      /* The place where the drive was mounted may be there, or not. */
      if (i == 0)
        g_assert_cmpint (g_rename (f->backups, away), ==, 0);
      else
        g_assert_cmpint (g_mkdir (f->backups, 0755), ==, 0);
      for (guint dry_run = 0; dry_run < 2; dry_run++)
        {
          g_assert_null (namida_removal_run (f->database, ids, dry_run, &error));
          g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE);
          g_clear_error (&error);
        }
      g_assert_false (namida_version_trash_put (f->database, first, &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE);
      g_clear_error (&error);
      namida_removal_resume (f->database, &error);
      g_assert_no_error (error);
      namida_version_trash_purge (f->database, &error);
      g_assert_no_error (error);
      g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions"), ==, 3);
      g_assert_cmpint (fixture_query_int (f, "SELECT removing FROM versions WHERE id = 1"), ==, 0);
      g_assert_cmpint (fixture_query_int (f, "SELECT removing FROM versions WHERE id = 2"), ==, 2);
    }
  g_assert_true (namida_database_exec (f->database, NULL, "UPDATE versions SET pinned = 1 WHERE id = 1", ""));
  g_assert_false (namida_removal_forget (f->database, "1", &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED);
  g_clear_error (&error);
  g_assert_true (namida_database_exec (f->database, NULL, "UPDATE versions SET pinned = 0 WHERE id = 1", ""));
  g_assert_cmpint (g_rmdir (f->backups), ==, 0);
  g_assert_true (namida_removal_forget (f->database, "1", &error));
  g_assert_no_error (error);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions WHERE id = 1"), ==, 0);

  g_assert_cmpint (g_rename (away, f->backups), ==, 0);
  g_assert_true (namida_removal_resume (f->database, NULL));
  g_assert_true (namida_version_trash_purge (f->database, NULL));
  g_assert_false (g_file_test (two, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (three, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (one, G_FILE_TEST_IS_DIR));
  namida_version_adopt_stores (f->database, NULL);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions"), ==, 1); /* it is found again */
}

/* Mounts the drive @to where @from is mounted. */
static void
exchange (Fixture *f, const char *from, const char *to)
{
  g_autofree char *out = g_strconcat (f->backups, from, NULL);
  g_autofree char *in = g_strconcat (f->backups, to, NULL);

  g_assert_cmpint (g_rename (f->backups, out), ==, 0);
  g_assert_cmpint (g_rename (in, f->backups), ==, 0);
}

/* Checks that version @away is on the drive that is not connected, and that version @here is not touched for it. */
static void
check_turn (Fixture *f, const char *away, const char *here)
{
  const char *const ids[] = { away, NULL };
  g_autoptr (NamidaVersionRecord) version = namida_version_record_find (f->database, away, NULL);
  g_autoptr (NamidaVersionRecord) other = namida_version_record_find (f->database, here, NULL);
  g_autoptr (NamidaVersionRecord) found = namida_version_record_find_at (f->database, other->path, NULL);
  g_autoptr (GPtrArray) facts = NULL;
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (found->id, ==, other->id);
  g_assert_null (namida_removal_run (f->database, ids, FALSE, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE);
  g_clear_error (&error);
  g_assert_false (namida_version_trash_put (f->database, version, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE);
  g_clear_error (&error);
  namida_version_adopt_stores (f->database, NULL);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions WHERE removing = 0"), ==, 2);
  report = namida_verify_run (f->database, NULL, TRUE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->absent, ==, 1);
  g_assert_cmpuint (report->damaged, ==, 0);
  g_assert_cmpuint (report->versions, ==, 1);
  facts = namida_version_facts_load (f->database, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < facts->len; i++)
    {
      const NamidaVersionFacts *one = g_ptr_array_index (facts, i);

      g_assert_cmpint (one->present, ==, one->record->id == other->id);
      g_assert_cmpint (one->elsewhere, ==, one->record->id == version->id);
    }
  g_assert_true (g_file_test (other->path, G_FILE_TEST_IS_DIR));
}

/* Two drives take turns at one mount point. They hold the same backup, under the same name. */
static void
test_turns (Fixture *f, gconstpointer data)
{
  g_autofree char *second = g_strconcat (f->backups, "-B", NULL);
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;

  namida_clock_set_fake (namida_clock_real ()); /* the name is the time */
  one = send (f, "one");
  g_assert_cmpint (g_mkdir (second, 0755), ==, 0);
  exchange (f, "-A", "-B");
  g_assert_true (fixture_adopt (f, f->backups));
  two = send (f, "one");
  namida_clock_set_fake (-1);
  g_assert_cmpstr (one, ==, two);
  check_turn (f, "1", "2");
  exchange (f, "-B", "-A");
  g_assert_true (fixture_adopt (f, f->backups));
  check_turn (f, "2", "1");
  /* A mark that is lost, or damaged, is made anew for the same store. */
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *mark = g_build_filename (f->backups, NAMIDA_STORE_MARK_NAME, NULL);

      if (i == 0)
        g_assert_cmpint (g_unlink (mark), ==, 0);
      else
        g_assert_true (g_file_set_contents (mark, "{", 1, NULL));
      g_assert_true (fixture_adopt (f, f->backups));
      check_turn (f, "2", "1");
    }
}

/* A row of an earlier program names no store. It gets that of its drive while the drive is there. */
static void
test_unnamed (Fixture *f, gconstpointer data)
{
  g_autofree char *second = g_strconcat (f->backups, "-B", NULL);
  G_GNUC_UNUSED g_autofree char *one = send (f, "one");
  g_autofree char *two = NULL;

  g_assert_cmpint (fixture_query_int (f, "SELECT store = (SELECT uuid FROM stores) FROM versions"), ==, 1);
  g_assert_true (namida_database_exec (f->database, NULL, "UPDATE versions SET store = NULL", ""));
  namida_version_write_records (f->database, G_MAXINT, NULL);
  g_assert_cmpint (fixture_query_int (f, "SELECT store = (SELECT uuid FROM stores) FROM versions"), ==, 1);
  g_assert_cmpint (g_mkdir (second, 0755), ==, 0);
  exchange (f, "-A", "-B");
  g_assert_true (fixture_adopt (f, f->backups));
  two = send (f, "two");
  check_turn (f, "1", "2");
}

/* Whether the drive was pulled out: reading a file below this folder fails. (nullable) */
static const char *pulled;

ssize_t
read (int fd, void *data, size_t length)
{
  char name[64], path[PATH_MAX];
  ssize_t n = 0;

  if (pulled != NULL)
    {
      g_snprintf (name, sizeof name, "/proc/self/fd/%d", fd);
      n = readlink (name, path, sizeof path - 1);
      path[MAX (n, 0)] = '\0';
    }
  if (n > 0 && g_str_has_prefix (path, pulled))
    {
      errno = EIO;
      return -1;
    }
  return syscall (SYS_read, fd, data, length);
}

/* The drive is pulled out without being unmounted: names are there still, and every read fails. */
static void
test_pulled (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (NamidaVerifyReport) later = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *one = send (f, "one");
  g_autofree char *mark = g_build_filename (f->backups, NAMIDA_STORE_MARK_NAME, NULL);
  g_autofree char *song = g_build_filename (one, "Music", "Music", "1.flac", NULL);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  g_assert_true (g_file_get_contents (mark, &before, NULL, NULL));
  pulled = f->backups;
  report = namida_verify_run (f->database, NULL, TRUE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->absent, ==, 1);
  g_assert_cmpuint (report->damaged, ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM contents WHERE damaged <> 0"), ==, 0);
  /* A mark that cannot be read is not replaced. */
  g_assert_true (namida_database_exec (f->database, NULL, "UPDATE device SET fingerprint = 'CD34'", ""));
  g_assert_false (fixture_adopt (f, f->backups));
  pulled = NULL;
  g_assert_true (g_file_get_contents (mark, &after, NULL, NULL));
  g_assert_cmpstr (after, ==, before);
  /* One file alone that cannot be read is damaged. */
  pulled = song;
  later = namida_verify_run (f->database, NULL, FALSE, NULL, NULL, NULL, &error);
  pulled = NULL;
  g_assert_no_error (error);
  g_assert_cmpuint (later->damaged, ==, 1);
}

/* Of the only version. It is listed as gone, or as on a drive that is not connected, if nothing of it is left here. */
static void
check_elsewhere (Fixture *f, gboolean elsewhere)
{
  g_autoptr (GPtrArray) facts = namida_version_facts_load (f->database, NULL, NULL);

  g_assert_cmpuint (facts->len, ==, 1);
  g_assert_cmpint (((NamidaVersionFacts *) g_ptr_array_index (facts, 0))->present, ==, !elsewhere);
  g_assert_cmpint (((NamidaVersionFacts *) g_ptr_array_index (facts, 0))->elsewhere, ==, elsewhere);
}

/* A transfer that was broken off does not hide what another program stored for the same device. */
static void
test_beside_parked (Fixture *f, gconstpointer data)
{
  g_autofree char *one = send (f, "one");
  g_autofree char *device = g_path_get_dirname (one);

  g_assert_true (namida_database_exec (f->database, NULL, "DELETE FROM versions", ""));
  g_assert_true (
      namida_database_exec (f->database, NULL, "UPDATE sessions SET state = 'parked', destination = ?", "s", device));
  namida_version_adopt_stores (f->database, NULL);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions"), ==, 1);
  /* But not what the transfer is about to take for its own. */
  g_assert_true (namida_database_exec (f->database, NULL, "DELETE FROM versions", ""));
  g_assert_true (namida_database_exec (f->database, NULL, "UPDATE sessions SET destination = ?", "s", one));
  namida_version_adopt_stores (f->database, NULL);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions"), ==, 0);
}

/* The zip of a version in the user's own folders is in the store: it is not damaged while that is not here. */
static void
test_zip (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink
      = namida_store_sink_new_for (f->store, "AB12", "Phone", "key", NAMIDA_LANDING_LIBRARY, NULL);
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *away = g_strconcat (f->backups, "-away", NULL);
  g_autofree char *music = g_strconcat (f->music, "-away", NULL);

  shipment_add (shipment, "Music", "1.flac", "song", FALSE);
  shipment_add (shipment, "", "Namida Backup.zip", "zip", FALSE);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_rename (f->backups, away), ==, 0);
  check_elsewhere (f, FALSE);
  g_assert_cmpint (g_rename (f->music, music), ==, 0);
  check_elsewhere (f, TRUE);
  g_assert_cmpint (g_rename (music, f->music), ==, 0);
  report = namida_verify_run (f->database, NULL, TRUE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->absent, ==, 1);
  g_assert_cmpuint (report->damaged, ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM contents WHERE damaged <> 0"), ==, 0);
  g_assert_cmpint (g_rename (away, f->backups), ==, 0);
  g_clear_pointer (&report, namida_verify_report_free);
  report = namida_verify_run (f->database, NULL, TRUE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (namida_verify_report_is_clean (report));
}

/* The drive goes away while a version is read: that is no damage. */
static void
on_progress (guint64 done, guint64 total, gpointer data)
{
  Fixture *f = data;
  g_autofree char *away = g_strconcat (f->backups, "-away", NULL);
  g_autofree char *command = g_strdup_printf ("chmod -R u+w %s && find %s -name 2.flac -delete", away, away);

  if (done > 0 && !g_file_test (away, G_FILE_TEST_EXISTS) && g_rename (f->backups, away) == 0)
    g_assert_cmpint (system (command), ==, 0);
}

static void
test_meanwhile (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink
      = namida_store_sink_new_for (f->store, "AB12", "Phone", "key", NAMIDA_LANDING_BACKUP, NULL);
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (GError) error = NULL;

  shipment_add (shipment, "Music", "1.flac", "one", FALSE);
  shipment_add (shipment, "Music", "2.flac", "two", FALSE);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  report = namida_verify_run (f->database, NULL, TRUE, on_progress, f, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->absent, ==, 1);
  g_assert_cmpuint (report->damaged, ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM contents WHERE damaged <> 0"), ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions WHERE verified_at > 0"), ==, 0);
}

/* A version that has lost one of its two records is not passed over. */
static void
test_record_lost (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { NAMIDA_SUMS_NAME, NAMIDA_FOLDER_RECORD_NAME };
  g_autofree char *intact = send (f, "intact");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *one = send (f, names[i]);
      g_autofree char *lost = g_build_filename (one, names[i], NULL);
      g_autoptr (NamidaVerifyReport) report = NULL;
      g_autoptr (GError) error = NULL;

      fixture_open_up (lost);
      g_assert_cmpint (g_unlink (lost), ==, 0);
      report = namida_verify_folder (f->backups, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (report->damages->len, ==, i + 1);
      g_assert_false (namida_verify_report_is_clean (report));
    }
  fixture_check_sums (intact);
}

/* A list of hashes that is cut names only a part of the files: the version that is found is not called complete. */
static void
test_list_cut (Fixture *f, gconstpointer data)
{
  g_autofree char *one = send (f, "one");
  g_autofree char *sums = g_build_filename (one, NAMIDA_SUMS_NAME, NULL);

  g_assert_true (namida_database_exec (f->database, NULL, "DELETE FROM versions", ""));
  namida_version_adopt_stores (f->database, NULL);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions WHERE complete <> 0"), ==, 1);
  g_assert_true (namida_database_exec (f->database, NULL, "DELETE FROM versions", ""));
  fixture_open_up (sums);
  g_assert_true (g_file_set_contents (sums, "", 0, NULL));
  namida_version_adopt_stores (f->database, NULL);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions WHERE complete = 0"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/away/removed", Fixture, NULL, fixture_set_up, test_removed, fixture_tear_down);
  g_test_add ("/away/turns", Fixture, NULL, fixture_set_up, test_turns, fixture_tear_down);
  g_test_add ("/away/unnamed", Fixture, NULL, fixture_set_up, test_unnamed, fixture_tear_down);
  g_test_add ("/away/pulled", Fixture, NULL, fixture_set_up, test_pulled, fixture_tear_down);
  g_test_add ("/away/beside-parked", Fixture, NULL, fixture_set_up, test_beside_parked, fixture_tear_down);
  g_test_add ("/away/zip", Fixture, NULL, fixture_set_up, test_zip, fixture_tear_down);
  g_test_add ("/away/meanwhile", Fixture, NULL, fixture_set_up, test_meanwhile, fixture_tear_down);
  g_test_add ("/away/record-lost", Fixture, NULL, fixture_set_up, test_record_lost, fixture_tear_down);
  g_test_add ("/away/list-cut", Fixture, NULL, fixture_set_up, test_list_cut, fixture_tear_down);
  return g_test_run ();
}
