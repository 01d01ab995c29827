/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operations that make files other than received ones durable; see the header. */
#include "config.h"

#include "durable-others.h"

#include "namida-fit.h"
#include "namida-identity.h"
#include "namida-trash-find.h"
#include "namida-verify.h"
#include "namida-version-export.h"
#include "namida-version-trash.h"
#include "namida-zip-writer.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Half an identity is worse than none, and a lost one has to be trusted anew by every device. */
void
durable_do_identity (Fixture *f)
{
  static const char *const names[] = { "key.pem", "certificate.pem", "uuid" };
  g_autofree char *folder = g_build_filename (f->base, "device", NULL);
  g_autoptr (NamidaIdentity) identity = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  durable_note_all ();
  identity = namida_identity_load (folder, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    durable_expect (g_build_filename (folder, "identity", names[i], NULL));
}

static void
expect_below (const char *folder, guint *files)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        expect_below (path, files);
      else
        {
          durable_expect (g_steal_pointer (&path));
          (*files)++;
        }
    }
}

/* A person takes the drive away, and perhaps removes the version here, as soon as it is said to be copied. */
void
durable_do_exported (Fixture *f)
{
  g_autofree char *drive = g_build_filename (f->base, "drive", NULL);
  g_autoptr (NamidaExport) export = NULL;
  g_autoptr (GError) error = NULL;
  guint files = 0;

  g_free (durable_receive (f, "Music", 2, "exported"));
  g_assert_cmpint (g_mkdir_with_parents (drive, 0755), ==, 0);
  durable_note_all ();
  export = namida_version_export (f->database, 1, drive, NULL, &error);
  g_assert_no_error (error);
  expect_below (export->folder, &files);
  /* The list of hashes is one of them. */
  g_assert_cmpuint (files, ==, export->files + 1);
  g_assert_cmpuint (export->files, >=, 2);
}

void
durable_do_fitted (Fixture *f)
{
  static const char settings[] = "{\"directoriesToScan\":[\"/storage/emulated/0/Music\"]}";
  g_autofree char *path = g_build_filename (f->base, "Namida Backup.zip", NULL);
  g_autofree char *out = g_build_filename (f->base, "Fitted.zip", NULL);
  int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  g_autoptr (NamidaZipWriter) writer = namida_zip_writer_new (fd);
  g_autoptr (NamidaContents) contents = NULL;
  g_autoptr (NamidaFitReport) report = NULL;
  g_autoptr (GError) error = NULL;
  NamidaFitOptions options = { .parts = NAMIDA_PART_ALL };

  g_assert_true (
      namida_zip_writer_add (writer, "namida_settings.json", 0x58210000, settings, strlen (settings), &error));
  g_assert_true (namida_zip_writer_finish (writer, &error));
  g_assert_no_error (error);
  close (fd);
  durable_note_all ();
  contents = namida_contents_open (path, TRUE, NULL, NULL, &error);
  g_assert_no_error (error);
  report = namida_fit (contents, &options, out, NULL, &error);
  g_assert_no_error (error);
  durable_expect (g_steal_pointer (&out));
}

/* A file that is gone gets the link of another version. */
void
durable_do_linked (Fixture *f)
{
  g_autofree char *version = durable_receive (f, "Music", 2, "linked");
  g_autofree char *other = durable_receive (f, "Rips", 2, "linked");
  g_autofree char *song = g_build_filename (version, "Music", "Music", "album 0", "0.flac", NULL);
  g_autofree char *there = g_build_filename (other, "Music", "Rips", "album 0", "0.flac", NULL);
  g_autoptr (NamidaVerifyReport) report = NULL;
  struct stat st, whole;

  durable_delete (g_strdup (song));
  report = namida_verify_run (f->database, NULL, TRUE, NULL, NULL, NULL, NULL);
  g_assert_true (report != NULL && report->repaired > 0);
  g_assert_true (lstat (song, &st) == 0 && lstat (there, &whole) == 0);
  g_assert_cmpuint (st.st_ino, ==, whole.st_ino);
}

/* A version in the trash of which the database was lost is among the others again, in a folder of the device that may
 * be new. */
void
durable_do_found (Fixture *f)
{
  g_autofree char *version = durable_receive (f, "Music", 2, "found");
  g_autoptr (NamidaVersionRecord) record = namida_version_record_find (f->database, "1", NULL);
  g_autofree char *trashed = durable_dup_trashed (f);
  g_autofree char *trash = g_path_get_dirname (trashed);
  g_autofree char *other = g_build_filename (trash, "without a record", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (namida_version_trash_put (f->database, record, &error));
  g_assert_cmpint (g_mkdir (other, 0755), ==, 0); /* so that the trash stays */
  namida_database_exec (f->database, &error, "DELETE FROM versions", "");
  g_assert_no_error (error);
  durable_note_all ();
  g_assert_cmpuint (namida_trash_find (f->database, f->backups, TRUE), ==, 1);
  durable_expect (g_build_filename (version, "Music", "Music", "album 0", "0.flac", NULL));
  durable_expect_gone (g_steal_pointer (&trashed));
}
