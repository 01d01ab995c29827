/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests receiving into the library and into versions: known files, names that are in use, links, offsets, cancelling,
 * several roots and a full disk. */
#include "config.h"

#include "store-fixture.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-journal.h"
#include "namida-limits.h"
#include "namida-manifest.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define MTIME_MS G_GINT64_CONSTANT (1735783445678)

static NamidaSink *
new_sink (Fixture *f, NamidaLanding landing)
{
  return namida_store_sink_new_for (f->store, "AB12", "Phone", "key", landing, NULL);
}

/* Sends and expects success; how many files were wanted. */
static guint
send (Fixture *f, Shipment *shipment, NamidaLanding landing, NamidaFileResult *results, char **folder)
{
  g_autoptr (NamidaSink) sink = new_sink (f, landing);
  g_autoptr (GError) error = NULL;
  guint wanted = 0;

  g_assert_true (shipment_send (shipment, sink, NULL, results, &wanted, &error));
  g_assert_no_error (error);
  if (folder != NULL)
    *folder = namida_sink_dup_folder (sink);
  return wanted;
}

static void
put (const char *folder, const char *name, const char *content)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, content, -1, NULL));
}

static void
assert_content (const char *content, const char *folder, const char *name)
{
  g_autofree char *text = fixture_read (folder, name, NULL);

  g_assert_cmpstr (text, ==, content);
}

static void
assert_no_staging (Fixture *f)
{
  g_autofree char *staging = g_build_filename (f->data, "staging", NULL);
  g_autofree char *hidden = g_build_filename (f->backups, ".namida-sync-parts", NULL);
  g_autoptr (GDir) dir = g_dir_open (staging, 0, NULL);

  g_assert_true (dir == NULL || g_dir_read_name (dir) == NULL);
  g_assert_false (g_file_test (hidden, G_FILE_TEST_EXISTS));
}

static void
test_library (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autofree char *rips = g_build_filename (f->base, "elsewhere", NULL);
  g_autofree char *song = g_build_filename (f->music, "Music", "a", "1.flac", NULL);
  NamidaFileResult results[6];
  struct stat st;

  namida_store_add_label_folder (f->store, "Rips", rips);
  shipment_add (shipment, "", "Namida Backup - 1.zip", "zip", FALSE);
  shipment_add (shipment, "", "note.txt", "note", FALSE);
  shipment_add (shipment, "Music", "a/1.flac", "one", FALSE);
  shipment_add (shipment, "Music", "void", NULL, FALSE);
  shipment_add (shipment, "Rips", "2.flac", "two", FALSE);
  shipment_add (shipment, "Rips", "empty.txt", "", FALSE);
  g_assert_cmpuint (send (f, shipment, NAMIDA_LANDING_LIBRARY, results, NULL), ==, 6);
  for (guint i = 0; i < 6; i++)
    g_assert_cmpint (results[i], ==, NAMIDA_FILE_STORED);
  assert_content ("zip", f->backups, "Phone/Namida Backup - 1.zip");
  assert_content ("note", f->backups, "Phone/note.txt");
  assert_content ("one", f->music, "Music/a/1.flac");
  assert_content ("two", rips, "2.flac");
  assert_content ("", rips, "empty.txt");
  g_assert_cmpint (g_stat (song, &st), ==, 0);
  g_assert_cmpint (namida_stat_mtime_ns (&st) / 1000000, ==, MTIME_MS);
  g_assert_cmpint (st.st_mode & 0777, ==, namida_file_mode ());
  g_free (g_steal_pointer (&song));
  song = g_build_filename (f->music, "Music", "void", NULL);
  g_assert_true (g_file_test (song, G_FILE_TEST_IS_DIR));
  assert_no_staging (f);
  g_assert_cmpint (fixture_query_int (f, "SELECT count(*) FROM contents"), ==, 5);
  g_assert_cmpint (fixture_query_int (f, "SELECT count(*) FROM sessions WHERE state = 'finished'"), ==, 1);
  g_assert_cmpint (fixture_query_int (f, "SELECT stored_files FROM sessions"), ==, 5);
}

/* The first second of 1970 is a time that a file can have; one that the sender did not name is today's. */
static void
test_times (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autofree char *old = g_build_filename (f->music, "Music", "old.flac", NULL);
  g_autofree char *new = g_build_filename (f->music, "Music", "new.flac", NULL);
  NamidaFileResult results[2];
  struct stat st;

  shipment_add (shipment, "Music", "old.flac", "old", FALSE)->mtime_ns = 0;
  shipment_add (shipment, "Music", "new.flac", "new", FALSE)->mtime_ns = NAMIDA_ENTRY_TIME_UNKNOWN;
  g_assert_cmpuint (send (f, shipment, NAMIDA_LANDING_LIBRARY, results, NULL), ==, 2);
  g_assert_cmpint (g_stat (old, &st), ==, 0);
  g_assert_cmpint (namida_stat_mtime_ns (&st), ==, 0);
  g_assert_cmpint (g_stat (new, &st), ==, 0);
  g_assert_cmpint (namida_stat_mtime_ns (&st) / 1000000, >, MTIME_MS);
}

/* Known by hash and unchanged: nothing travels. Changed since: it does. */
static void
test_known (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autofree char *song = g_build_filename (f->music, "Music", "1.flac", NULL);
  NamidaFileResult results[1];

  shipment_add (shipment, "Music", "1.flac", "one", TRUE);
  g_assert_cmpuint (send (f, shipment, NAMIDA_LANDING_LIBRARY, results, NULL), ==, 1);
  g_assert_cmpuint (send (f, shipment, NAMIDA_LANDING_LIBRARY, results, NULL), ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT kept_files FROM sessions ORDER BY started_at DESC"), ==, 1);
  g_assert_true (g_file_set_contents (song, "two", -1, NULL));
  g_assert_cmpuint (send (f, shipment, NAMIDA_LANDING_LIBRARY, results, NULL), ==, 1);
  g_assert_cmpint (results[0], ==, NAMIDA_FILE_STORED);
  assert_content ("two", f->music, "Music/1.flac");
  assert_content ("one", f->music, "Music/1 (2).flac");
}

/* Written to in place, as a tag editor does: same size, same inode, another time. */
static void
test_known_edited (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autofree char *song = g_build_filename (f->music, "Music", "1.flac", NULL);
  NamidaFileResult results[1];
  int fd;

  shipment_add (shipment, "Music", "1.flac", "one", TRUE);
  g_assert_cmpuint (send (f, shipment, NAMIDA_LANDING_LIBRARY, results, NULL), ==, 1);
  fd = open (song, O_WRONLY | O_CLOEXEC);
  g_assert_cmpint (write (fd, "two", 3), ==, 3);
  close (fd);
  g_assert_cmpuint (send (f, shipment, NAMIDA_LANDING_LIBRARY, results, NULL), ==, 1);
  assert_content ("two", f->music, "Music/1.flac");
  assert_content ("one", f->music, "Music/1 (2).flac");
}

/* The same content under another name is copied here and does not travel. */
static void
test_copied (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) first = shipment_new ();
  g_autoptr (Shipment) second = shipment_new ();

  shipment_add (first, "Music", "1.flac", "one", TRUE);
  shipment_add (second, "Renamed", "x/1.flac", "one", TRUE);
  g_assert_cmpuint (send (f, first, NAMIDA_LANDING_LIBRARY, NULL, NULL), ==, 1);
  g_assert_cmpuint (send (f, second, NAMIDA_LANDING_LIBRARY, NULL, NULL), ==, 0);
  assert_content ("one", f->music, "Renamed/x/1.flac");
  assert_content ("one", f->music, "Music/1.flac");
  g_assert_cmpint (fixture_query_int (f, "SELECT sum(stored_files) FROM sessions"), ==, 1);
  /* As the transfer says it: it was already there. */
  g_assert_cmpint (fixture_query_int (f, "SELECT sum(kept_files) FROM sessions"), ==, 1);
}

static void
test_clash (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  NamidaFileResult results[3];

  put (f->music, "Music/a.mp3", "mine");
  put (f->music, "Music/a (2).mp3", "also mine");
  put (f->music, "Music/same.mp3", "same");
  put (f->music, "Music/folder.mp3/inside", "mine");
  shipment_add (shipment, "Music", "a.mp3", "new!", FALSE);
  shipment_add (shipment, "Music", "same.mp3", "same", FALSE);
  shipment_add (shipment, "Music", "folder.mp3", "file", FALSE);
  send (f, shipment, NAMIDA_LANDING_LIBRARY, results, NULL);
  g_assert_cmpint (results[0], ==, NAMIDA_FILE_STORED);
  g_assert_cmpint (results[1], ==, NAMIDA_FILE_KEPT_EXISTING);
  g_assert_cmpint (results[2], ==, NAMIDA_FILE_STORED);
  assert_content ("mine", f->music, "Music/a.mp3");
  assert_content ("also mine", f->music, "Music/a (2).mp3");
  assert_content ("new!", f->music, "Music/a (3).mp3");
  assert_content ("same", f->music, "Music/same.mp3");
  assert_content (NULL, f->music, "Music/same (2).mp3");
  assert_content ("file", f->music, "Music/folder (2).mp3");
  assert_no_staging (f);
}

static void
test_links (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autofree char *outside = g_build_filename (f->base, "outside", NULL);
  g_autofree char *link = g_build_filename (f->music, "Music", NULL);
  g_autofree char *file_link = g_build_filename (f->music, "Fine", "1.flac", NULL);
  g_autofree char *target = g_build_filename (outside, "precious", NULL);
  NamidaFileResult results[3];

  put (outside, "precious", "mine");
  put (f->music, "Fine/x", "x");
  g_assert_cmpint (symlink (outside, link), ==, 0);
  g_assert_cmpint (symlink (target, file_link), ==, 0);
  shipment_add (shipment, "Music", "precious", "evil", FALSE);
  shipment_add (shipment, "Music", "new/deep", "evil", FALSE);
  shipment_add (shipment, "Fine", "1.flac", "good", FALSE);
  send (f, shipment, NAMIDA_LANDING_LIBRARY, results, NULL);
  g_assert_cmpint (results[0], ==, NAMIDA_FILE_MISSING);
  g_assert_cmpint (results[1], ==, NAMIDA_FILE_MISSING);
  g_assert_cmpint (results[2], ==, NAMIDA_FILE_STORED);
  assert_content ("mine", outside, "precious");
  assert_content (NULL, outside, "new/deep");
  assert_content ("good", f->music, "Fine/1 (2).flac");
  g_assert_cmpint (fixture_query_int (f, "SELECT failed_files FROM sessions WHERE state = 'incomplete'"), ==, 2);
}

/* The roots themselves may be links: the person's choice. */
static void
test_root_link (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autofree char *real = g_build_filename (f->base, "disk", NULL);

  g_assert_cmpint (g_mkdir (real, 0755), ==, 0);
  g_assert_cmpint (symlink (real, f->music), ==, 0);
  shipment_add (shipment, "Music", "1.flac", "one", FALSE);
  send (f, shipment, NAMIDA_LANDING_LIBRARY, NULL, NULL);
  assert_content ("one", real, "Music/1.flac");
}

static void
test_names (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autofree char *longest = g_strnfill (255, 'n');
  const char *names[] = { longest, "a\nb", "-rf", " ", "trailing.", "Björk", "*?\"<>|", ".hidden" };
  NamidaFileResult results[G_N_ELEMENTS (names)];

  put (f->music, "Hard/x", "x");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    shipment_add (shipment, "Hard", names[i], names[i], FALSE);
  put (f->music, "Hard/-rf", "mine");
  send (f, shipment, NAMIDA_LANDING_LIBRARY, results, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = g_build_filename ("Hard", i == 2 ? "-rf (2)" : names[i], NULL);

      g_assert_cmpint (results[i], ==, NAMIDA_FILE_STORED);
      assert_content (names[i], f->music, name);
    }
}

static void
test_unsafe (Fixture *f, gconstpointer data)
{
  const char *const bad[] = { "../x", "/etc/x", "a/../../x", "a//b", "a\\..\\x", "..\\x" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (Shipment) shipment = shipment_new ();
      g_autoptr (NamidaSink) sink = new_sink (f, i % 2 ? NAMIDA_LANDING_BACKUP : NAMIDA_LANDING_LIBRARY);
      g_autoptr (GError) error = NULL;

      shipment_add (shipment, "Music", bad[i], "evil", FALSE);
      g_assert_false (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH);
    }
}

static void
test_mismatch (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = new_sink (f, NAMIDA_LANDING_LIBRARY);
  g_autoptr (GError) error = NULL;
  g_autofree char *one = fixture_sha256 ("one");
  g_autofree char *two = fixture_sha256 ("two");
  NamidaWant wants[3] = { { 0 } };
  NamidaCommit files[] = { { .index = 0, .sent_sha256 = two, .received_sha256 = one },
                           { .index = 1, .sent_sha256 = NULL, .received_sha256 = one },
                           { .index = 2, .sent_sha256 = one, .received_sha256 = NULL } };

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.flac", i);

      shipment_add (shipment, "Music", name, "one", FALSE);
    }
  g_assert_true (namida_sink_prepare (sink, shipment->backup, NULL, wants, NULL, &error));
  for (guint i = 0; i < 3; i++)
    {
      int fd = namida_sink_open_part (sink, i, 0, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpint (write (fd, "one", 3), ==, 3);
      g_assert_true (namida_sink_close_part (sink, i, fd, 3, TRUE, &error));
    }
  g_assert_true (namida_sink_commit (sink, files, 3, &error));
  g_assert_cmpint (files[0].result, ==, NAMIDA_FILE_MISMATCH);
  g_assert_cmpint (files[1].result, ==, NAMIDA_FILE_MISSING);
  g_assert_cmpint (files[2].result, ==, NAMIDA_FILE_MISSING);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("Music/%u.flac", i);

      assert_content (NULL, f->music, name);
    }
  g_assert_cmpint (fixture_query_int (f, "SELECT count(*) FROM contents"), ==, 0);
  assert_no_staging (f);
}

static void
test_offsets (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = new_sink (f, NAMIDA_LANDING_LIBRARY);
  g_autoptr (NamidaSink) again = NULL;
  g_autoptr (NamidaJournalSession) parked = NULL;
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *sha = fixture_sha256 ("0123");
  g_autofree char *got = NULL;
  NamidaFileResult results[1];
  NamidaWant wants[1] = { { 0 } };
  int fd;

  shipment_add (shipment, "Music", "1.flac", "0123456789", FALSE);
  g_assert_true (namida_sink_prepare (sink, shipment->backup, NULL, wants, NULL, &error));
  g_assert_cmpint (namida_sink_open_part (sink, 0, 1, digest, &error), ==, -1);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_OFFSET);
  g_clear_error (&error);
  fd = namida_sink_open_part (sink, 0, 0, digest, &error);
  g_assert_cmpint (write (fd, "012345", 6), ==, 6);
  g_assert_true (namida_sink_close_part (sink, 0, fd, 6, FALSE, &error));
  fd = namida_sink_open_part (sink, 0, 4, digest, &error);
  g_assert_cmpint (lseek (fd, 0, SEEK_CUR), ==, 4);
  g_assert_cmpint (lseek (fd, 0, SEEK_END), ==, 4);
  got = namida_digest_finish (digest);
  g_assert_cmpstr (got, ==, sha);
  /* Said to be whole, and is not. */
  g_assert_false (namida_sink_close_part (sink, 0, fd, 10, TRUE, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_SIZE);
  g_clear_error (&error);
  namida_sink_park (sink);

  g_assert_true (namida_store_clean (f->store, &error));
  g_assert_null (namida_journal_find_resumable (f->database, "OTHER", "key", NULL));
  g_assert_null (namida_journal_find_resumable (f->database, "AB12", "other", NULL));
  parked = namida_journal_find_resumable (f->database, "AB12", "key", &error);
  g_assert_nonnull (parked);
  g_assert_cmpstr (parked->id, ==, namida_sink_get_session_id (sink));
  again = namida_store_sink_new_for (f->store, "AB12", "Phone", "key", NAMIDA_LANDING_LIBRARY, parked);
  g_assert_cmpstr (parked->id, ==, namida_sink_get_session_id (again));
  g_assert_true (shipment_send (shipment, again, NULL, results, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (results[0], ==, NAMIDA_FILE_STORED);
  assert_content ("0123456789", f->music, "Music/1.flac");
  assert_no_staging (f);
  g_assert_null (namida_journal_find_resumable (f->database, "AB12", "key", NULL));
}

/* A resumed session that is canceled while it is being prepared keeps its parts, but is asked about again. */
static void
test_cancel_prepare (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = new_sink (f, NAMIDA_LANDING_LIBRARY);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  NamidaWant wants[1] = { { 0 } };

  shipment_add (shipment, "Music", "1.flac", "0123456789", FALSE);
  g_assert_true (namida_sink_prepare (sink, shipment->backup, NULL, wants, NULL, &error));
  namida_sink_park (sink);
  g_cancellable_cancel (cancellable);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (NamidaJournalSession) parked = namida_journal_find_resumable (f->database, "AB12", "key", &error);
      g_autoptr (NamidaSink) again = NULL;

      g_assert_nonnull (parked);
      g_assert_cmpint (parked->ask, ==, i);
      again = namida_store_sink_new_for (f->store, "AB12", "Phone", "key", NAMIDA_LANDING_LIBRARY, parked);
      g_assert_false (namida_sink_prepare (again, shipment->backup, NULL, wants, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
    }
}

/* A first offer that is canceled while it is being prepared did not fail. */
static void
test_cancel_first_prepare (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = new_sink (f, NAMIDA_LANDING_LIBRARY);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  NamidaWant wants[1] = { { 0 } };

  shipment_add (shipment, "Music", "1.flac", "0123456789", FALSE);
  g_cancellable_cancel (cancellable);
  g_assert_false (namida_sink_prepare (sink, shipment->backup, NULL, wants, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM sessions WHERE state = 'cancelled' AND error IS NULL"),
                   ==, 1);
  assert_no_staging (f);
}

/* Somebody edits a known file while the others are on their way: it is no part of what is called stored. */
static void
test_known_changed (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;
  NamidaFileResult results[1];
  NamidaWant wants[1] = { { 0 } };

  shipment_add (shipment, "Music", "1.flac", "one", TRUE);
  send (f, shipment, NAMIDA_LANDING_LIBRARY, results, NULL);
  sink = namida_store_sink_new_for (f->store, "AB12", "Phone", "another", NAMIDA_LANDING_LIBRARY, NULL);
  g_assert_true (namida_sink_prepare (sink, shipment->backup, NULL, wants, NULL, &error));
  g_assert_false (wants[0].wanted);
  put (f->music, "Music/1.flac", "two");
  g_assert_true (namida_sink_commit (sink, NULL, 0, &error));
  g_assert_no_error (error);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM version_files WHERE version = (SELECT max (id) FROM"
                                         " versions) AND kind = 1"
                                         " AND (SELECT count (*) FROM versions) > 1"),
                   ==, 0);
}

static void
test_discard_and_clean (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) discarded = new_sink (f, NAMIDA_LANDING_BACKUP);
  g_autoptr (NamidaSink) parked = new_sink (f, NAMIDA_LANDING_BACKUP);
  g_autoptr (GError) error = NULL;
  NamidaWant wants[1] = { { 0 } };

  shipment_add (shipment, "Music", "1.flac", "one", FALSE);
  g_assert_true (namida_sink_prepare (discarded, shipment->backup, NULL, wants, NULL, &error));
  namida_sink_discard (discarded);
  assert_no_staging (f);
  g_assert_cmpint (fixture_query_int (f, "SELECT count(*) FROM sessions WHERE state = 'cancelled'"), ==, 1);

  /* A crash: the session stays "open". Young, it is parked; after its days its parts go, and what is not ours stays. */
  g_assert_true (namida_sink_prepare (parked, shipment->backup, NULL, wants, NULL, &error));
  put (f->backups, ".namida-sync-parts/notes", "mine");
  g_assert_true (namida_store_clean (f->store, &error));
  g_assert_cmpint (fixture_query_int (f, "SELECT count(*) FROM sessions WHERE state = 'parked'"), ==, 1);
  namida_clock_set_fake (g_get_real_time () + NAMIDA_LIMIT_PARKED_DAYS * G_TIME_SPAN_DAY - G_TIME_SPAN_HOUR);
  g_assert_true (namida_store_clean (f->store, &error));
  g_assert_cmpint (fixture_query_int (f, "SELECT count(*) FROM sessions WHERE state = 'parked'"), ==, 1);
  namida_clock_set_fake (g_get_real_time () + NAMIDA_LIMIT_PARKED_DAYS * G_TIME_SPAN_DAY + G_TIME_SPAN_HOUR);
  g_assert_null (namida_journal_find_resumable (f->database, "AB12", "key", NULL));
  g_assert_true (namida_store_clean (f->store, &error));
  namida_clock_set_fake (-1);
  g_assert_cmpint (fixture_query_int (f, "SELECT count(*) FROM sessions WHERE state = 'failed'"), ==, 1);
  assert_content ("mine", f->backups, ".namida-sync-parts/notes");
  put (f->backups, ".namida-sync-parts/notes", "");
  {
    g_autofree char *notes = g_build_filename (f->backups, ".namida-sync-parts", "notes", NULL);

    g_assert_cmpint (g_unlink (notes), ==, 0);
  }
  g_assert_true (namida_store_clean (f->store, &error));
  assert_no_staging (f);
}

static ino_t
stat_in (const char *folder, const char *name, nlink_t n_links)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct stat st;

  g_assert_cmpint (g_stat (path, &st), ==, 0);
  g_assert_cmpint (st.st_nlink, ==, n_links);
  g_assert_cmpint (st.st_mode & 0777, ==, 0444);
  g_assert_cmpint (namida_stat_mtime_ns (&st) / 1000000, ==, MTIME_MS);
  return st.st_ino;
}

static void
test_versions (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) first = shipment_new ();
  g_autoptr (Shipment) second = shipment_new ();
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  g_autofree char *three = NULL;
  g_autofree char *numbered = NULL;

  namida_clock_set_fake (G_GINT64_CONSTANT (1784485800000000));
  shipment_add (first, "", "Namida Backup - 1.zip", "zip", TRUE);
  shipment_add (first, "Music", "a/1.flac", "one", TRUE);
  shipment_add (first, "Music", "void", NULL, FALSE);
  shipment_add (second, "", "Namida Backup - 1.zip", "zap", TRUE);
  shipment_add (second, "Music", "a/1.flac", "one", TRUE);
  g_assert_cmpuint (send (f, first, NAMIDA_LANDING_BACKUP, NULL, &one), ==, 2);
  stat_in (one, "Music/Music/a/1.flac", 1);
  /* One file changed: it travels, the other is a link. In the same second: a numbered name. */
  g_assert_cmpuint (send (f, second, NAMIDA_LANDING_BACKUP, NULL, &two), ==, 1);
  numbered = g_strconcat (one, " (2)", NULL);
  g_assert_cmpstr (two, ==, numbered);
  g_assert_cmpuint (stat_in (one, "Music/Music/a/1.flac", 2), ==, stat_in (two, "Music/Music/a/1.flac", 2));
  assert_content ("zip", one, "Namida Backup - 1.zip");
  assert_content ("zap", two, "Namida Backup - 1.zip");
  /* Nothing changed: a version of links. */
  g_assert_cmpuint (send (f, second, NAMIDA_LANDING_BACKUP, NULL, &three), ==, 0);
  stat_in (three, "Namida Backup - 1.zip", 2);
  stat_in (three, "Music/Music/a/1.flac", 3);
  g_assert_cmpint (fixture_query_int (f, "SELECT count(*) FROM versions"), ==, 3);
  g_assert_cmpint (fixture_query_int (f, "SELECT count(*) FROM contents"), ==, 3);
  assert_no_staging (f);
  namida_clock_set_fake (-1);
}

/* A file of an old version that somebody changed is neither linked nor copied. */
/* A single file that is called like the folder of all music: it gets a number, in every version, and no song is lost.
 */
static void
test_single_called_music (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();

  shipment_add (shipment, "", "Music", "a file", TRUE);
  shipment_add (shipment, "Music", "a/1.flac", "one", TRUE);
  for (guint i = 0; i < 3; i++)
    {
      NamidaFileResult results[2];
      g_autofree char *version = NULL;

      send (f, shipment, NAMIDA_LANDING_BACKUP, results, &version);
      g_assert_true (namida_file_result_is_success (results[0]) && namida_file_result_is_success (results[1]));
      assert_content ("a file", version, "Music (2)");
      assert_content ("one", version, "Music/Music/a/1.flac");
    }
  g_assert_cmpint (fixture_query_int (f, "SELECT count(*) FROM versions WHERE complete = 1"), ==, 3);
}

/* What the sender could not read is not in the version, however whole the rest is. */
static void
test_left_out_there (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();

  shipment_add (shipment, "Music", "a/1.flac", "one", TRUE);
  namida_backup_raise_missed_there (shipment->backup, 2);
  send (f, shipment, NAMIDA_LANDING_BACKUP, NULL, NULL);
  g_assert_cmpint (fixture_query_int (f, "SELECT complete FROM versions"), ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT left_out FROM versions"), ==, 2);
  g_assert_cmpint (fixture_query_int (f, "SELECT left_out FROM sessions"), ==, 2);
  g_assert_cmpint (fixture_query_int (f, "SELECT failed_files FROM sessions"), ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT state = 'incomplete' FROM sessions"), ==, 1);
}

/* A file that did not have to travel, and is gone before the version has its name: that is this file's failure. */
static void
test_lost_before_commit (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autofree char *command = NULL;
  g_autoptr (GError) error = NULL;
  NamidaCommit files[2] = { { .index = 0 }, { .index = 1 } };
  NamidaWant wants[2] = { { 0 } };

  shipment_add (shipment, "Music", "a/1.flac", "one", TRUE);
  shipment_add (shipment, "Music", "a/2.flac", "two", TRUE);
  send (f, shipment, NAMIDA_LANDING_BACKUP, NULL, NULL);
  sink = new_sink (f, NAMIDA_LANDING_BACKUP);
  g_assert_true (namida_sink_prepare (sink, shipment->backup, NULL, wants, NULL, &error));
  g_assert_false (wants[0].wanted || wants[1].wanted);
  command
      = g_strdup_printf ("find '%s' -path '*%s*' -name 1.flac -delete", f->backups, namida_sink_get_session_id (sink));
  g_assert_cmpint (system (command), ==, 0);
  g_assert_true (namida_sink_commit (sink, files, 2, &error));
  g_assert_cmpint (files[0].result, ==, NAMIDA_FILE_MISSING);
  g_assert_nonnull (files[0].reason);
  g_assert_cmpint (files[1].result, ==, NAMIDA_FILE_KEPT_EXISTING);
  g_assert_cmpint (fixture_query_int (f, "SELECT complete FROM versions ORDER BY id DESC LIMIT 1"), ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT failed_files FROM sessions ORDER BY rowid DESC LIMIT 1"), ==, 1);
  g_free (files[0].reason);
}

static void
test_version_damaged (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  g_autofree char *path = NULL;
  struct stat st;

  shipment_add (shipment, "Music", "1.flac", "one", TRUE);
  send (f, shipment, NAMIDA_LANDING_BACKUP, NULL, &one);
  path = g_build_filename (one, "Music/Music/1.flac", NULL);
  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
  g_assert_cmpint (g_stat (path, &st), ==, 0);
  {
    /* As bits rot: same size, same time. Then it is writable, so it is not linked; its copy is hashed. */
    struct timespec times[2] = { st.st_atim, st.st_mtim };
    int fd = open (path, O_WRONLY | O_CLOEXEC);

    g_assert_cmpint (write (fd, "onE", 3), ==, 3);
    g_assert_cmpint (futimens (fd, times), ==, 0);
    close (fd);
  }
  g_assert_cmpuint (send (f, shipment, NAMIDA_LANDING_BACKUP, NULL, &two), ==, 1);
  assert_content ("one", two, "Music/Music/1.flac");
  assert_content ("onE", one, "Music/Music/1.flac");
}

static void
test_manifest (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (GBytes) manifest = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;

  shipment_add (shipment, "", "Namida Backup - 1.zip", "zip", TRUE);
  manifest = namida_manifest_build (shipment->backup, "device", "linux", MTIME_MS);
  name = namida_manifest_file_name (manifest);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (NamidaSink) sink = new_sink (f, i == 0 ? NAMIDA_LANDING_LIBRARY : NAMIDA_LANDING_BACKUP);
      g_autofree char *folder = NULL;
      g_autofree char *text = NULL;

      g_assert_true (shipment_send (shipment, sink, manifest, NULL, NULL, &error));
      g_assert_no_error (error);
      folder = namida_sink_dup_folder (sink);
      text = fixture_read (folder, name, NULL);
      g_assert_nonnull (text);
      g_assert_cmpmem (text, strlen (text), g_bytes_get_data (manifest, NULL), g_bytes_get_size (manifest));
    }
}

/* More than the fsync of each would take: the other way to be durable. */
static void
test_many (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  NamidaFileResult results[200];

  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *path = g_strdup_printf ("%u/%u.flac", i % 80, i);

      shipment_add (shipment, "Music", path, path, FALSE);
    }
  g_assert_cmpuint (send (f, shipment, NAMIDA_LANDING_LIBRARY, results, NULL), ==, 200);
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *path = g_strdup_printf ("%u/%u.flac", i % 80, i);
      g_autofree char *name = g_build_filename ("Music", path, NULL);

      g_assert_cmpint (results[i], ==, NAMIDA_FILE_STORED);
      assert_content (path, f->music, name);
    }
}

/* ---- other file systems, in a namespace of their own ---- */

static void
two_roots (Fixture *f)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autofree char *hidden = g_build_filename (f->music, ".namida-sync-parts", NULL);
  NamidaFileResult results[2];

  fixture_mount_small (f->music);
  shipment_add (shipment, "", "Namida Backup - 1.zip", "zip", FALSE);
  shipment_add (shipment, "Music", "1.flac", "one", FALSE);
  send (f, shipment, NAMIDA_LANDING_LIBRARY, results, NULL);
  assert_content ("zip", f->backups, "Phone/Namida Backup - 1.zip");
  assert_content ("one", f->music, "Music/1.flac");
  g_assert_false (g_file_test (hidden, G_FILE_TEST_EXISTS));
  assert_no_staging (f);
}

static void
test_two_roots (Fixture *f, gconstpointer data)
{
  fixture_in_namespace (f, two_roots);
}

/* Both folders on one file system, and a mount between them: the rename fails with EXDEV. */
static void
bind_mount (Fixture *f)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autofree char *real = g_build_filename (f->base, "real", NULL);
  g_autofree char *song = g_build_filename (f->music, "Music", "1.flac", NULL);
  NamidaFileResult results[1];
  struct stat st;

  g_assert_cmpint (g_mkdir (real, 0755), ==, 0);
  g_assert_cmpint (g_mkdir (f->music, 0755), ==, 0);
  g_assert_cmpint (mount (real, f->music, NULL, MS_BIND, NULL), ==, 0);
  shipment_add (shipment, "Music", "1.flac", "one", FALSE);
  send (f, shipment, NAMIDA_LANDING_LIBRARY, results, NULL);
  g_assert_cmpint (results[0], ==, NAMIDA_FILE_STORED);
  assert_content ("one", real, "Music/1.flac");
  g_assert_cmpint (g_stat (song, &st), ==, 0);
  g_assert_cmpint (namida_stat_mtime_ns (&st) / 1000000, ==, MTIME_MS);
  assert_no_staging (f);
}

static void
test_bind_mount (Fixture *f, gconstpointer data)
{
  fixture_in_namespace (f, bind_mount);
}

static void
full_disk (Fixture *f)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (Shipment) small = shipment_new ();
  g_autoptr (NamidaSink) sink = new_sink (f, NAMIDA_LANDING_LIBRARY);
  g_autoptr (NamidaSink) second = new_sink (f, NAMIDA_LANDING_LIBRARY);
  g_autoptr (GError) error = NULL;
  g_autofree char *content = g_strnfill (3 * 1024 * 1024, 'x');
  g_autofree char *filler = g_strnfill (1024 * 1024, 'y');
  g_autofree char *hidden = g_build_filename (f->music, ".namida-sync-parts", NULL);
  NamidaWant wants[1] = { { 0 } };

  fixture_mount_small (f->music);
  shipment_add (shipment, "Music", "big.flac", content, FALSE);
  g_assert_false (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE);
  g_assert_nonnull (strstr (error->message, "1.0"));
  g_assert_nonnull (strstr (error->message, f->music));
  g_assert_false (g_file_test (hidden, G_FILE_TEST_EXISTS));
  g_clear_error (&error);

  /* There was room when it was asked, and there is none now. */
  content[1500 * 1024] = '\0';
  shipment_add (small, "Music", "big.flac", content, FALSE);
  g_assert_true (namida_sink_prepare (second, small->backup, NULL, wants, NULL, &error));
  put (f->music, "filler", filler);
  g_assert_cmpint (namida_sink_open_part (second, 0, 0, NULL, &error), ==, -1);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE);
}

static void
test_full_disk (Fixture *f, gconstpointer data)
{
  fixture_in_namespace (f, full_disk);
}

static void
test_settings (Fixture *f, gconstpointer data)
{
  g_autofree char *destination = namida_store_dup_destination (f->store, NAMIDA_LANDING_BACKUP, "../My phone");
  g_autofree char *parent = g_path_get_dirname (destination);

  g_assert_cmpstr (parent, ==, f->backups);
  g_assert_cmpuint (namida_store_free_bytes (f->store, NAMIDA_LANDING_LIBRARY), >, 0);
}

#define ADD(name, function) g_test_add ("/store/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("two-roots", test_two_roots);
  ADD ("bind-mount", test_bind_mount);
  ADD ("full-disk", test_full_disk);
  ADD ("library", test_library);
  ADD ("times", test_times);
  ADD ("known", test_known);
  ADD ("known-edited", test_known_edited);
  ADD ("copied", test_copied);
  ADD ("clash", test_clash);
  ADD ("links", test_links);
  ADD ("root-link", test_root_link);
  ADD ("names", test_names);
  ADD ("unsafe", test_unsafe);
  ADD ("mismatch", test_mismatch);
  ADD ("offsets", test_offsets);
  ADD ("cancel-prepare", test_cancel_prepare);
  ADD ("cancel-first-prepare", test_cancel_first_prepare);
  ADD ("known-changed", test_known_changed);
  ADD ("discard-and-clean", test_discard_and_clean);
  ADD ("versions", test_versions);
  ADD ("single-called-music", test_single_called_music);
  ADD ("left-out-there", test_left_out_there);
  ADD ("lost-before-commit", test_lost_before_commit);
  ADD ("version-damaged", test_version_damaged);
  ADD ("manifest", test_manifest);
  ADD ("many", test_many);
  ADD ("settings", test_settings);
  return g_test_run ();
}
