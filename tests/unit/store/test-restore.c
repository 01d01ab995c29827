/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests restoring a version on this computer and undoing it: where each file goes, files that were changed meanwhile,
 * folders on drives that are not connected, and what the user has to enter in Namida. */
#include "config.h"

#include "namida-digest.h"
#include "namida-error.h"
#include "namida-restore-private.h"
#include "namida-sample.h"
#include "namida-version-lists.h"
#include "restore-world.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static void
test_load (void)
{
  World world = { 0 };
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *rips = NULL;
  g_autofree char *inside = NULL;
  g_auto (GStrv) paths = NULL;

  world_open (&world);
  fill_version (&world);
  plan = load (&world);
  g_assert_cmpstr (namida_restore_plan_get_zip (plan), ==, NAMIDA_SAMPLE_ZIP);
  g_assert_cmpuint (namida_restore_plan_get_labels (plan)->len, ==, 3);
  g_assert_cmpstr (label_of (plan, "")->destination, ==, world.zips);
  g_assert_cmpstr (label_of (plan, "Music")->destination, ==, world.music);
  g_assert_cmpstr (label_of (plan, "Music")->original_path, ==, "/storage/emulated/0/Music");
  g_assert_true (label_of (plan, "Rips")->asked);
  g_assert_cmpstr (namida_restore_plan_needs_choice (plan), ==, "Rips");
  rips = namida_restore_plan_dup_new_folder (plan, "Rips");
  inside = g_build_filename (world.music, "Rips", NULL);
  g_assert_cmpstr (rips, ==, inside);
  choose (plan, "Rips", NULL);
  g_assert_null (namida_restore_plan_needs_choice (plan));
  /* What Namida has to be told: the sample expects /storage/emulated/0/Music and a card's Rips. */
  paths = namida_restore_plan_dup_path_lines (plan);
  g_assert_nonnull (strstr (paths[0], world.music));

  g_assert_false (namida_restore_plan_set_destination (plan, "None", "/tmp", &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_free (inside);
  inside = g_build_filename (world.version, "Music", "..", "x", NULL);
  g_assert_false (namida_restore_plan_set_destination (plan, "Rips", inside, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH);
  g_clear_error (&error);
  g_assert_false (namida_restore_plan_set_destination (plan, "Rips", "relative", &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH);
  g_clear_error (&error);
  g_assert_null (load_from (&world, world.other, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
  world_close (&world);
}

static void
test_layouts (void)
{
  World world = { 0 };
  g_autoptr (NamidaRestorePlan) zip_only = NULL;
  g_autoptr (NamidaRestorePlan) cloud = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *zip = NULL;
  g_autofree char *folder = NULL;

  world_open (&world);
  zip = g_build_filename (world.version, NAMIDA_SAMPLE_ZIP, NULL);
  zip_only = load_from (&world, zip, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (namida_restore_plan_get_labels (zip_only)->len, ==, 1);
  g_assert_cmpuint (apply (zip_only).added, ==, 1);

  /* As it is downloaded from the cloud: the label "Music" has a folder "Music" in it. */
  folder = g_build_filename (world.base, "download", NULL);
  write_file ("x", -1, 1, folder, "Music", "Music", "a.mp3", NULL);
  write_file ("y", -1, 1, folder, "Rips", "b.mp3", NULL);
  write_file ("{\"folders\":[{\"label\":\"Music\",\"files\":[{\"name\":\"Music/Music/a.mp3\"}]},"
              "{\"label\":\"Rips\",\"files\":[{\"name\":\"Rips/b.mp3\"}]}]}",
              -1, 1, folder, "manifest_1.json", NULL);
  cloud = load_from (&world, folder, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (namida_restore_plan_get_labels (cloud)->len, ==, 2);
  choose (cloud, "Rips", world.other);
  g_assert_cmpuint (apply (cloud).added, ==, 2);
  g_assert_true (is_there (world.music, "Music", "a.mp3", NULL));
  g_assert_true (is_there (world.other, "b.mp3", NULL));
  world_close (&world);
}

static void
test_twice_and_undo (void)
{
  World world = { 0 };
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_autoptr (NamidaRestorePlan) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *home = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *later = NULL;
  g_autofree char *version = NULL;
  g_autofree char *version_after = NULL;
  g_autofree char *rips = NULL;
  NamidaRestoreResult result;

  world_open (&world);
  fill_version (&world);
  write_file ("one", -1, 77, world.music, "Björk", "01.flac", NULL);
  /* Of the same size and time. */
  write_file ("own", -1, 1500000001, world.music, "Björk", "02.flac", NULL);
  home = g_build_filename (world.base, "home", NULL);
  before = snapshot (home);
  version = snapshot (world.version);
  rips = g_build_filename (home, "new", "place", "Rips", NULL);

  plan = load (&world);
  choose (plan, "Rips", rips);
  preview (plan);
  g_assert_cmpuint (label_of (plan, "Music")->files[NAMIDA_RESTORE_NEW], ==, 1);
  g_assert_cmpuint (label_of (plan, "Music")->files[NAMIDA_RESTORE_SAME], ==, 1);
  g_assert_cmpuint (label_of (plan, "Music")->files[NAMIDA_RESTORE_DIFFERENT], ==, 1);
  g_assert_cmpuint (label_of (plan, "Rips")->files[NAMIDA_RESTORE_NEW], ==, 1);
  g_assert_cmpuint (label_of (plan, "")->files[NAMIDA_RESTORE_NEW], ==, 1);
  g_assert_cmpuint (namida_restore_plan_get_items (plan)->len, ==, 5);
  g_free (after);
  after = snapshot (home);
  g_assert_cmpstr (after, ==, before); /* a preview changes nothing */

  result = apply (plan);
  g_assert_cmpuint (result.added, ==, 3);
  g_assert_cmpuint (result.same, ==, 1);
  g_assert_cmpuint (result.skipped, ==, 1);
  g_assert_cmpuint (result.blocked, ==, 0);
  g_assert_true (is_there (world.music, "Nothing yet", NULL));
  g_assert_false (is_there (world.music, ".namida-sync-restore", NULL));
  g_free (after);
  after = snapshot (home);
  g_assert_nonnull (strstr (after, "rip.mp3"));
  version_after = snapshot (world.version);
  g_assert_cmpstr (version_after, ==, version);

  again = load (&world);
  choose (again, "Rips", rips);
  result = apply (again);
  g_assert_cmpuint (result.added + result.replaced + result.folders, ==, 0);
  later = snapshot (home);
  g_assert_cmpstr (later, ==, after);

  /* The second one added nothing, so it is the first that is undone. */
  result = undo (&world);
  g_assert_cmpuint (result.removed, ==, 3);
  g_assert_cmpuint (result.left, ==, 0);
  g_free (after);
  after = snapshot (home);
  g_assert_cmpstr (after, ==, before);
  undo_with (&world, NULL, &error);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
  world_close (&world);
}

static void
test_undo_of_changed (void)
{
  World world = { 0 };
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  NamidaRestoreResult result;

  world_open (&world);
  fill_version (&world);
  plan = load (&world);
  choose (plan, "Rips", world.other);
  choose (plan, "", NULL);
  g_assert_cmpuint (apply (plan).added, ==, 4);
  write_file ("edited", -1, 99, world.music, "Björk", "01.flac", NULL); /* changed */
  write_file ("two", -1, 100, world.music, "Björk", "02.flac", NULL);   /* the same again, by somebody else */
  write_file ("mine", -1, 101, world.other, "deep", "mine.mp3", NULL);  /* beside what was added */
  undo_with (&world, "no such", &error);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
  result = undo (&world);
  g_assert_cmpuint (result.left, ==, 1);
  g_assert_cmpuint (result.removed, ==, 3);
  text = read_file (world.music, "Björk", "01.flac", NULL);
  g_assert_cmpstr (text, ==, "edited");
  g_assert_false (is_there (world.music, "Björk", "02.flac", NULL));
  g_assert_false (is_there (world.other, "deep", "er", NULL));
  g_assert_true (is_there (world.other, "deep", "mine.mp3", NULL));
  world_close (&world);
}

/* One song and one album: nothing else of the version is restored, not even its zip. */
static void
test_pick (void)
{
  static const char *const some[] = { "Music/Björk/02.flac", "Rips/deep", NULL };
  static const char *const none[] = { "Music/Bj", "Music/Björk/02.fla", "", NULL };
  static const char *const half[] = { "Music/Björk/02.flac", "Music/Björk/03.flac", NULL };
  World world = { 0 };
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_autoptr (GPtrArray) songs = NULL;
  g_autoptr (GError) error = NULL;

  world_open (&world);
  fill_version (&world);
  plan = load (&world);
  songs = namida_restore_plan_dup_songs (plan);
  g_assert_cmpuint (songs->len, ==, 4);
  g_assert_cmpstr (songs->pdata[0], ==, "Music/Björk/01.flac");

  g_assert_false (namida_restore_plan_pick (plan, none, FALSE, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (namida_restore_plan_pick (plan, half, FALSE, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "Music/Björk/03.flac"));
  g_clear_error (&error);
  g_assert_cmpuint (namida_restore_plan_get_labels (plan)->len, ==, 3);
  g_assert_nonnull (namida_restore_plan_get_zip (plan));

  g_assert_true (namida_restore_plan_pick (plan, some, FALSE, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (namida_restore_plan_get_labels (plan)->len, ==, 2);
  g_assert_null (namida_restore_plan_get_zip (plan));
  choose (plan, "Rips", world.other);
  preview (plan);
  g_assert_cmpuint (label_of (plan, "Music")->files[NAMIDA_RESTORE_NEW], ==, 1);
  g_assert_cmpuint (apply (plan).added, ==, 2);
  g_assert_true (is_there (world.music, "Björk", "02.flac", NULL));
  g_assert_false (is_there (world.music, "Björk", "01.flac", NULL));
  g_assert_false (is_there (world.music, "empty.mp3", NULL));
  g_assert_false (is_there (world.zips, NAMIDA_SAMPLE_ZIP, NULL));
  g_assert_true (is_there (world.other, "deep", "er", "rip.mp3", NULL));
  g_assert_cmpuint (undo (&world).removed, ==, 2);

  world_close (&world);
}

/* What undo cannot put back stays aside, and the restore can be undone again. */
static void
test_undo_hindered (void)
{
  World world = { 0 };
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *waiting = NULL;
  g_autofree char *hidden = NULL;
  g_autofree char *artist = NULL;
  g_autofree char *aside = NULL;
  g_autofree char *text = NULL;
  NamidaRestoreResult result;

  world_open (&world);
  fill_version (&world);
  write_file ("mine", -1, 78, world.music, "Björk", "01.flac", NULL);
  write_file ("mine too", -1, 79, world.music, "Björk", "02.flac", NULL);
  plan = load (&world);
  choose (plan, "Rips", NULL);
  choose (plan, "", NULL);
  namida_restore_plan_set_policy (plan, NAMIDA_RESTORE_REPLACE);
  g_assert_cmpuint (apply (plan).replaced, ==, 2);

  /* What cannot be looked at is not gone. */
  waiting = g_build_filename (world.music, ".namida-sync-replaced", NULL);
  hidden = g_build_filename (world.music, "hidden", NULL);
  g_assert_cmpint (g_rename (waiting, hidden), ==, 0);
  g_assert_cmpint (symlink (".namida-sync-replaced", waiting), ==, 0);
  undo_with (&world, NULL, &error);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
  g_clear_error (&error);
  g_assert_true (is_there (world.music, "Björk", "01.flac", NULL));
  g_assert_cmpint (g_unlink (waiting), ==, 0);
  g_assert_cmpint (g_rename (hidden, waiting), ==, 0);

  artist = g_build_filename (world.music, "Björk", NULL);
  aside = g_build_filename (world.music, "aside", NULL);
  g_assert_cmpint (g_rename (artist, aside), ==, 0);
  g_assert_true (g_file_set_contents (artist, "a file", -1, NULL));
  undo_with (&world, NULL, &error);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
  g_clear_error (&error);
  g_assert_true (is_there (world.music, ".namida-sync-replaced", NULL));

  /* The folder was removed: it is made again. */
  g_assert_cmpint (g_unlink (artist), ==, 0);
  result = undo (&world);
  g_assert_cmpuint (result.put_back, ==, 2);
  text = read_file (world.music, "Björk", "02.flac", NULL);
  g_assert_cmpstr (text, ==, "mine too");
  g_assert_false (is_there (world.music, ".namida-sync-replaced", NULL));
  world_close (&world);
}

/* The originals are on a drive that is not connected. */
static void
test_undo_away (void)
{
  World world = { 0 };
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *away = NULL;
  g_autofree char *text = NULL;
  NamidaRestoreResult result;

  world_open (&world);
  fill_version (&world);
  write_file ("mine", -1, 78, world.music, "Björk", "01.flac", NULL);
  plan = load (&world);
  choose (plan, "Rips", NULL);
  choose (plan, "", NULL);
  namida_restore_plan_set_policy (plan, NAMIDA_RESTORE_REPLACE);
  g_assert_cmpuint (apply (plan).replaced, ==, 1);
  away = g_strconcat (world.music, "-away", NULL);
  g_assert_cmpint (g_rename (world.music, away), ==, 0);
  /* Another file system than that of the folder in which it was mounted. */
  g_assert_true (namida_database_exec (world.database, NULL, "UPDATE restored SET device = device + 1", ""));
  for (guint i = 0; i < 2; i++)
    {
      if (i > 0)
        g_assert_cmpint (g_mkdir (world.music, 0755), ==, 0);
      undo_with (&world, NULL, &error);
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE);
      g_clear_error (&error);
      g_assert_true (namida_database_exec (world.database, NULL, "UPDATE restores SET started_at = 1", ""));
      namida_restore_expire (world.database);
    }
  g_assert_cmpint (g_rmdir (world.music), ==, 0);
  g_assert_cmpint (g_rename (away, world.music), ==, 0);
  g_assert_true (namida_database_exec (world.database, NULL, "UPDATE restored SET device = device - 1", ""));
  result = undo (&world);
  g_assert_cmpuint (result.put_back, ==, 1);
  text = read_file (world.music, "Björk", "01.flac", NULL);
  g_assert_cmpstr (text, ==, "mine");
  world_close (&world);
}

/* @device: of the file system that @file was restored to. Returns: whether @root is here. */
static gboolean
is_root_here (const char *root, const char *file, guint64 device)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_restored_row_free);
  NamidaRestoredRow *row = namida_restored_row_new (NAMIDA_RESTORED_FILE, file);
  g_autoptr (GError) error = NULL;
  gboolean here;

  row->device = device;
  g_ptr_array_add (rows, row);
  g_ptr_array_add (rows, namida_restored_row_new (NAMIDA_RESTORED_ROOT, root));
  here = namida_restore_check_roots (rows, &error);
  if (!here)
    g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE);
  return here;
}

/* A folder is away only if its own files were on another file system, and none of them is here. */
static void
test_roots (void)
{
  g_autofree char *base = g_dir_make_tmp ("namida-roots-XXXXXX", NULL);
  g_autofree char *root = g_build_filename (base, "Music", NULL);
  g_autofree char *file = g_build_filename (root, "1.flac", NULL);
  g_autofree char *other = g_build_filename (base, "Music 2", "1.flac", NULL);
  g_autofree char *deeper = g_build_filename (root, "Music", "1.flac", NULL);
  struct stat st;

  g_assert_cmpint (stat (base, &st), ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      if (i == 1)
        g_assert_cmpint (g_mkdir (root, 0755), ==, 0); /* a mount point */
      g_assert_false (is_root_here (root, file, st.st_dev + 1));
      g_assert_false (is_root_here (root, deeper, st.st_dev + 1));
      g_assert_true (is_root_here (root, file, st.st_dev)); /* a person removed it */
      g_assert_true (is_root_here (root, file, 0));
      g_assert_true (is_root_here (root, other, st.st_dev + 1));
    }
  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  g_assert_true (is_root_here (root, file, st.st_dev + 1)); /* it was copied to another disk */
  g_assert_cmpint (g_unlink (file), ==, 0);
  g_assert_cmpint (g_rmdir (root), ==, 0);
  g_assert_cmpint (g_rmdir (base), ==, 0);
}

/* Of the size that they had when they were added: one was written to in its place, as a tag editor does; the other is
 * another file with the same time. */
static void
test_undo_of_same_size (void)
{
  World world = { 0 };
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_autofree char *edited = NULL;
  g_autofree char *text = NULL;
  g_autofree char *other = NULL;
  NamidaRestoreResult result;
  int fd;

  world_open (&world);
  fill_version (&world);
  plan = load (&world);
  choose (plan, "Rips", NULL);
  choose (plan, "", NULL);
  g_assert_cmpuint (apply (plan).added, ==, 3);
  edited = g_build_filename (world.music, "Björk", "01.flac", NULL);
  fd = open (edited, O_WRONLY | O_CLOEXEC);
  g_assert_cmpint (write (fd, "eno", 3), ==, 3);
  close (fd);
  write_file ("owt", -1, 1500000001, world.music, "Björk", "02 new.flac", NULL);
  other = g_build_filename (world.music, "Björk", "02.flac", NULL);
  g_free (g_steal_pointer (&edited));
  edited = g_build_filename (world.music, "Björk", "02 new.flac", NULL);
  g_assert_cmpint (rename (edited, other), ==, 0);
  result = undo (&world);
  g_assert_cmpuint (result.left, ==, 2);
  g_assert_cmpuint (result.removed, ==, 1);
  text = read_file (world.music, "Björk", "01.flac", NULL);
  g_assert_cmpstr (text, ==, "eno");
  g_free (text);
  text = read_file (world.music, "Björk", "02.flac", NULL);
  g_assert_cmpstr (text, ==, "owt");
  world_close (&world);
}

/* As many files as one plan may have. */
static void
test_most_files (void)
{
  const guint most = namida_restore_most_files;
  World world = { 0 };
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_autoptr (GError) error = NULL;

  world_open (&world);
  fill_version (&world);
  plan = load (&world);
  namida_restore_most_files = plan->files->len;
  g_clear_object (&plan);
  plan = load (&world);
  g_clear_object (&plan);
  namida_restore_most_files--;
  g_assert_null (load_from (&world, world.version, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE);
  namida_restore_most_files = most;
  world_close (&world);
}

static void
test_keep_both (void)
{
  World world = { 0 };
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *later = NULL;
  g_autofree char *text = NULL;

  world_open (&world);
  fill_version (&world);
  write_file ("mine", -1, 78, world.music, "Björk", "01.flac", NULL);
  write_file ("mine too", -1, 79, world.music, "Björk", "01 (2).flac", NULL);
  before = snapshot (world.music);
  plan = load (&world);
  /* Both folders into one: the second must see what the first has only written down. */
  write_file ("other rip", -1, 4, world.version, "Music", "Music", "deep", "er", "rip.mp3", NULL);
  g_clear_object (&plan);
  plan = load (&world);
  choose (plan, "Rips", world.music);
  choose (plan, "", NULL);
  namida_restore_plan_set_policy (plan, NAMIDA_RESTORE_KEEP_BOTH);
  g_assert_cmpuint (apply (plan).added, ==, 5);
  text = read_file (world.music, "Björk", "01 (3).flac", NULL);
  g_assert_cmpstr (text, ==, "one");
  g_free (text);
  text = read_file (world.music, "deep", "er", "rip (2).mp3", NULL);
  g_assert_cmpstr (text, ==, "rip");
  after = snapshot (world.music);
  g_assert_cmpuint (apply (plan).added, ==, 0);
  later = snapshot (world.music);
  g_assert_cmpstr (later, ==, after);
  undo (&world);
  g_free (later);
  later = snapshot (world.music);
  g_assert_cmpstr (later, ==, before);
  world_close (&world);
}

static void
test_replace (void)
{
  World world = { 0 };
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *text = NULL;
  g_autofree char *beside = NULL;
  NamidaRestoreResult result;

  world_open (&world);
  fill_version (&world);
  write_file ("mine", -1, 78, world.music, "Björk", "01.flac", NULL);
  write_file ("mine too", -1, 79, world.music, "Björk", "02.flac", NULL);
  before = snapshot (world.music);
  plan = load (&world);
  choose (plan, "Rips", NULL);
  choose (plan, "", NULL);
  namida_restore_plan_set_policy (plan, NAMIDA_RESTORE_REPLACE);
  result = apply (plan);
  g_assert_cmpuint (result.replaced, ==, 2);
  g_assert_cmpuint (result.added, ==, 1);
  text = read_file (world.music, "Björk", "01.flac", NULL);
  g_assert_cmpstr (text, ==, "one");
  result = undo (&world);
  g_assert_cmpuint (result.put_back, ==, 2);
  after = snapshot (world.music);
  g_assert_cmpstr (after, ==, before);

  /* Changed since: both stay. */
  g_assert_cmpuint (apply (plan).replaced, ==, 2);
  write_file ("edited", -1, 80, world.music, "Björk", "01.flac", NULL);
  result = undo (&world);
  g_assert_cmpuint (result.left, ==, 1);
  g_assert_cmpuint (result.put_back, ==, 1);
  beside = read_file (world.music, "Björk", "01 (2).flac", NULL);
  g_assert_cmpstr (beside, ==, "mine");
  g_assert_false (is_there (world.music, ".namida-sync-replaced", NULL));
  world_close (&world);
}

static void
test_in_the_way (void)
{
  World world = { 0 };
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *link = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  NamidaRestoreResult result;

  world_open (&world);
  fill_version (&world);
  write_file ("a file", -1, 78, world.music, "Nothing yet", NULL);
  write_file ("inside", -1, 78, world.music, "empty.mp3", "x", NULL);
  link = g_build_filename (world.music, "Björk", NULL);
  g_assert_cmpint (symlink (world.other, link), ==, 0);
  before = snapshot (world.other);
  plan = load (&world);
  choose (plan, "Rips", NULL);
  choose (plan, "", NULL);
  namida_restore_plan_set_policy (plan, NAMIDA_RESTORE_REPLACE);
  preview (plan);
  g_assert_cmpuint (label_of (plan, "Music")->files[NAMIDA_RESTORE_BLOCKED], ==, 4);
  result = apply_with (plan, &error);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE);
  g_assert_cmpuint (result.blocked, ==, 4);
  g_assert_cmpuint (result.added, ==, 0);
  after = snapshot (world.other);
  g_assert_cmpstr (after, ==, before);
  world_close (&world);
}

static int
count_damaged (NamidaDatabase *database)
{
  sqlite3_stmt *statement;
  int count;

  namida_database_lock (database);
  statement = namida_database_prepare (database, NULL, "SELECT count (*) FROM contents WHERE damaged = 1", "");
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  count = sqlite3_column_int (statement, 0);
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return count;
}

/* A damaged file is not restored, and its content is unknown from then on: the next sending carries it. */
static void
test_damaged (void)
{
  World world = { 0 };
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *sha256 = namida_digest_bytes ("one", 3);
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (NamidaStoredRow));
  NamidaStoredRow row = { .kind = NAMIDA_VERSION_FILE_FILE,
                          .relative = "Music/Music/Björk/01.flac",
                          .label = "Music",
                          .below = "Björk/01.flac",
                          .size = 3,
                          .sha256 = sha256 };
  NamidaRestoreResult result;

  world_open (&world);
  fill_version (&world);
  {
    g_autofree char *path = g_build_filename (world.version, row.relative, NULL);
    struct stat st;

    write_file ("onE", -1, 1500000000, path, NULL);
    g_assert_cmpint (stat (path, &st), ==, 0);
    row.inode = (guint64) st.st_ino;
    row.device = (guint64) st.st_dev;
    row.mtime_ns = 1500000000 * G_GINT64_CONSTANT (1000000000);
  }
  row.folder = world.version;
  g_assert_true (namida_database_exec (world.database, NULL,
                                       "INSERT INTO versions (id, session, alias, path, created_at, landing, title,"
                                       " offer_key, complete) VALUES (7, 's', 'Phone', ?, 1, 'backup', '', '', 1)",
                                       "s", world.version));
  g_array_append_val (rows, row);
  g_assert_true (namida_version_lists_write (world.database, 7, "backup", world.version, rows, NULL));
  g_assert_cmpint (count_damaged (world.database), ==, 0);
  plan = load (&world);
  choose (plan, "Rips", NULL);
  choose (plan, "", NULL);
  result = apply_with (plan, &error);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE);
  g_assert_nonnull (strstr (error->message, "01.flac"));
  g_assert_cmpuint (result.blocked, ==, 1);
  g_assert_cmpuint (result.added, ==, 2);
  g_assert_false (is_there (world.music, "Björk", "01.flac", NULL));
  g_assert_cmpint (count_damaged (world.database), ==, 1);
  world_close (&world);
}

static void
test_zip_times (void)
{
  World world = { 0 };
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_auto (GStrv) steps = NULL;
  g_autofree char *zip = NULL;
  g_autofree char *target = NULL;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  struct stat st;

  world_open (&world);
  zip = g_build_filename (world.version, NAMIDA_SAMPLE_ZIP, NULL);
  g_assert_cmpint (utimensat (AT_FDCWD, zip, (struct timespec[2]){ { 1000, 0 }, { 1000, 0 } }, 0), ==, 0);
  write_file ("PK", -1, now - 100, world.zips, "Namida Backup - 2026-01-01 01.00.00.zip", NULL);
  write_file ("PK", -1, now + 100, world.zips, "Another.zip", NULL);
  target = g_build_filename (world.zips, NAMIDA_SAMPLE_ZIP, NULL);
  plan = load (&world);
  apply (plan);
  g_assert_cmpint (stat (target, &st), ==, 0);
  g_assert_cmpint (st.st_mtim.tv_sec, ==, 1000);
  steps = namida_restore_plan_dup_next_steps (plan);
  g_assert_nonnull (strstr (steps[0], "Manual"));
  undo (&world);

  namida_restore_plan_set_automatic (plan, TRUE);
  apply (plan);
  g_assert_cmpint (stat (target, &st), ==, 0);
  g_assert_cmpint (st.st_mtim.tv_sec, >=, now);
  g_clear_pointer (&steps, g_strfreev);
  steps = namida_restore_plan_dup_next_steps (plan);
  g_assert_nonnull (strstr (steps[0], "Automatic"));
  g_assert_nonnull (strstr (steps[0], NAMIDA_SAMPLE_ZIP));
  g_assert_cmpuint (g_strv_length (steps), >=, 3); /* the paths to update, too */
  world_close (&world);
}

static void
test_busy (void)
{
  World world = { 0 };
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *parts = NULL;
  int fd;

  world_open (&world);
  fill_version (&world);
  parts = g_build_filename (world.music, ".namida-sync-restore", NULL);
  g_assert_cmpint (g_mkdir (parts, 0700), ==, 0);
  fd = open (parts, O_RDONLY | O_DIRECTORY);
  g_assert_cmpint (flock (fd, LOCK_EX), ==, 0);
  plan = load (&world);
  choose (plan, "Rips", NULL);
  apply_with (plan, &error);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY);
  close (fd);
  apply (plan); /* what a crash left in the way does not stay in the way */
  g_assert_false (is_there (parts, NULL));
  world_close (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/restore/load", test_load);
  g_test_add_func ("/restore/layouts", test_layouts);
  g_test_add_func ("/restore/twice-and-undo", test_twice_and_undo);
  g_test_add_func ("/restore/undo-of-changed", test_undo_of_changed);
  g_test_add_func ("/restore/pick", test_pick);
  g_test_add_func ("/restore/undo-of-same-size", test_undo_of_same_size);
  g_test_add_func ("/restore/most-files", test_most_files);
  g_test_add_func ("/restore/undo-hindered", test_undo_hindered);
  g_test_add_func ("/restore/undo-away", test_undo_away);
  g_test_add_func ("/restore/roots", test_roots);
  g_test_add_func ("/restore/keep-both", test_keep_both);
  g_test_add_func ("/restore/replace", test_replace);
  g_test_add_func ("/restore/in-the-way", test_in_the_way);
  g_test_add_func ("/restore/damaged", test_damaged);
  g_test_add_func ("/restore/zip-times", test_zip_times);
  g_test_add_func ("/restore/busy", test_busy);
  return g_test_run ();
}
