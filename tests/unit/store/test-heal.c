/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that a file found damaged is no longer used anywhere as known, that the next transfer contains it, and that it
 * is undamaged in every version afterwards. A tag editor that keeps the size and the time also makes a file unknown; a
 * chmod, a new name and the removal of another version do not. */
#include "store-fixture.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-heal.h"
#include "namida-removal.h"
#include "namida-repair.h"
#include "namida-verify.h"
#include "namida-version-adopt.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SONG "Music/Music/1.flac"

/* Returns: how many files travelled. */
static guint
send (Fixture *f, const char *fingerprint, const char *alias, const char *song, char **folder)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;
  guint wanted = 0;

  shipment_add (shipment, "Music", "1.flac", song, TRUE);
  shipment_add (shipment, "Music", "2.flac", "two", TRUE);
  sink = namida_store_sink_new_for (f->store, fingerprint, alias, "key", NAMIDA_LANDING_BACKUP, NULL);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, &wanted, &error));
  g_assert_no_error (error);
  if (folder != NULL)
    *folder = namida_sink_dup_folder (sink);
  return wanted;
}

/* Writes @text over the song in @folder and keeps its size, time and mode. */
static void
rot (const char *folder, const char *text)
{
  g_autofree char *path = g_build_filename (folder, SONG, NULL);
  struct stat st;
  int fd;

  g_assert_cmpint (g_stat (path, &st), ==, 0);
  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
  fd = open (path, O_WRONLY | O_CLOEXEC);
  g_assert_cmpint (write (fd, text, strlen (text)), ==, (gssize) strlen (text));
  g_assert_cmpint (futimens (fd, (struct timespec[2]){ st.st_atim, st.st_mtim }), ==, 0);
  g_assert_cmpint (fchmod (fd, 0444), ==, 0);
  close (fd);
}

static void
verify (Fixture *f, guint damaged)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVerifyReport) report = namida_verify_run (f->database, NULL, FALSE, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (report->damaged, ==, damaged);
}

static void
assert_song (const char *folder, const char *expected)
{
  g_autofree char *text = fixture_read (folder, SONG, NULL);

  g_assert_cmpstr (text, ==, expected);
}

/* A bit rots; verify tells it; "send again" is advice that works, for all three versions. */
static void
test_healed (Fixture *f, gconstpointer data)
{
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  g_autofree char *three = NULL;
  g_autofree char *four = NULL;

  g_assert_cmpuint (send (f, "AB12", "Phone", "one", &one), ==, 2);
  g_assert_cmpuint (send (f, "AB12", "Phone", "one", &two), ==, 0);
  g_assert_cmpuint (send (f, "AB12", "Phone", "one", &three), ==, 0);
  rot (one, "onE");
  verify (f, 3);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM contents WHERE damaged = 1"), ==, 1);
  g_assert_cmpuint (send (f, "AB12", "Phone", "one", &four), ==, 1);
  assert_song (one, "one");
  assert_song (two, "one");
  assert_song (three, "one");
  assert_song (four, "one");
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM contents WHERE damaged = 1"), ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions WHERE damaged > 0"), ==, 0);
  verify (f, 0);
  /* And known again. */
  g_assert_cmpuint (send (f, "AB12", "Phone", "one", NULL), ==, 0);
}

/* A version that is found on a drive was cut there: the record knows what the files were, but not how long. */
static void
test_found_cut (Fixture *f, gconstpointer data)
{
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  g_autofree char *song = NULL;
  g_autofree char *other = NULL;
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (GError) error = NULL;

  send (f, "AB12", "Phone", "a long song", &one);
  send (f, "AB12", "Phone", "a long song", &two);
  song = g_build_filename (one, SONG, NULL);
  other = g_build_filename (one, "Music", "Music", "2.flac", NULL);
  for (guint again = 0; again < 2; again++)
    {
      fixture_open_up (song);
      fixture_open_up (other);
      g_assert_cmpint (g_unlink (song), ==, 0);
      g_assert_cmpint (g_unlink (other), ==, 0);
      g_assert_true (g_file_set_contents (song, "a lo", 4, NULL));
      g_assert_true (namida_database_exec (f->database, NULL, "DELETE FROM versions", ""));
      g_assert_true (namida_database_exec (f->database, NULL, "DELETE FROM contents", ""));
      if (again)
        {
          /* There is no other copy: the device sends it once more. */
          g_autofree char *away = g_build_filename (f->base, "away", NULL);

          fixture_open_up (two);
          g_assert_cmpint (g_rename (two, away), ==, 0);
        }
      namida_version_adopt_stores (f->database, NULL);
      verify (f, 2);
      if (again)
        g_assert_cmpuint (send (f, "AB12", "Phone", "a long song", NULL), ==, 2);
      report = namida_verify_run (f->database, NULL, TRUE, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (report->repaired, ==, again ? 0 : 2);
      g_assert_true (namida_verify_report_is_clean (report));
      g_clear_pointer (&report, namida_verify_report_free);
      assert_song (one, "a long song");
      g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM contents WHERE size NOT IN (11, 3)"), ==, 0);
    }
}

/* The rot that nobody has told yet: the change time tells that somebody was there, and the file is read before. */
static void
test_found_by_linking (Fixture *f, gconstpointer data)
{
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;

  g_assert_cmpuint (send (f, "AB12", "Phone", "one", &one), ==, 2);
  rot (one, "onE");
  g_assert_cmpuint (send (f, "AB12", "Phone", "one", &two), ==, 1);
  assert_song (one, "one");
  assert_song (two, "one");
  verify (f, 0);
}

/* Silent rot, below every time: what was read last a month ago is read before it is linked. */
static void
test_read_again (Fixture *f, gconstpointer data)
{
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  gint64 first;

  g_assert_cmpuint (send (f, "AB12", "Phone", "one", &one), ==, 2);
  first = fixture_query_int (f, "SELECT read_at / 1000000 FROM versions");
  namida_clock_set_fake (g_get_real_time () + 20 * G_TIME_SPAN_DAY);
  /* The date of the version is that of the read, and a link is none. */
  g_assert_cmpuint (send (f, "AB12", "Phone", "one", &two), ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT max (read_at) / 1000000 FROM versions"), ==, first);
  rot (one, "onE");
  /* As a disk that forgets does: not even the change time tells. */
  {
    g_autofree char *path = g_build_filename (one, SONG, NULL);
    struct stat st;

    g_assert_cmpint (g_stat (path, &st), ==, 0);
    g_assert_true (namida_database_exec (
        f->database, NULL, "UPDATE contents SET ctime_ns = ? WHERE inode = ?", "ii",
        (gint64) st.st_ctim.tv_sec * G_GINT64_CONSTANT (1000000000) + st.st_ctim.tv_nsec, (gint64) st.st_ino));
  }
  namida_clock_set_fake (g_get_real_time () + 31 * G_TIME_SPAN_DAY);
  g_assert_cmpuint (send (f, "AB12", "Phone", "one", NULL), ==, 1);
  assert_song (one, "one");
  assert_song (two, "one");
  g_assert_cmpint (fixture_query_int (f, "SELECT max (read_at) / 1000000 FROM versions"), >=, first + 31 * 24 * 3600);
  namida_clock_set_fake (-1);
}

/* The number of days is a setting; a read whose date is in the future was made by a wrong clock, and does not count. */
static void
test_reread_setting (Fixture *f, gconstpointer data)
{
  gint64 now = g_get_real_time ();

  g_assert_cmpuint (send (f, "AB12", "Phone", "one", NULL), ==, 2);
  namida_store_set_reread_days (f->store, 5);
  namida_clock_set_fake (now + 6 * G_TIME_SPAN_DAY);
  g_assert_cmpuint (send (f, "AB12", "Phone", "one", NULL), ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT max (read_at) FROM contents"), ==, namida_clock_real ());
  namida_store_set_reread_days (f->store, 0);
  namida_clock_set_fake (now + 500 * G_TIME_SPAN_DAY);
  g_assert_cmpuint (send (f, "AB12", "Phone", "one", NULL), ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT max (read_at) FROM contents"), <, now + 7 * G_TIME_SPAN_DAY);
  namida_store_set_reread_days (f->store, 5);
  namida_clock_set_fake (now - 20 * G_TIME_SPAN_DAY);
  g_assert_cmpuint (send (f, "AB12", "Phone", "one", NULL), ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT max (read_at) FROM contents"), ==, namida_clock_real ());
  namida_clock_set_fake (-1);
}

/* The removal of a version takes names of files that others share, which changes their change time: they stay known,
 * and the next backup need not read them. */
static void
test_removal (Fixture *f, gconstpointer data)
{
  const char *ids[] = { "1", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaRemoval) removal = NULL;
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  g_autofree char *path = NULL;
  struct stat st;

  g_assert_cmpuint (send (f, "AB12", "Phone", "one", &one), ==, 2);
  g_assert_cmpuint (send (f, "AB12", "Phone", "one", &two), ==, 0);
  removal = namida_removal_run (f->database, ids, FALSE, &error);
  g_assert_no_error (error);
  g_assert_false (g_file_test (one, G_FILE_TEST_EXISTS));
  path = g_build_filename (two, SONG, NULL);
  g_assert_cmpint (g_stat (path, &st), ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT ctime_ns FROM version_files"
                                         " WHERE path LIKE '%/1.flac'"),
                   ==, (gint64) st.st_ctim.tv_sec * G_GINT64_CONSTANT (1000000000) + st.st_ctim.tv_nsec);
  g_assert_cmpuint (send (f, "AB12", "Phone", "one", NULL), ==, 0);
}

/* A chmod costs a read, and no transfer. */
static void
test_chmod (Fixture *f, gconstpointer data)
{
  g_autofree char *one = NULL;
  g_autofree char *path = NULL;

  g_assert_cmpuint (send (f, "AB12", "Phone", "one", &one), ==, 2);
  path = g_build_filename (one, SONG, NULL);
  g_assert_cmpint (g_chmod (path, 0400), ==, 0);
  g_assert_cmpuint (send (f, "AB12", "Phone", "one", NULL), ==, 0);
}

static NamidaVerifyReport *
verify_quietly (Fixture *f, const char *id, gint64 read_before)
{
  g_autoptr (GError) error = NULL;
  NamidaVerifyReport *report = namida_verify_run_quietly (f->database, id, read_before, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (report->versions, ==, 1);
  return report;
}

static void
assert_reads (Fixture *f, gint64 read_before, guint64 bytes)
{
  g_autoptr (NamidaVerifyReport) report = verify_quietly (f, "2", read_before);

  g_assert_cmpuint (report->bytes, ==, bytes);
}

/* The quiet verification reads what many versions share once in its time, and what somebody has touched at once. */
static void
test_quietly (Fixture *f, gconstpointer data)
{
  g_autofree char *one = NULL;
  g_autoptr (NamidaVerifyReport) first = NULL;
  g_autoptr (NamidaVerifyReport) shared = NULL;
  g_autoptr (NamidaVerifyReport) touched = NULL;
  gint64 before;

  g_assert_cmpuint (send (f, "AB12", "Phone", "one", &one), ==, 2);
  g_assert_cmpuint (send (f, "AB12", "Phone", "one", NULL), ==, 0);
  before = namida_clock_real () + 10 * G_TIME_SPAN_DAY;
  namida_clock_set_fake (before + 90 * G_TIME_SPAN_DAY);
  first = verify_quietly (f, "1", before);
  g_assert_cmpuint (first->bytes, ==, 6);
  g_assert_true (namida_verify_report_is_clean (first));
  shared = verify_quietly (f, "2", before);
  g_assert_cmpuint (shared->bytes, ==, 0);
  g_assert_true (namida_verify_report_is_clean (shared));
  g_assert_cmpint (fixture_query_int (f, "SELECT min (read_at) FROM versions"), ==, namida_clock_real ());
  /* Neither a date that has not come yet nor content that is marked as damaged counts as read. */
  g_assert_true (
      namida_database_exec (f->database, NULL, "UPDATE contents SET read_at = ?", "i", before + 93 * G_TIME_SPAN_DAY));
  assert_reads (f, before, 6);
  g_assert_true (namida_database_exec (f->database, NULL, "UPDATE contents SET damaged = 1 WHERE id = 1", ""));
  assert_reads (f, before, 3);
  rot (one, "onE");
  touched = verify_quietly (f, "2", before);
  g_assert_cmpuint (touched->bytes, ==, 3);
  g_assert_cmpuint (touched->damaged, ==, 1);
  namida_clock_set_fake (-1);
}

/* A quiet verification that gives way goes on where it stopped. */
static void
test_quietly_goes_on (Fixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gint64 before;

  g_assert_cmpuint (send (f, "AB12", "Phone", "one", NULL), ==, 2);
  before = namida_clock_real () + 10 * G_TIME_SPAN_DAY;
  namida_clock_set_fake (before + 90 * G_TIME_SPAN_DAY);
  g_cancellable_cancel (cancellable);
  g_assert_null (namida_verify_run_quietly (f->database, "1", before, cancellable, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED);
  g_assert_cmpint (fixture_query_int (f, "SELECT coalesce (verified_at, 0) FROM versions"), ==, 0);
  /* One of the two was read then. */
  g_assert_true (namida_database_exec (f->database, NULL,
                                       "UPDATE contents SET read_at = ? WHERE id = (SELECT min (id) FROM contents)",
                                       "i", namida_clock_real ()));
  {
    g_autoptr (NamidaVerifyReport) rest = verify_quietly (f, "1", before);

    g_assert_cmpuint (rest->bytes, ==, 3);
  }
  namida_clock_set_fake (-1);
}

/* A missing file that only the user's own folders have as well is copied from there: the user may change that file. A
 * link in its place cannot be read. */
static void
test_missing (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink
      = namida_store_sink_new_for (f->store, "AB12", "Phone", "other", NAMIDA_LANDING_LIBRARY, NULL);
  g_autofree char *one = NULL;
  g_autofree char *song = NULL;
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (NamidaVerifyReport) linked = NULL;
  g_autoptr (GError) error = NULL;
  struct stat st;

  shipment_add (shipment, "Music", "1.flac", "one", TRUE);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, NULL));
  send (f, "AB12", "Phone", "one", &one);
  song = g_build_filename (one, SONG, NULL);
  fixture_open_up (song);
  g_assert_no_errno (g_unlink (song));
  report = namida_verify_run (f->database, NULL, TRUE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->repaired, ==, 1);
  g_assert_no_errno (g_stat (song, &st));
  g_assert_cmpuint (st.st_nlink, ==, 1);
  fixture_open_up (song);
  g_assert_no_errno (g_unlink (song));
  g_assert_no_errno (symlink ("2.flac", song));
  linked = namida_verify_run (f->database, NULL, FALSE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (linked->damages->len, ==, 1);
  g_assert_cmpint (((NamidaDamage *) linked->damages->pdata[0])->kind, ==, NAMIDA_DAMAGE_UNREADABLE);
}

/* From a file that has a descriptor and no name, as it came from the device that had it; and never from another one of
 * the same size. */
static void
test_from_descriptor (Fixture *f, gconstpointer data)
{
  static const char *const texts[] = { "onf", "one" };
  g_autofree char *sha256 = fixture_sha256 ("one");
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;

  send (f, "AB12", "Phone", "one", &one);
  send (f, "AB12", "Phone", "one", &two);
  rot (one, "onE");
  verify (f, 2);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      int fd = open (f->base, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
      g_autofree char *path = g_strdup_printf (NAMIDA_REPAIR_DESCRIPTOR "%d", fd);
      g_autoptr (GHashTable) versions = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
      g_autoptr (GError) error = NULL;
      gboolean healed = FALSE;

      g_assert_cmpint (write (fd, texts[i], 3), ==, 3);
      namida_heal_from_file (f->database, sha256, path, versions, &healed, NULL, &error);
      close (fd);
      g_assert_cmpint (healed, ==, i == 1);
      assert_song (one, i == 1 ? "one" : "onE");
      assert_song (two, i == 1 ? "one" : "onE");
    }
  verify (f, 0);
}

static void
test_described (void)
{
  static const struct
  {
    NamidaHealed healed;
    const char *text;
  } cases[] = {
    { { .files = 0, .versions = 0 }, NULL },
    { { .files = 1, .versions = 1 }, "1 damaged file repaired in 1 version" },
    { { .files = 1, .versions = 3 }, "1 damaged file repaired in 3 versions" },
    { { .files = 2, .versions = 1 }, "2 damaged files repaired in 1 version" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = namida_heal_describe (&cases[i].healed);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/heal/healed", Fixture, NULL, fixture_set_up, test_healed, fixture_tear_down);
  g_test_add ("/heal/found-cut", Fixture, NULL, fixture_set_up, test_found_cut, fixture_tear_down);
  g_test_add ("/heal/found-by-linking", Fixture, NULL, fixture_set_up, test_found_by_linking, fixture_tear_down);
  g_test_add ("/heal/read-again", Fixture, NULL, fixture_set_up, test_read_again, fixture_tear_down);
  g_test_add ("/heal/reread-setting", Fixture, NULL, fixture_set_up, test_reread_setting, fixture_tear_down);
  g_test_add ("/heal/removal", Fixture, NULL, fixture_set_up, test_removal, fixture_tear_down);
  g_test_add ("/heal/chmod", Fixture, NULL, fixture_set_up, test_chmod, fixture_tear_down);
  g_test_add ("/heal/quietly", Fixture, NULL, fixture_set_up, test_quietly, fixture_tear_down);
  g_test_add ("/heal/from-descriptor", Fixture, NULL, fixture_set_up, test_from_descriptor, fixture_tear_down);
  g_test_add_func ("/heal/described", test_described);
  g_test_add ("/heal/missing", Fixture, NULL, fixture_set_up, test_missing, fixture_tear_down);
  g_test_add ("/heal/quietly-goes-on", Fixture, NULL, fixture_set_up, test_quietly_goes_on, fixture_tear_down);
  return g_test_run ();
}
