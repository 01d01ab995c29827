/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests versions on a drive that has another device number than when they were stored, or whose files have other inode
 * numbers: new versions are still linked to them, but only after their contents were read. */
#include "store-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SONG "Music/Music/1.flac"
#define RENUMBER "UPDATE contents SET inode = inode + 7, device = device + 7"

static guint
send (Fixture *f, Shipment *shipment, char **folder)
{
  g_autoptr (NamidaSink) sink
      = namida_store_sink_new_for (f->store, "AB12", "Phone", "key", NAMIDA_LANDING_BACKUP, NULL);
  g_autoptr (GError) error = NULL;
  guint wanted = 0;

  g_assert_true (shipment_send (shipment, sink, NULL, NULL, &wanted, &error));
  g_assert_no_error (error);
  *folder = namida_sink_dup_folder (sink);
  return wanted;
}

static void
stat_song (const char *folder, struct stat *st)
{
  g_autofree char *path = g_build_filename (folder, SONG, NULL);

  g_assert_cmpint (g_stat (path, st), ==, 0);
}

static void
test_linked (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  g_autofree char *three = NULL;
  struct stat first, second;

  shipment_add (shipment, "Music", "1.flac", "one", TRUE);
  g_assert_cmpuint (send (f, shipment, &one), ==, 1);
  g_assert_true (namida_database_exec (f->database, NULL, RENUMBER, ""));
  g_assert_cmpuint (send (f, shipment, &two), ==, 0);
  stat_song (one, &first);
  stat_song (two, &second);
  g_assert_cmpuint (first.st_ino, ==, second.st_ino);
  g_assert_cmpuint (second.st_nlink, ==, 2);
  /* The newer version is known by its number of today. */
  g_assert_cmpuint (send (f, shipment, &three), ==, 0);
  stat_song (three, &second);
  g_assert_cmpuint (second.st_nlink, ==, 3);
}

/* Same place, size, time and protection, and something else in it: only reading tells. */
static void
test_read_before (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  struct stat first, second;
  int fd;

  shipment_add (shipment, "Music", "1.flac", "one", TRUE);
  g_assert_cmpuint (send (f, shipment, &one), ==, 1);
  path = g_build_filename (one, SONG, NULL);
  stat_song (one, &first);
  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
  fd = open (path, O_WRONLY | O_CLOEXEC);
  g_assert_cmpint (write (fd, "onE", 3), ==, 3);
  g_assert_cmpint (futimens (fd, (struct timespec[2]){ first.st_atim, first.st_mtim }), ==, 0);
  g_assert_cmpint (fchmod (fd, 0444), ==, 0);
  close (fd);
  g_assert_true (namida_database_exec (f->database, NULL, RENUMBER, ""));
  g_assert_cmpuint (send (f, shipment, &two), ==, 1);
  text = fixture_read (two, SONG, NULL);
  g_assert_cmpstr (text, ==, "one");
  stat_song (two, &second);
  g_assert_cmpuint (second.st_nlink, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/plugged-in-anew/linked", Fixture, NULL, fixture_set_up, test_linked, fixture_tear_down);
  g_test_add ("/plugged-in-anew/read-before", Fixture, NULL, fixture_set_up, test_read_before, fixture_tear_down);
  return g_test_run ();
}
