/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests what the store does not touch: a pinned version when others are removed with it, a damaged file of the user's
 * own, parts of another device, and another version at the path of one. Also tests to what extent a user has consented.
 */
#include "config.h"

#include "store-fixture.h"

#include "namida-error.h"
#include "namida-journal.h"
#include "namida-removal.h"
#include "namida-restore-private.h"
#include "namida-verify.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void
receive (Fixture *f, NamidaLanding landing, const char *key, const char *song)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = namida_store_sink_new_for (f->store, "AA", "Phone", key, landing, NULL);
  g_autoptr (GError) error = NULL;

  shipment_add (shipment, "Music", "1.flac", song, TRUE);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
}

/* One of several is pinned: none of them goes. */
static void
test_pinned_among_others (Fixture *f, gconstpointer data)
{
  const char *const ids[] = { "1", "2", NULL };
  g_autoptr (GError) error = NULL;

  receive (f, NAMIDA_LANDING_BACKUP, "one", "song 1");
  receive (f, NAMIDA_LANDING_BACKUP, "two", "song 2");
  g_assert_true (namida_database_exec (f->database, NULL, "UPDATE versions SET pinned = 1 WHERE id = 2", ""));
  g_assert_null (namida_removal_run (f->database, ids, FALSE, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions WHERE removing = 0"), ==, 2);
}

/* There is a whole copy in a version; size and time are what they were. */
static void
test_own_file (Fixture *f, gconstpointer data)
{
  g_autofree char *song = g_build_filename (f->music, "Music", "1.flac", NULL);
  g_autofree char *text = NULL;
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (GError) error = NULL;
  struct stat st;

  receive (f, NAMIDA_LANDING_LIBRARY, "one", "song 1");
  receive (f, NAMIDA_LANDING_BACKUP, "two", "song 1");
  g_assert_cmpint (g_stat (song, &st), ==, 0);
  g_assert_true (g_file_set_contents_full (song, "song 7", 6, G_FILE_SET_CONTENTS_NONE, 0644, &error));
  g_assert_cmpint (utimensat (AT_FDCWD, song, (struct timespec[2]){ st.st_mtim, st.st_mtim }, 0), ==, 0);
  report = namida_verify_run (f->database, NULL, TRUE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->repaired, ==, 0);
  g_assert_true (g_file_get_contents (song, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "song 7");
}

static void
test_parked (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = namida_store_sink_new_for (f->store, "AA", "Phone", "key", NAMIDA_LANDING_BACKUP, NULL);
  g_autoptr (GError) error = NULL;
  NamidaWant want = { 0 };
  const char *id;

  shipment_add (shipment, "Music", "1.flac", "song 1", TRUE);
  g_assert_true (namida_sink_prepare (sink, shipment->backup, NULL, &want, NULL, &error));
  namida_sink_park (sink);
  id = namida_sink_get_session_id (sink);
  g_assert_true (namida_journal_drop_parked (f->database, "BB", id, &error));
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM sessions WHERE state = 'parked'"), ==, 1);
  g_assert_true (namida_journal_drop_parked (f->database, "AA", id, &error));
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM sessions WHERE state = 'parked'"), ==, 0);
  g_assert_no_error (error);
}

static void
test_covers (void)
{
  NamidaJournalSession session = { .agreed_files = 10, .agreed_bytes = 1000, .agreed_at = 1 };

  session.agreed_by = (char *) NAMIDA_AGREED_PERSON;
  g_assert_true (namida_journal_session_covers (&session, 1000, 10));
  g_assert_true (namida_journal_session_covers (&session, 0, 0));
  g_assert_false (namida_journal_session_covers (&session, 1001, 10));
  g_assert_false (namida_journal_session_covers (&session, 1000, 11));
  session.agreed_by = NULL;
  g_assert_false (namida_journal_session_covers (&session, 0, 0));
}

/* @original: where the device has this music. (transfer full): the folder of the version */
static char *
receive_music_of (Fixture *f, const char *device, const char *original)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autofree char *text = g_strdup_printf (
      "{\"folders\":[{\"label\":\"Music\",\"originalPath\":\"%s\",\"files\":[{\"name\":\"1.flac\"}]}]}", original);
  g_autoptr (GBytes) manifest = g_bytes_new (text, strlen (text));
  g_autoptr (NamidaSink) sink
      = namida_store_sink_new_for (f->store, device, device, device, NAMIDA_LANDING_BACKUP, NULL);
  g_autoptr (GError) error = NULL;

  shipment_add (shipment, "Music", "1.flac", original, FALSE);
  g_assert_true (shipment_send (shipment, sink, manifest, NULL, NULL, &error));
  g_assert_no_error (error);
  return namida_sink_dup_folder (sink);
}

/* The version of another device is in the place of the one that says where this device has its music. */
static void
test_replaced_there (Fixture *f, gconstpointer data)
{
  g_autofree char *one = receive_music_of (f, "AB12", "/storage/emulated/0/Music");
  g_autofree char *two = receive_music_of (f, "CD34", "/home/somebody/Music");
  g_autofree char *gone = g_strconcat (f->backups, "-gone", NULL);
  g_autoptr (NamidaMusicHere) before = NULL;
  g_autoptr (NamidaMusicHere) after = NULL;
  g_autoptr (GError) error = NULL;
  NamidaDevice device;

  before = namida_restore_there_read (f->database, "AB12", "AB12", &device, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (before);
  g_assert_cmpuint (before->folders->len, ==, 1);
  g_assert_cmpstr (before->folders->pdata[0], ==, "/storage/emulated/0/Music");
  fixture_open_up (f->backups);
  fixture_open_up (one);
  fixture_open_up (two);
  g_assert_cmpint (g_rename (one, gone), ==, 0);
  g_assert_cmpint (g_rename (two, one), ==, 0);
  after = namida_restore_there_read (f->database, "AB12", "AB12", &device, NULL, NULL, &error);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
  g_assert_null (after);
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, fixture_set_up, test, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/not-ours/pinned-among-others", test_pinned_among_others);
  ADD ("/not-ours/own-file", test_own_file);
  ADD ("/not-ours/replaced-there", test_replaced_there);
  ADD ("/not-ours/parked", test_parked);
  g_test_add_func ("/not-ours/covers", test_covers);
  return g_test_run ();
}
