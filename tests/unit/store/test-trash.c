/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the trash of a store after a lost database, after the clock was set back, and when a name is in use. A version
 * in the trash becomes a version again or stays in the trash; a version that was never read does not cause the removal
 * of another one. */
#include "config.h"

#include "store-fixture.h"

#include "namida-error.h"
#include "namida-removal.h"
#include "namida-retention-apply.h"
#include "namida-store-mark.h"
#include "namida-store-owner.h"
#include "namida-trash-find.h"
#include "namida-verify.h"
#include "namida-version-adopt.h"
#include "namida-version-record.h"
#include "namida-version-trash.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* (transfer full): the folder of the version */
static char *
trash_receive (Fixture *f, const char *key)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;

  shipment_add (shipment, "Music", "A/1.flac", "the same", FALSE);
  shipment_add (shipment, "Music", "A/2.flac", key, FALSE);
  sink = namida_store_sink_new_for (f->store, "AB12", "Phone: 1?", key, NAMIDA_LANDING_BACKUP, NULL);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  return namida_sink_dup_folder (sink);
}

static void
trash_put (Fixture *f, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVersionRecord) record = namida_version_record_find (f->database, id, &error);

  g_assert_no_error (error);
  g_assert_true (namida_version_trash_put (f->database, record, &error));
  g_assert_no_error (error);
}

/* All that the database knew, but whose it is. */
static void
trash_lose_database (Fixture *f)
{
  g_assert_true (namida_database_exec (f->database, NULL, "DELETE FROM versions", ""));
  g_assert_true (namida_database_exec (f->database, NULL, "DELETE FROM contents", ""));
  g_assert_true (namida_database_exec (f->database, NULL, "DELETE FROM lists", ""));
}

static void
test_lost (Fixture *f, gconstpointer data)
{
  g_autofree char *one = trash_receive (f, "one");
  g_autofree char *two = trash_receive (f, "two");
  g_autofree char *hidden = g_build_filename (f->backups, NAMIDA_VERSION_TRASH, NULL);

  trash_put (f, "1");
  g_assert_false (g_file_test (one, G_FILE_TEST_EXISTS));
  /* What a row stands for stays in the trash. */
  g_assert_cmpuint (namida_trash_find (f->database, f->backups, TRUE), ==, 0);
  trash_lose_database (f);
  namida_version_adopt_stores (f->database, NULL);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions WHERE removing = 0"), ==, 2);
  g_assert_false (g_file_test (hidden, G_FILE_TEST_EXISTS));
  fixture_check_sums (one);
  fixture_check_sums (two);
}

/* Of another program, whose database may be alive: only a person takes it. */
static void
test_others (Fixture *f, gconstpointer data)
{
  g_autofree char *one = trash_receive (f, "one");
  g_autofree char *own = g_build_filename (f->backups, NAMIDA_VERSION_TRASH, "0000000000000000", NULL);
  g_autofree char *other = g_build_filename (f->backups, NAMIDA_VERSION_TRASH, "fedcba9876543210", NULL);

  trash_put (f, "1");
  g_assert_cmpint (g_rename (own, other), ==, 0);
  trash_lose_database (f);
  namida_version_adopt_stores (f->database, NULL);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions"), ==, 0);
  g_assert_true (g_file_test (other, G_FILE_TEST_IS_DIR));
  g_assert_cmpuint (namida_trash_find (f->database, f->backups, TRUE), ==, 1);
  fixture_check_sums (one);
}

/* A version that came after the clock was set back has the name of the one in the trash. */
static void
test_name_taken (Fixture *f, gconstpointer data)
{
  g_autofree char *one = trash_receive (f, "one");
  g_autofree char *next = g_strconcat (one, " (2)", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  trash_put (f, "1");
  g_assert_cmpint (g_mkdir_with_parents (one, 0755), ==, 0);
  g_assert_true (namida_version_trash_take_back (f->database, "1", &error));
  g_assert_no_error (error);
  fixture_check_sums (next);
  text = g_strdup_printf ("SELECT count (*) FROM versions WHERE removing = 0 AND pinned = 1 AND path = '%s'", next);
  g_assert_cmpint (fixture_query_int (f, text), ==, 1);
}

/* What lies there is no version, and is not touched; the version stays one. */
static void
test_place_taken (Fixture *f, gconstpointer data)
{
  g_autofree char *one = trash_receive (f, "one");
  g_autofree char *place
      = g_build_filename (f->backups, NAMIDA_VERSION_TRASH, "0000000000000000", "version-1", "x", NULL);
  g_autoptr (NamidaVersionRecord) record = namida_version_record_find (f->database, "1", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (place, 0755), ==, 0);
  g_assert_cmpuint (namida_trash_find (f->database, f->backups, TRUE), ==, 0);
  g_assert_false (namida_version_trash_put (f->database, record, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (fixture_query_int (f, "SELECT removing FROM versions"), ==, 0);
  g_assert_true (g_file_test (place, G_FILE_TEST_IS_DIR));
  fixture_check_sums (one);
}

/* Files in a person's own folders stay when their version is moved to the trash, and nothing is gained by its leaving
 * that early. */
static void
test_room_of_library (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;
  int fd;

  shipment_add (shipment, "", "Namida Backup - 1.zip", "zip", FALSE);
  shipment_add (shipment, "Music", "A/1.flac", "song", FALSE);
  sink = namida_store_sink_new_for (f->store, "AB12", "Phone", "library", NAMIDA_LANDING_LIBRARY, NULL);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  trash_put (f, "1");
  fd = open (f->backups, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_assert_false (namida_version_trash_make_room (f->database, fd, G_MAXUINT64, 0));
  close (fd);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions WHERE removing = 2"), ==, 1);
}

/* Emptying the trash deletes what is in it for good, and nothing else. */
static void
test_empty (Fixture *f, gconstpointer data)
{
  g_autofree char *one = trash_receive (f, "one");
  g_autofree char *two = trash_receive (f, "two");
  g_autofree char *three = trash_receive (f, "three");
  g_autoptr (GPtrArray) left = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (namida_version_trash_empty (f->database, &error));
  g_assert_no_error (error);
  trash_put (f, "1");
  trash_put (f, "2");
  g_assert_true (namida_version_trash_empty (f->database, &error));
  g_assert_no_error (error);
  left = namida_version_trash_describe (f->database, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (left->len, ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions"), ==, 1);
  g_assert_false (g_file_test (one, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (two, G_FILE_TEST_EXISTS));
  fixture_check_sums (three);
}

/* Room is being made while somebody takes a version back: before the trash comes to it, and between the two steps of
 * taking it back. Neither is removed. */
static void
test_taken_back_meanwhile (Fixture *f, gconstpointer data)
{
  g_autofree char *one = trash_receive (f, "one");
  g_autofree char *two = trash_receive (f, "two");
  g_autofree char *three = trash_receive (f, "three");
  g_autofree char *owner = namida_store_dup_owner (f->database);
  g_autofree char *moved = g_build_filename (f->backups, NAMIDA_VERSION_TRASH, owner, "version-2", NULL);
  g_autofree char *device = g_path_get_dirname (two);
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GPtrArray) back = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  trash_put (f, "1");
  trash_put (f, "2");
  trash_put (f, "3");
  records = namida_version_record_list (f->database, NAMIDA_VERSION_TRASHED, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (records->len, ==, 3);
  g_assert_true (namida_version_trash_take_back (f->database, "1", &error));
  g_assert_no_error (error);
  /* What was taken back is passed over, and that is no error. */
  g_ptr_array_add (back, g_ptr_array_index (records, records->len - 1));
  g_assert_cmpint (((NamidaVersionRecord *) back->pdata[0])->id, ==, 1);
  g_assert_true (namida_removal_purge (f->database, back, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_mkdir_with_parents (device, 0755), ==, 0);
  fixture_open_up (moved);
  g_assert_cmpint (g_rename (moved, two), ==, 0);

  g_assert_false (namida_removal_purge (f->database, records, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
  g_assert_false (g_file_test (three, G_FILE_TEST_EXISTS));
  fixture_check_sums (one);
  fixture_check_sums (two);
  g_assert_cmpint (fixture_query_int (f, "SELECT pinned FROM versions WHERE id = 1 AND removing = 0"), ==, 1);
  g_assert_cmpint (fixture_query_int (f, "SELECT removing FROM versions WHERE id = 2"), ==, 2);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions"), ==, 2);
}

/* Somebody put the folder of another version in the place of the one that is removed: that one stays. */
static void
test_place_of_another (Fixture *f, gconstpointer data)
{
  g_autofree char *one = trash_receive (f, "one");
  g_autofree char *two = trash_receive (f, "two");
  g_autofree char *old = g_strconcat (one, "-old", NULL);
  const char *ids[] = { "1", NULL };
  g_autoptr (NamidaRemoval) removal = NULL;
  g_autoptr (GError) error = NULL;

  fixture_open_up (one);
  fixture_open_up (two);
  g_assert_cmpint (g_rename (one, old), ==, 0);
  g_assert_cmpint (g_rename (two, one), ==, 0);
  removal = namida_removal_run (f->database, ids, FALSE, &error);
  g_assert_no_error (error);
  g_assert_nonnull (removal);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions WHERE id = 1"), ==, 0);
  fixture_check_sums (one);
}

static guint
trash_count_chosen (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  gint64 seen = G_MAXINT64;
  g_autoptr (NamidaRemoval) removal
      = namida_retention_apply (f->database, (NamidaRetention){ .last = 1 }, &seen, TRUE, &error);

  g_assert_no_error (error);
  return removal->versions;
}

/* The oldest version cannot be moved, because its name in the trash is in use: neither it nor its files are counted. */
static void
test_cannot_move (Fixture *f, gconstpointer data)
{
  g_autofree char *one = trash_receive (f, "one");
  g_autofree char *two = trash_receive (f, "two");
  G_GNUC_UNUSED g_autofree char *three = trash_receive (f, "three");
  g_autofree char *owner = namida_store_dup_owner (f->database);
  g_autofree char *taken = g_build_filename (f->backups, NAMIDA_VERSION_TRASH, owner, "version-1", "in-use", NULL);
  NamidaRetention policy = { .last = 1 };
  gint64 seen = G_MAXINT64;
  g_autoptr (NamidaRemoval) would = NULL;
  g_autoptr (NamidaRemoval) removal = NULL;
  g_autoptr (GError) error = NULL;

  would = namida_retention_apply (f->database, policy, &seen, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (would->versions, ==, 2);
  g_assert_cmpuint (would->files, ==, 4);
  g_assert_cmpint (g_mkdir_with_parents (taken, 0700), ==, 0);
  removal = namida_retention_apply (f->database, policy, &seen, FALSE, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_test (one, G_FILE_TEST_IS_DIR));
  g_assert_false (g_file_test (two, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (removal->versions, ==, 1);
  g_assert_cmpuint (removal->files, ==, 2);
  /* Both versions have one file of their own. The other one is shared by all three. */
  g_assert_cmpuint (removal->bytes, ==, would->bytes / 2);
}

/* The newest version that was found has been edited by hand: nobody has read it, and nothing goes for it. */
static void
test_found_unread (Fixture *f, gconstpointer data)
{
  g_autofree char *one = trash_receive (f, "one");
  g_autofree char *two = trash_receive (f, "two");
  g_autofree char *song = g_build_filename (two, "Music", "Music", "A", "2.flac", NULL);
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (trash_count_chosen (f), ==, 1);
  fixture_open_up (song);
  g_assert_true (g_file_set_contents (song, "by", -1, NULL));
  trash_lose_database (f);
  namida_version_adopt_stores (f->database, NULL);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions"), ==, 2);
  g_assert_cmpuint (trash_count_chosen (f), ==, 0);
  report = namida_verify_run (f->database, NULL, FALSE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (namida_verify_report_is_clean (report));
  g_assert_cmpuint (trash_count_chosen (f), ==, 0);
  fixture_check_sums (one);
}

/* Those that are intact count as soon as they have been read. */
static void
test_found_read (Fixture *f, gconstpointer data)
{
  G_GNUC_UNUSED g_autofree char *one = trash_receive (f, "one");
  G_GNUC_UNUSED g_autofree char *two = trash_receive (f, "two");
  g_autoptr (NamidaVerifyReport) report = NULL;

  trash_lose_database (f);
  namida_version_adopt_stores (f->database, NULL);
  g_assert_cmpuint (trash_count_chosen (f), ==, 0);
  report = namida_verify_run (f->database, NULL, FALSE, NULL, NULL, NULL, NULL);
  g_assert_true (namida_verify_report_is_clean (report));
  g_assert_cmpuint (trash_count_chosen (f), ==, 1);
}

/* The folder of the device belongs to somebody else: the words say so, and the version stays in the list. */
static void
test_not_ours (Fixture *f, gconstpointer data)
{
  g_autofree char *one = trash_receive (f, "one");
  g_autofree char *two = trash_receive (f, "two");
  g_autofree char *device = g_path_get_dirname (one);
  const char *ids[] = { "2", NULL };
  g_autoptr (NamidaRemoval) removal = NULL;
  g_autoptr (GError) error = NULL;

  trash_put (f, "1");
  g_assert_cmpint (chmod (device, 0555), ==, 0);
  removal = namida_removal_run (f->database, ids, FALSE, &error);
  g_assert_cmpint (chmod (device, 0755), ==, 0);
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, g_strerror (EACCES)));
  g_assert_cmpint (fixture_query_int (f, "SELECT removing FROM versions WHERE id = 2"), ==, 0);
  fixture_check_sums (two);
}

#define ADD(name, function) g_test_add ("/trash/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  if (!fixtures_leave_root ())
    return 0;
  g_test_init (&argc, &argv, NULL);
  ADD ("lost", test_lost);
  ADD ("others", test_others);
  ADD ("name-taken", test_name_taken);
  ADD ("place-taken", test_place_taken);
  ADD ("room-of-library", test_room_of_library);
  ADD ("empty", test_empty);
  ADD ("taken-back-meanwhile", test_taken_back_meanwhile);
  ADD ("place-of-another", test_place_of_another);
  ADD ("cannot-move", test_cannot_move);
  ADD ("found-unread", test_found_unread);
  ADD ("found-read", test_found_read);
  ADD ("not-ours", test_not_ours);
  return g_test_run ();
}
