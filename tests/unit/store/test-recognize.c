/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that the versions of a store are recognized if its mark was deleted and another computer has written a new one.
 */
#include "config.h"

#include "store-fixture.h"

#include "namida-clock.h"
#include "namida-removal.h"
#include "namida-store-mark.h"
#include "namida-version-adopt.h"
#include "namida-version-private.h"
#include "namida-version-recognize.h"
#include "namida-version-trash.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define OTHER "11111111-2222-4333-8444-555555555555"

/* Returns: (transfer full): the folder of a new version with two songs. */
static char *
send (Fixture *f, const char *key, NamidaLanding landing)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = namida_store_sink_new_for (f->store, "AB12", "Phone", key, landing, NULL);
  g_autoptr (GError) error = NULL;

  shipment_add (shipment, "Music", "1.flac", key, FALSE);
  shipment_add (shipment, "Music", "2.flac", "shared", FALSE);
  if (landing == NAMIDA_LANDING_LIBRARY)
    shipment_add (shipment, "", "Namida Backup - 2026-11-30 10.00.00.zip", "zip", FALSE);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  return namida_sink_dup_folder (sink);
}

static void
remake_mark (Fixture *f)
{
  g_autofree char *mark = g_build_filename (f->backups, NAMIDA_STORE_MARK_NAME, NULL);
  const char *text = "{\"format\":1,\"uuid\":\"" OTHER "\",\"writers\":[]}\n";

  g_assert_cmpint (g_unlink (mark), ==, 0);
  g_assert_true (g_file_set_contents (mark, text, -1, NULL));
}

/* As loading the list of versions does. */
static void
look (Fixture *f)
{
  int fd = open (f->backups, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_autoptr (GError) error = NULL;

  g_assert_true (namida_store_mark_ensure (f->database, f->backups, fd, &error));
  g_assert_no_error (error);
  close (fd);
  namida_version_adopt_stores (f->database, NULL);
}

static void
check_all_here (Fixture *f, guint n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) facts = namida_version_facts_load (f->database, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (facts->len, ==, n);
  for (guint i = 0; i < facts->len; i++)
    {
      const NamidaVersionFacts *one = g_ptr_array_index (facts, i);

      g_assert_true (one->present && !one->elsewhere);
      g_assert_cmpstr (one->record->store, ==, OTHER);
    }
}

static void
test_pins_stay (Fixture *f, gconstpointer data)
{
  g_free (send (f, "one", NAMIDA_LANDING_BACKUP));
  g_free (send (f, "two", NAMIDA_LANDING_BACKUP));
  g_free (send (f, "three", NAMIDA_LANDING_LIBRARY));
  g_assert_true (namida_database_exec (f->database, NULL, "UPDATE versions SET pinned = 1 WHERE id = 1", ""));
  remake_mark (f);
  look (f);
  check_all_here (f, 3);
  g_assert_cmpint (fixture_query_int (f, "SELECT pinned FROM versions WHERE id = 1"), ==, 1);
  look (f); /* nothing is left to do */
  check_all_here (f, 3);
}

/* Its list of hashes lost a line: what is left of it is still that of the version. */
static void
test_damaged_record (Fixture *f, gconstpointer data)
{
  g_autofree char *one = send (f, "one", NAMIDA_LANDING_BACKUP);
  g_autofree char *sums = g_build_filename (one, "SHA256SUMS", NULL);
  g_autofree char *text = fixture_read (one, "SHA256SUMS", NULL);

  fixture_open_up (sums);
  g_assert_cmpint (g_chmod (sums, 0644), ==, 0);
  text[0] = 'x';
  g_assert_true (g_file_set_contents_full (sums, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  remake_mark (f);
  look (f);
  check_all_here (f, 1);
}

static void
test_trash_and_removal (Fixture *f, gconstpointer data)
{
  g_autofree char *one = send (f, "one", NAMIDA_LANDING_BACKUP);
  g_autofree char *two = send (f, "two", NAMIDA_LANDING_BACKUP);
  g_autofree char *removed = NULL;
  g_autoptr (NamidaVersionRecord) first = namida_version_record_find (f->database, "1", NULL);
  g_autoptr (GError) error = NULL;

  g_free (send (f, "three", NAMIDA_LANDING_BACKUP));
  g_assert_true (namida_version_trash_put (f->database, first, &error));
  g_assert_no_error (error);
  /* A removal was interrupted when the folder had its other name. */
  g_assert_true (namida_version_record_claim (f->database, "2", NULL));
  removed = g_build_filename (f->backups, ".namida-sync-parts", "0000000000000000", NULL);
  g_assert_cmpint (g_mkdir_with_parents (removed, 0755), ==, 0);
  {
    g_autofree char *name = g_build_filename (removed, "removed-2", NULL);

    fixture_open_up (two);
    g_assert_cmpint (g_rename (two, name), ==, 0);
  }
  remake_mark (f);
  look (f);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions WHERE store = '" OTHER "'"), ==, 3);
  g_assert_true (namida_version_trash_take_back (f->database, "1", &error));
  g_assert_no_error (error);
  g_assert_true (g_file_test (one, G_FILE_TEST_IS_DIR));
  g_assert_true (namida_removal_resume (f->database, &error));
  g_assert_no_error (error);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions WHERE id = 2"), ==, 0);
  g_assert_false (g_file_test (removed, G_FILE_TEST_EXISTS));
}

/* On another drive, another version has the same name: both stay. */
static void
test_other_version (Fixture *f, gconstpointer data)
{
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  g_autofree char *away = g_strconcat (f->backups, "-away", NULL);

  namida_clock_set_fake (namida_clock_real ()); /* the name is the time */
  one = send (f, "one", NAMIDA_LANDING_BACKUP);
  g_assert_cmpint (g_rename (f->backups, away), ==, 0);
  g_assert_true (namida_database_exec (f->database, NULL, "DELETE FROM stores", ""));
  g_assert_true (namida_database_exec (f->database, NULL, "UPDATE versions SET path = 'x' || path", ""));
  two = send (f, "two", NAMIDA_LANDING_BACKUP);
  namida_clock_set_fake (-1);
  g_assert_cmpstr (one, ==, two);
  g_assert_true (
      namida_database_exec (f->database, NULL, "UPDATE versions SET path = substr (path, 2) WHERE id = 1", ""));
  g_assert_true (namida_database_exec (f->database, NULL, "DELETE FROM versions WHERE id = 2", ""));
  remake_mark (f);
  look (f);
  /* The one that is here is found; the other one keeps its store. */
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions"), ==, 2);
  g_assert_cmpint (fixture_query_int (f, "SELECT store <> '" OTHER "' FROM versions WHERE id = 1"), ==, 1);
}

/* A folder that is almost the one of the version is another one's: what differs is in @data, a change to the row. */
static void
test_almost (Fixture *f, gconstpointer data)
{
  g_free (send (f, "one", NAMIDA_LANDING_BACKUP));
  g_assert_true (namida_database_exec (f->database, NULL, data, ""));
  remake_mark (f);
  look (f);
  g_assert_cmpint (fixture_query_int (f, "SELECT store = '" OTHER "' FROM versions WHERE id = 1"), ==, 0);
}

/* The folder has less than the version. */
static void
test_fewer (Fixture *f, gconstpointer data)
{
  g_autofree char *small = NULL;

  for (guint songs = 1; songs <= 2; songs++)
    {
      g_autoptr (Shipment) shipment = shipment_new ();
      g_autoptr (NamidaSink) sink
          = namida_store_sink_new_for (f->store, "AB12", "Phone", "key", NAMIDA_LANDING_BACKUP, NULL);

      shipment_add (shipment, "Music", "1.flac", "one", FALSE);
      if (songs == 2)
        shipment_add (shipment, "Music", "2.flac", "two", FALSE);
      g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, NULL));
      if (songs == 1)
        small = namida_sink_dup_folder (sink);
    }
  g_assert_true (namida_database_exec (f->database, NULL, "DELETE FROM versions WHERE id = 1", ""));
  g_assert_true (namida_database_exec (f->database, NULL, "UPDATE versions SET path = ? WHERE id = 2", "s", small));
  remake_mark (f);
  look (f);
  g_assert_cmpint (fixture_query_int (f, "SELECT store = '" OTHER "' FROM versions WHERE id = 2"), ==, 0);
}

/* In the place of the zip there is another file. */
static void
test_other_zip (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersionRecord) version = NULL;

  g_free (send (f, "one", NAMIDA_LANDING_LIBRARY));
  version = namida_version_record_find (f->database, "1", NULL);
  fixture_open_up (version->zip);
  g_assert_true (g_file_set_contents (version->zip, "not the zip", -1, NULL));
  remake_mark (f);
  look (f);
  g_assert_cmpint (fixture_query_int (f, "SELECT store = '" OTHER "' FROM versions WHERE id = 1"), ==, 0);
}

/* A store in a store: what is in the inner one, whose mark is there, does not become a version of the outer one. */
static void
test_nested (Fixture *f, gconstpointer data)
{
  g_free (send (f, "one", NAMIDA_LANDING_BACKUP));
  g_assert_cmpuint (namida_version_recognize (f->database, f->base, OTHER, NULL), ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT store = '" OTHER "' FROM versions WHERE id = 1"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/recognize/pins-stay", Fixture, NULL, fixture_set_up, test_pins_stay, fixture_tear_down);
  g_test_add ("/recognize/damaged-record", Fixture, NULL, fixture_set_up, test_damaged_record, fixture_tear_down);
  g_test_add ("/recognize/trash-and-removal", Fixture, NULL, fixture_set_up, test_trash_and_removal, fixture_tear_down);
  g_test_add ("/recognize/other-version", Fixture, NULL, fixture_set_up, test_other_version, fixture_tear_down);
  g_test_add ("/recognize/almost/device", Fixture, "UPDATE versions SET fingerprint = 'CD34'", fixture_set_up,
              test_almost, fixture_tear_down);
  g_test_add ("/recognize/almost/offer", Fixture, "UPDATE versions SET offer_key = 'two'", fixture_set_up, test_almost,
              fixture_tear_down);
  g_test_add ("/recognize/almost/content", Fixture, "UPDATE contents SET sha256 = zeroblob (32) WHERE id = 1",
              fixture_set_up, test_almost, fixture_tear_down);
  g_test_add ("/recognize/fewer", Fixture, NULL, fixture_set_up, test_fewer, fixture_tear_down);
  g_test_add ("/recognize/other-zip", Fixture, NULL, fixture_set_up, test_other_zip, fixture_tear_down);
  g_test_add ("/recognize/nested", Fixture, NULL, fixture_set_up, test_nested, fixture_tear_down);
  return g_test_run ();
}
