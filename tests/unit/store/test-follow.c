/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests versions whose folder has another path: the drive is mounted at another place, or the portal has another name
 * for the folder. */
#include "store-fixture.h"

#include "namida-error.h"
#include "namida-removal.h"
#include "namida-version-follow.h"
#include "namida-version-record.h"
#include "namida-version-trash.h"

#include <glib/gstdio.h>
#include <unistd.h>

static guint
send (Fixture *f, const char *song, char **folder)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;
  guint wanted = 0;

  shipment_add (shipment, "Music", "Björk/1.flac", song, TRUE);
  shipment_add (shipment, "", "Namida Backup - 1.zip", "zip", TRUE);
  sink = namida_store_sink_new_for (f->store, "AB12", "Phone", song, NAMIDA_LANDING_BACKUP, NULL);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, &wanted, &error));
  g_assert_no_error (error);
  *folder = namida_sink_dup_folder (sink);
  return wanted;
}

/* The n-th newest, counted from 0. (transfer full) */
static char *
dup_path (Fixture *f, guint n)
{
  g_autoptr (GPtrArray) records = namida_version_record_list (f->database, FALSE, NULL);

  g_assert_nonnull (records);
  g_assert_cmpuint (n, <, records->len);
  return g_strdup (((NamidaVersionRecord *) g_ptr_array_index (records, n))->path);
}

static void
assert_path (Fixture *f, guint n, const char *expected)
{
  g_autofree char *path = dup_path (f, n);

  g_assert_cmpstr (path, ==, expected);
}

static char *
move (Fixture *f, const char *name)
{
  char *to = g_build_filename (f->base, name, NULL);

  g_assert_cmpint (g_rename (f->backups, to), ==, 0);
  return to;
}

static void
test_followed (Fixture *f, gconstpointer data)
{
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  g_autofree char *elsewhere = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *text = NULL;

  g_assert_cmpuint (send (f, "song", &one), ==, 2);
  elsewhere = move (f, "another place");
  expected = g_strconcat (elsewhere, one + strlen (f->backups), NULL);

  /* Not before it is the folder for backups, and not when it is somewhere else. */
  namida_version_follow (f->store, NULL);
  assert_path (f, 0, one);
  namida_store_set_folders (f->store, elsewhere, NULL);
  namida_version_follow (f->store, NULL);
  assert_path (f, 0, expected);
  text = fixture_read (expected, "Namida Backup - 1.zip", NULL);
  g_assert_cmpstr (text, ==, "zip");
  g_assert_cmpint (fixture_query_int (f, "SELECT count(*) FROM sessions WHERE destination LIKE '%/another place/%'"),
                   ==, 1);

  /* The next version links what is in it. */
  g_assert_cmpuint (send (f, "song", &two), ==, 0);
  /* Nothing to do any more. */
  namida_version_follow (f->store, NULL);
  assert_path (f, 0, two);
  assert_path (f, 1, expected);
}

static void
test_left_alone (Fixture *f, gconstpointer data)
{
  g_autofree char *one = NULL;
  g_autofree char *other = g_build_filename (f->base, "other", NULL);
  g_autofree char *place = NULL;
  g_autofree char *song = NULL;
  g_autofree char *moved = NULL;

  send (f, "song", &one);
  /* It is still there: another folder is only for what comes. */
  place = g_strconcat (other, one + strlen (f->backups), "/Music/Music/Björk", NULL);
  song = g_build_filename (place, "1.flac", NULL);
  g_assert_cmpint (g_mkdir_with_parents (place, 0755), ==, 0);
  g_assert_true (g_file_set_contents (song, "song", -1, NULL));
  namida_store_set_folders (f->store, other, NULL);
  namida_version_follow (f->store, NULL);
  assert_path (f, 0, one);
  /* It is gone, and what has its name is something else. */
  moved = move (f, "moved");
  g_assert_true (g_file_set_contents (song, "another song", -1, NULL));
  namida_version_follow (f->store, NULL);
  assert_path (f, 0, one);
  /* Nor is it a folder with none of its files. */
  g_assert_cmpint (g_unlink (song), ==, 0);
  namida_version_follow (f->store, NULL);
  assert_path (f, 0, one);
}

/* What is in the trash, or was being removed, has left its place, and goes with its store. */
static void
test_trash (Fixture *f, gconstpointer data)
{
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  g_autofree char *elsewhere = NULL;
  g_autofree char *expected = NULL;
  g_autoptr (NamidaVersionRecord) first = NULL;
  g_autoptr (GError) error = NULL;

  send (f, "song", &one);
  send (f, "other", &two);
  first = namida_version_record_find (f->database, "1", NULL);
  g_assert_true (namida_version_trash_put (f->database, first, &error));
  g_assert_true (namida_version_record_claim (f->database, "2", &error));
  elsewhere = move (f, "another place");
  expected = g_strconcat (elsewhere, one + strlen (f->backups), NULL);
  g_assert_false (namida_version_trash_take_back (f->database, "1", &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE);
  g_clear_error (&error);
  namida_store_set_folders (f->store, elsewhere, NULL);
  namida_version_follow (f->store, NULL);
  g_assert_true (namida_removal_resume (f->database, &error));
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions WHERE id = 2"), ==, 0);
  g_assert_true (namida_version_trash_take_back (f->database, "1", &error));
  g_assert_no_error (error);
  assert_path (f, 0, expected);
  g_assert_true (g_file_test (expected, G_FILE_TEST_IS_DIR));
}

/* A copy of all backups is made on another drive, and is the folder for backups from now on: what is still in its old
 * place stays that. */
static void
test_copied (Fixture *f, gconstpointer data)
{
  g_autofree char *other = g_build_filename (f->base, "other", NULL);
  g_autofree char *one = NULL;
  g_autofree char *copy = NULL;
  const char *argv[] = { "cp", "-a", f->backups, other, NULL };
  int status = -1;

  send (f, "song", &one);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
  namida_store_set_folders (f->store, other, NULL);
  namida_version_follow (f->store, NULL);
  assert_path (f, 0, one);
  /* Until it is gone from there. */
  copy = move (f, "unplugged");
  namida_version_follow (f->store, NULL);
  g_clear_pointer (&copy, g_free);
  copy = g_strconcat (other, one + strlen (f->backups), NULL);
  assert_path (f, 0, copy);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/follow/followed", Fixture, NULL, fixture_set_up, test_followed, fixture_tear_down);
  g_test_add ("/follow/left-alone", Fixture, NULL, fixture_set_up, test_left_alone, fixture_tear_down);
  g_test_add ("/follow/trash", Fixture, NULL, fixture_set_up, test_trash, fixture_tear_down);
  g_test_add ("/follow/copied", Fixture, NULL, fixture_set_up, test_copied, fixture_tear_down);
  return g_test_run ();
}
