/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests copying a version to another drive: the path of each file, whatever the folder is called, that a failed copy
 * leaves nothing behind, and that a damaged file is not copied. */
#include "config.h"

#include "store-fixture.h"

#include "namida-error.h"
#include "namida-version-export.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static void
receive (Fixture *f, NamidaLanding landing)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;

  shipment_add (shipment, "Music", "an album/1.flac", "song 1", TRUE);
  shipment_add (shipment, "Music", "2.flac", "song 2", FALSE);
  /* A sender must not make folders that nobody sees. */
  shipment_add (shipment, ".hidden", "3.flac", "song 3", TRUE);
  shipment_add (shipment, "Music", "an empty folder", NULL, FALSE);
  shipment_add (shipment, "", "Namida Backup - 1.zip", "the zip", FALSE);
  sink = namida_store_sink_new_for (f->store, "AA", "Phone: mine", "key", landing, NULL);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
}

static void
assert_text (const char *folder, const char *relative, const char *expected)
{
  g_autofree char *text = fixture_read (folder, relative, NULL);

  g_assert_cmpstr (text, ==, expected);
}

static guint
count_names (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static char *
make_drive (Fixture *f)
{
  char *drive = g_build_filename (f->base, "drive", NULL);

  g_assert_cmpint (g_mkdir (drive, 0755), ==, 0);
  return drive;
}

static void
test_places (Fixture *f, gconstpointer data)
{
  NamidaLanding landing = (NamidaLanding) GPOINTER_TO_INT (data);
  g_autofree char *drive = make_drive (f);
  g_autoptr (NamidaExport) export = NULL;
  g_autoptr (NamidaExport) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  g_autofree char *song = NULL;
  struct stat st;

  receive (f, landing);
  export = namida_version_export (f->database, 1, drive, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (export->files, ==, 4);
  g_assert_cmpuint (export->bytes, ==, 3 * 6 + 7);
  assert_text (export->folder, "Music/Music/an album/1.flac", "song 1");
  assert_text (export->folder, "Music/Music/2.flac", "song 2");
  /* In a version it is as the version has it; a library knows the label alone. */
  assert_text (export->folder, landing == NAMIDA_LANDING_BACKUP ? "Music/_hidden/3.flac" : "Music/.hidden/3.flac",
               "song 3");
  assert_text (export->folder, "Namida Backup - 1.zip", "the zip");
  name = g_path_get_basename (export->folder);
  g_assert_true (g_str_has_prefix (name, "Phone- mine ") || g_str_has_prefix (name, "Phone mine "));
  song = g_build_filename (export->folder, "Music", "Music", "2.flac", NULL);
  g_assert_cmpint (g_stat (song, &st), ==, 0);
  g_assert_cmpint (st.st_mtim.tv_sec, ==, 1735783445);
  /* The name is taken: that copy stays as it is, and nothing is beside it. */
  again = namida_version_export (f->database, 1, drive, NULL, &error);
  g_assert_null (again);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
  g_assert_cmpuint (count_names (drive), ==, 1);
}

/* Two at once would write into the same hidden folder, and one would call half a copy whole. */
static void
test_at_once (Fixture *f, gconstpointer data)
{
  g_autofree char *drive = make_drive (f);
  g_autoptr (NamidaExport) export = NULL;
  g_autoptr (GError) error = NULL;
  int other = open (drive, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  receive (f, NAMIDA_LANDING_BACKUP);
  g_assert_cmpint (flock (other, LOCK_EX), ==, 0);
  export = namida_version_export (f->database, 1, drive, NULL, &error);
  g_assert_null (export);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY);
  g_assert_cmpuint (count_names (drive), ==, 0);
  close (other);
  g_clear_error (&error);
  export = namida_version_export (f->database, 1, drive, NULL, &error);
  g_assert_no_error (error);
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  g_autofree char *drive = make_drive (f);
  g_autofree char *nowhere = g_build_filename (f->base, "nowhere", NULL);
  g_autofree char *version = NULL;
  g_autofree char *song = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement;
  struct stat st;

  receive (f, NAMIDA_LANDING_BACKUP);
  g_assert_null (namida_version_export (f->database, 2, drive, NULL, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (namida_version_export (f->database, 1, nowhere, NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  g_assert_null (namida_version_export (f->database, 1, drive, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (count_names (drive), ==, 0);

  /* Of the same size, at the same time. */
  namida_database_lock (f->database);
  statement = namida_database_prepare (f->database, NULL, "SELECT path FROM versions", "");
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  version = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  namida_database_unlock (f->database);
  song = g_build_filename (version, "Music", "Music", "2.flac", NULL);
  g_assert_cmpint (g_stat (song, &st), ==, 0);
  g_assert_cmpint (g_chmod (song, 0644), ==, 0);
  g_assert_true (g_file_set_contents_full (song, "song 7", 6, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  g_assert_cmpint (utimensat (AT_FDCWD, song, (struct timespec[2]){ st.st_mtim, st.st_mtim }, 0), ==, 0);
  g_assert_null (namida_version_export (f->database, 1, drive, NULL, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM);
  g_assert_nonnull (strstr (error->message, "2.flac"));
  g_assert_cmpuint (count_names (drive), ==, 0);
}

#define ADD(path, data, test) g_test_add (path, Fixture, data, fixture_set_up, test, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/export/version", GINT_TO_POINTER (NAMIDA_LANDING_BACKUP), test_places);
  ADD ("/export/library", GINT_TO_POINTER (NAMIDA_LANDING_LIBRARY), test_places);
  ADD ("/export/refused", NULL, test_refused);
  ADD ("/export/at-once", NULL, test_at_once);
  return g_test_run ();
}
