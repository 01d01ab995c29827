/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the user's own folders on a separate drive: while the drive is not connected, nothing is received or restored
 * into the empty mount point. */
#include "config.h"

#include "store-fixture.h"

#include "namida-error.h"
#include "namida-folder-check.h"
#include "namida-mount.h"
#include "namida-restore.h"
#include "namida-verify.h"
#include "namida-version-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *hangs; /* (nullable): nothing can be known about what is below this path */

static gboolean
is_hanging (const char *path)
{
  return hangs != NULL && path != NULL && g_str_has_prefix (path, hangs);
}

int
stat (const char *path, struct stat *st)
{
  if (is_hanging (path))
    {
      errno = EIO;
      return -1;
    }
  return (int) syscall (SYS_newfstatat, AT_FDCWD, path, st, 0);
}

int
statx (int folder, const char *path, int flags, unsigned int mask, struct statx *extended)
{
  if (is_hanging (path))
    {
      errno = EIO;
      return -1;
    }
  return (int) syscall (SYS_statx, folder, path, flags, mask, extended);
}

static gboolean
receive (Fixture *f, NamidaLanding landing, const char *label, GError **error)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = namida_store_sink_new_for (f->store, "AB12", "Phone", label, landing, NULL);

  shipment_add (shipment, label, "1.flac", "one", FALSE);
  return shipment_send (shipment, sink, NULL, NULL, NULL, error);
}

static void
keep (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

/* Restores the music of the version in @folder into the music folder. */
static gboolean
restore (Fixture *f, const char *folder, GError **error)
{
  g_autofree char *zips = g_build_filename (f->base, "zips", NULL);
  g_autofree char *to = g_build_filename (f->music, "restored", NULL);
  g_autoptr (GAsyncResult) loaded = NULL;
  g_autoptr (GAsyncResult) compared = NULL;
  g_autoptr (GAsyncResult) applied = NULL;
  g_autoptr (NamidaRestorePlan) plan = NULL;
  NamidaRestoreResult result = { 0 };

  namida_restore_plan_load_async (f->database, folder, f->base, NULL, zips, NULL, keep, &loaded);
  plan = namida_restore_plan_load_finish (wait_for (&loaded), error);
  g_assert_nonnull (plan);
  g_assert_true (namida_restore_plan_set_destination (plan, "Music", to, NULL));
  namida_restore_plan_preview_async (plan, NULL, keep, &compared);
  g_assert_true (namida_restore_plan_preview_finish (plan, wait_for (&compared), error));
  namida_restore_plan_apply_async (plan, NULL, NULL, NULL, keep, &applied);
  return namida_restore_plan_apply_finish (plan, wait_for (&applied), &result, error);
}

static void
check_states (Fixture *f, NamidaFolderState backups, NamidaFolderState music)
{
  g_autoptr (GAsyncResult) result = NULL;
  NamidaFolderState backups_now, music_now;

  namida_store_check_folders_async (f->store, NULL, keep, &result);
  g_assert_true (namida_store_check_folders_finish (f->store, wait_for (&result), &backups_now, &music_now, NULL));
  g_assert_cmpint (backups_now, ==, backups);
  g_assert_cmpint (music_now, ==, music);
}

static void
check_empty (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  g_assert_null (g_dir_read_name (dir));
}

/* The version in the music folder is the second one. It is neither gone nor damaged without its drive. */
static void
check_version (Fixture *f)
{
  const char *const ids[] = { "2", NULL };
  g_autoptr (GPtrArray) all = namida_version_facts_load (f->database, NULL, NULL);
  g_autoptr (NamidaVerifyReport) report = namida_verify_run (f->database, ids, TRUE, NULL, NULL, NULL, NULL);

  for (guint i = 0; i < all->len; i++)
    {
      const NamidaVersionFacts *facts = g_ptr_array_index (all, i);

      g_assert_cmpint (facts->elsewhere, ==, facts->record->id == 2);
    }
  g_assert_cmpuint (report->absent, ==, 1);
  g_assert_cmpuint (report->damages->len, ==, 1);
}

static void
music (Fixture *f)
{
  g_autofree char *version = NULL;
  g_autofree char *stray = g_build_filename (f->music, "mine", NULL);
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink
      = namida_store_sink_new_for (f->store, "AB12", "Phone", "key", NAMIDA_LANDING_BACKUP, NULL);
  g_autoptr (GError) error = NULL;

  shipment_add (shipment, "Music", "1.flac", "one", FALSE);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  version = namida_sink_dup_folder (sink);
  fixture_mount_small (f->music);
  receive (f, NAMIDA_LANDING_LIBRARY, "Rock", &error);
  g_assert_no_error (error);
  check_states (f, NAMIDA_FOLDER_FINE, NAMIDA_FOLDER_FINE);
  /* What a version of the music folder's name, of a new name, and a restore find without the drive. */
  g_assert_cmpint (umount2 (f->music, MNT_DETACH), ==, 0);
  check_states (f, NAMIDA_FOLDER_FINE, NAMIDA_FOLDER_GONE);
  check_version (f);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_false (receive (f, NAMIDA_LANDING_LIBRARY, i == 0 ? "Rock" : "Pop", &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE);
      g_clear_error (&error);
    }
  g_assert_false (restore (f, version, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE);
  g_assert_nonnull (strstr (error->message, f->music));
  g_clear_error (&error);
  check_empty (f->music);
  /* The mount point itself may be gone, too, as udisks removes it. */
  g_assert_cmpint (g_rmdir (f->music), ==, 0);
  g_assert_false (restore (f, version, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE);
  g_clear_error (&error);
  g_assert_false (g_file_test (f->music, G_FILE_TEST_EXISTS));
  /* It is back. */
  fixture_mount_small (f->music);
  receive (f, NAMIDA_LANDING_LIBRARY, "Pop", &error);
  g_assert_no_error (error);
  restore (f, version, &error);
  g_assert_no_error (error);
  /* The user has left the drive: the folder is not empty. From then on it may be. */
  g_assert_cmpint (umount2 (f->music, MNT_DETACH), ==, 0);
  g_assert_true (g_file_set_contents (stray, "", 0, NULL));
  check_states (f, NAMIDA_FOLDER_FINE, NAMIDA_FOLDER_FINE);
  g_assert_cmpint (g_unlink (stray), ==, 0);
  receive (f, NAMIDA_LANDING_LIBRARY, "Jazz", &error);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE); /* the labels are on the drive still */
}

static void
test_music (Fixture *f, gconstpointer data)
{
  fixture_in_namespace (f, music);
}

/* A folder for backups that was chosen on a drive, and lost it before the first backup came. */
static void
backups (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  fixture_mount_small (f->backups);
  check_states (f, NAMIDA_FOLDER_FINE, NAMIDA_FOLDER_FINE);
  g_assert_cmpint (umount2 (f->backups, MNT_DETACH), ==, 0);
  check_states (f, NAMIDA_FOLDER_GONE, NAMIDA_FOLDER_FINE);
  g_assert_false (receive (f, NAMIDA_LANDING_BACKUP, "Music", &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE);
  g_clear_error (&error);
  check_empty (f->backups);
  fixture_mount_small (f->backups);
  receive (f, NAMIDA_LANDING_BACKUP, "Music", &error);
  g_assert_no_error (error);
}

static void
test_backups (Fixture *f, gconstpointer data)
{
  fixture_in_namespace (f, backups);
}

/* A bind mount, as the sandbox of a service makes it, has the same files without it. */
static void
bound (Fixture *f)
{
  g_autofree char *real = g_build_filename (f->base, "real", NULL);

  g_assert_cmpint (g_mkdir (real, 0755), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (f->music, 0755), ==, 0);
  g_assert_cmpint (mount (real, f->music, NULL, MS_BIND, NULL), ==, 0);
  namida_mount_note (f->database, f->music);
  g_assert_cmpint (umount2 (f->music, MNT_DETACH), ==, 0);
  g_assert_true (namida_mount_check (f->database, f->music, NULL));
}

static void
test_bound (Fixture *f, gconstpointer data)
{
  fixture_in_namespace (f, bound);
}

/* A drive that does not answer keeps its mount point: once it is unmounted, nothing is stored there. */
static void
hanging (Fixture *f)
{
  g_autofree char *folder = g_build_filename (f->music, "Rock", NULL);
  g_autofree char *mount = NULL;
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement;

  g_assert_no_errno (g_mkdir_with_parents (f->music, 0755));
  fixture_mount_small (f->music);
  g_assert_no_errno (g_mkdir (folder, 0755));
  namida_mount_note (f->database, folder);
  hangs = f->music;
  namida_mount_note (f->database, folder);
  hangs = NULL;
  namida_database_lock (f->database);
  statement = namida_database_prepare (f->database, NULL, "SELECT mount FROM mounts WHERE folder = ?", "s", folder);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  mount = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  namida_database_unlock (f->database);
  g_assert_cmpstr (mount, ==, f->music);
  g_assert_no_errno (umount2 (f->music, MNT_DETACH));
  g_assert_false (namida_mount_check (f->database, folder, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE);
}

static void
test_hanging (Fixture *f, gconstpointer data)
{
  fixture_in_namespace (f, hanging);
}

/* Only one folder of a version is on the drive, and not the one of its first song, which the user has deleted. */
static void
half (Fixture *f)
{
  g_autofree char *rock = g_build_filename (f->music, "Rock", NULL);
  g_autofree char *first = g_build_filename (f->music, "Jazz", "1.flac", NULL);
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (NamidaVerifyReport) later = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (g_mkdir_with_parents (rock, 0755));
  fixture_mount_small (rock);
  sink = namida_store_sink_new_for (f->store, "AB12", "Phone", "half", NAMIDA_LANDING_LIBRARY, NULL);
  shipment_add (shipment, "Jazz", "1.flac", "one", FALSE);
  shipment_add (shipment, "Rock", "1.flac", "two", FALSE);
  shipment_send (shipment, sink, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  namida_mount_note (f->database, rock);
  g_assert_no_errno (umount2 (rock, MNT_DETACH));
  g_assert_no_errno (g_unlink (first));
  report = namida_verify_run (f->database, NULL, TRUE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->absent, ==, 1);
  g_assert_cmpuint (report->missing, ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT verified_at IS NULL FROM versions"), ==, 1);
  /* With no drive in it any more, the folder is an ordinary one: its song is missing, too. */
  namida_mount_note (f->database, rock);
  later = namida_verify_run (f->database, NULL, TRUE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (later->absent, ==, 0);
  g_assert_cmpuint (later->missing, ==, 2);
}

static void
test_half (Fixture *f, gconstpointer data)
{
  fixture_in_namespace (f, half);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/mounts/music", Fixture, NULL, fixture_set_up, test_music, fixture_tear_down);
  g_test_add ("/mounts/backups", Fixture, NULL, fixture_set_up, test_backups, fixture_tear_down);
  g_test_add ("/mounts/bound", Fixture, NULL, fixture_set_up, test_bound, fixture_tear_down);
  g_test_add ("/mounts/hanging", Fixture, NULL, fixture_set_up, test_hanging, fixture_tear_down);
  g_test_add ("/mounts/half", Fixture, NULL, fixture_set_up, test_half, fixture_tear_down);
  return g_test_run ();
}
