/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-digest.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-restore.h"
#include "namida-sample.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

/* A version, and a home to restore it into. */
typedef struct
{
  char *base;
  char *version;
  char *music; /* the music folder of the home */
  char *zips;  /* Namida's folder of backups */
  char *other; /* a folder with nothing to do with it */
  NamidaDatabase *database;
} World;

static void
remove_tree (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *parent = g_path_get_dirname (path);
  int fd = open (parent, O_RDONLY | O_DIRECTORY);

  g_assert_true (namida_tree_remove (fd, name));
  close (fd);
}

static void
write_file (const char *content, gssize length, gint64 mtime, const char *first, ...)
{
  g_autofree char *path = NULL;
  g_autofree char *folder = NULL;
  struct timespec times[2] = { { mtime, 5000000 }, { mtime, 5000000 } };
  va_list args;

  va_start (args, first);
  path = g_build_filename_valist (first, &args);
  va_end (args);
  folder = g_path_get_dirname (path);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, content, length, NULL));
  g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
}

static char *
read_file (const char *first, ...)
{
  g_autofree char *path = NULL;
  char *text = NULL;
  va_list args;

  va_start (args, first);
  path = g_build_filename_valist (first, &args);
  va_end (args);
  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

static gboolean
is_there (const char *first, ...)
{
  g_autofree char *path = NULL;
  struct stat st;
  va_list args;

  va_start (args, first);
  path = g_build_filename_valist (first, &args);
  va_end (args);
  return lstat (path, &st) == 0;
}

static void
describe (GPtrArray *lines, const char *root, const char *relative)
{
  g_autofree char *path = g_build_filename (root, relative, NULL);
  g_autofree char *content = NULL;
  g_autofree char *hash = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;
  struct stat st;
  gsize length;

  g_assert_cmpint (lstat (path, &st), ==, 0);
  if (S_ISREG (st.st_mode))
    {
      g_assert_true (g_file_get_contents (path, &content, &length, NULL));
      hash = namida_digest_bytes (content, length);
      g_ptr_array_add (lines, g_strdup_printf ("%s %s %" G_GINT64_FORMAT " %o", relative, hash,
                                               namida_stat_mtime_ns (&st), st.st_mode));
      return;
    }
  g_ptr_array_add (lines, g_strdup_printf ("%s %o", relative, st.st_mode));
  dir = S_ISDIR (st.st_mode) ? g_dir_open (path, 0, NULL) : NULL;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = *relative != '\0' ? g_build_filename (relative, name, NULL) : g_strdup (name);

      describe (lines, root, child);
    }
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* All that is below @root: names, contents, times and modes of files. */
static char *
snapshot (const char *root)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  describe (lines, root, "");
  g_ptr_array_sort (lines, compare_lines);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **) lines->pdata);
}

static void
open_database (World *self)
{
  g_autofree char *path = g_build_filename (self->base, "state.db", NULL);
  g_autoptr (GError) error = NULL;

  self->database = namida_database_open (path, &error);
  g_assert_no_error (error);
}

static void
world_open_at (World *self, const char *base)
{
  self->base = g_strdup (base);
  self->version = g_build_filename (base, "store", "Phone", "2026-07-19 18.30.00", NULL);
  self->music = g_build_filename (base, "home", "Music", NULL);
  self->zips = g_build_filename (base, "home", "Namida", "Backups", NULL);
  self->other = g_build_filename (base, "home", "other", NULL);
  open_database (self);
}

static void
world_open (World *self)
{
  g_autofree char *base = g_dir_make_tmp ("namida-restore-XXXXXX", NULL);
  g_autofree char *zip = NULL;

  g_assert_nonnull (base);
  world_open_at (self, base);
  g_assert_cmpint (g_mkdir_with_parents (self->version, 0755), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (self->music, 0755), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (self->other, 0755), ==, 0);
  zip = g_build_filename (self->version, NAMIDA_SAMPLE_ZIP, NULL);
  g_assert_true (namida_sample_write_zip (zip, 20, 1, NULL));
}

static void
world_free (World *self)
{
  g_clear_object (&self->database);
  g_free (self->version);
  g_free (self->music);
  g_free (self->zips);
  g_free (self->other);
  g_free (self->base);
}

static void
world_close (World *self)
{
  remove_tree (self->base);
  world_free (self);
}

static void
fill_version (World *self)
{
  g_autofree char *nothing = g_build_filename (self->version, "Music", "Music", "Nothing yet", NULL);

  write_file ("one", -1, 1500000000, self->version, "Music", "Music", "Björk", "01.flac", NULL);
  write_file ("two", -1, 1500000001, self->version, "Music", "Music", "Björk", "02.flac", NULL);
  write_file ("", 0, 1500000002, self->version, "Music", "Music", "empty.mp3", NULL);
  write_file ("rip", -1, 1500000003, self->version, "Music", "Rips", "deep", "er", "rip.mp3", NULL);
  write_file ("{\"folders\":[{\"label\":\"Music\",\"originalPath\":\"/storage/emulated/0/Music\",\"files\":["
              "{\"name\":\"Music/Björk/01.flac\"}]}]}",
              -1, 1500000004, self->version, "manifest_x.json", NULL);
  g_assert_cmpint (g_mkdir_with_parents (nothing, 0755), ==, 0);
}

/* ---- calls ---- */

static void
keep (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static NamidaRestorePlan *
load_from (World *self, const char *folder, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) known = g_ptr_array_new ();

  g_ptr_array_add (known, self->music);
  namida_restore_plan_load_async (self->database, folder, self->music, known, self->zips, NULL, keep, &result);
  wait_for (&result);
  return namida_restore_plan_load_finish (result, error);
}

static NamidaRestorePlan *
load (World *self)
{
  g_autoptr (GError) error = NULL;
  NamidaRestorePlan *plan = load_from (self, self->version, &error);

  g_assert_no_error (error);
  return plan;
}

static void
choose (NamidaRestorePlan *plan, const char *label, const char *folder)
{
  g_autoptr (GError) error = NULL;

  namida_restore_plan_set_destination (plan, label, folder, &error);
  g_assert_no_error (error);
}

static void
preview (NamidaRestorePlan *plan)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  namida_restore_plan_preview_async (plan, NULL, keep, &result);
  wait_for (&result);
  namida_restore_plan_preview_finish (plan, result, &error);
  g_assert_no_error (error);
}

static NamidaRestoreResult
apply_with (NamidaRestorePlan *plan, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  NamidaRestoreResult applied = { 0 };

  namida_restore_plan_apply_async (plan, NULL, NULL, NULL, keep, &result);
  wait_for (&result);
  namida_restore_plan_apply_finish (plan, result, &applied, error);
  return applied;
}

static NamidaRestoreResult
apply (NamidaRestorePlan *plan)
{
  g_autoptr (GError) error = NULL;
  NamidaRestoreResult applied = apply_with (plan, &error);

  g_assert_no_error (error);
  return applied;
}

static NamidaRestoreResult
undo_with (World *self, const char *id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  NamidaRestoreResult undone = { 0 };

  namida_restore_undo_async (self->database, id, NULL, keep, &result);
  wait_for (&result);
  namida_restore_undo_finish (result, &undone, error);
  return undone;
}

static NamidaRestoreResult
undo (World *self)
{
  g_autoptr (GError) error = NULL;
  NamidaRestoreResult undone = undo_with (self, NULL, &error);

  g_assert_no_error (error);
  return undone;
}

static NamidaRestoreLabel *
label_of (NamidaRestorePlan *plan, const char *name)
{
  GPtrArray *labels = namida_restore_plan_get_labels (plan);

  for (guint i = 0; i < labels->len; i++)
    if (g_str_equal (((NamidaRestoreLabel *) labels->pdata[i])->label, name))
      return labels->pdata[i];
  return NULL;
}

/* ---- tests ---- */

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
  write_file ("mine", -1, 78, world.music, "Björk", "02.flac", NULL);
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

static void
test_damaged (void)
{
  World world = { 0 };
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *sha256 = namida_digest_bytes ("one", 3);
  NamidaRestoreResult result;

  world_open (&world);
  fill_version (&world);
  g_assert_true (namida_database_exec (world.database, NULL,
                                       "INSERT INTO versions (id, session, alias, path, created_at, landing, title,"
                                       " offer_key, complete) VALUES (7, 's', 'Phone', ?, 1, 'backup', '', '', 1)",
                                       "s", world.version));
  g_assert_true (namida_database_exec (
      world.database, NULL,
      "INSERT INTO version_files (version, path, kind, label, relative, size, mtime_ns, inode, device, sha256)"
      " VALUES (7, 'Music/Music/Björk/01.flac', 1, 'Music', 'Björk/01.flac', 3, 0, 0, 0, ?)",
      "s", sha256));
  write_file ("onE", -1, 1500000000, world.version, "Music", "Music", "Björk", "01.flac", NULL);
  plan = load (&world);
  choose (plan, "Rips", NULL);
  choose (plan, "", NULL);
  result = apply_with (plan, &error);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE);
  g_assert_nonnull (strstr (error->message, "01.flac"));
  g_assert_cmpuint (result.blocked, ==, 1);
  g_assert_cmpuint (result.added, ==, 2);
  g_assert_false (is_there (world.music, "Björk", "01.flac", NULL));
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

/* ---- random trees ---- */

static void
write_random (GRand *rand, const char *root, const char *mark)
{
  static const char *const names[] = { "a", "b", "c.mp3", "d (2).mp3", "e", "f.flac" };
  g_autofree char *folder = g_strdup (root);
  g_autofree char *content = NULL;
  g_autofree char *path = NULL;
  int depth = g_rand_int_range (rand, 0, 3);

  for (int i = 0; i < depth; i++)
    {
      char *next = g_build_filename (folder, names[g_rand_int_range (rand, 0, 6)], NULL);

      g_free (folder);
      folder = next;
    }
  path = g_build_filename (folder, names[g_rand_int_range (rand, 0, 6)], NULL);
  if (g_mkdir_with_parents (folder, 0755) != 0 || g_file_test (path, G_FILE_TEST_EXISTS))
    return; /* a file is in the way: another tree then */
  content = g_strnfill (g_rand_int_range (rand, 0, 4), g_rand_boolean (rand) ? 'x' : *mark);
  write_file (content, -1, g_rand_int_range (rand, 1, 2000000000), path, NULL);
}

static void
random_round (guint32 seed)
{
  World world = { 0 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  g_autofree char *home = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *later = NULL;
  g_autofree char *undone = NULL;
  NamidaRestoreResult result;

  world_open (&world);
  one = g_build_filename (world.version, "Music", "Music", NULL);
  two = g_build_filename (world.version, "Music", "Rips", NULL);
  for (int i = g_rand_int_range (rand, 1, 30); i > 0; i--)
    write_random (rand, g_rand_boolean (rand) ? one : two, "v");
  for (int i = g_rand_int_range (rand, 0, 30); i > 0; i--)
    write_random (rand, g_rand_boolean (rand) ? world.music : world.other, "h");
  home = g_build_filename (world.base, "home", NULL);
  before = snapshot (home);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (NamidaRestorePlan) plan = load (&world);

      if (is_there (two, NULL))
        choose (plan, "Rips", seed % 3 == 0 ? world.music : world.other);
      namida_restore_plan_set_policy (plan, (NamidaRestorePolicy) (seed / 3 % 3));
      /* Files in the way of folders are told as INCOMPLETE; the rest is restored. Two folders into one, each of which
       * replaces the other's file, cannot come to an end: then the first run is all. */
      result = apply_with (plan, NULL);
      if (i == 0 || (seed % 3 == 0 && seed / 3 % 3 == NAMIDA_RESTORE_REPLACE))
        {
          g_free (after);
          after = snapshot (home);
        }
      else
        g_assert_cmpuint (result.added + result.replaced + result.folders, ==, 0);
    }
  later = snapshot (home);
  g_assert_cmpstr (later, ==, after);
  for (;;)
    {
      g_autoptr (GError) error = NULL;

      result = undo_with (&world, NULL, &error);
      if (error != NULL)
        break;
      g_assert_cmpuint (result.left, ==, 0);
    }
  undone = snapshot (home);
  g_assert_cmpstr (undone, ==, before);
  world_close (&world);
}

static void
test_random (void)
{
  for (guint32 seed = 0; seed < 90; seed++)
    {
      g_test_message ("seed %u", seed);
      random_round (seed);
    }
}

/* ---- a crash in the middle ---- */

#define N_FILES 300

static int
apply_as_child (const char *base, const char *policy)
{
  World world = { 0 };
  g_autoptr (NamidaRestorePlan) plan = NULL;

  world_open_at (&world, base);
  plan = load (&world);
  namida_restore_plan_set_policy (plan, (NamidaRestorePolicy) atoi (policy));
  apply (plan);
  return 0;
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* Kills the child when so many files have come, wherever it then is. Returns: whether it was killed. */
static gboolean
run_and_kill (World *world, guint files, const char *policy)
{
  const char *argv[] = { "/proc/self/exe", "--apply", world->base, policy, NULL };
  g_autofree char *album = g_build_filename (world->music, "album", NULL);
  GPid pid;
  int status;

  g_assert_true (g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL,
                                NULL, NULL, &pid, NULL));
  for (;;)
    {
      pid_t done = waitpid (pid, &status, WNOHANG);

      g_assert_cmpint (done, >=, 0);
      if (done == pid)
        return FALSE;
      if (count_files (album) >= files)
        break;
      g_usleep (200);
    }
  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  return WIFSIGNALED (status);
}

static char *
dup_content (guint i, const char *mark)
{
  g_autofree char *line = g_strdup_printf ("%s %u\n", mark, i);
  g_autoptr (GString) text = g_string_new (NULL);

  while (text->len < 20000)
    g_string_append (text, line);
  return g_strdup (text->str);
}

static void
check_whole (World *world)
{
  for (guint i = 0; i < N_FILES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%03u.mp3", i);
      g_autofree char *text = read_file (world->music, "album", name, NULL);
      g_autofree char *good = dup_content (i, "version");
      g_autofree char *old = dup_content (i, "mine");

      if (text != NULL)
        g_assert_true (strcmp (text, good) == 0 || (i % 50 == 0 && strcmp (text, old) == 0));
      else
        g_assert_cmpuint (i % 50, !=, 0); /* what was there never vanishes */
    }
}

static void
crash_round (guint files, NamidaRestorePolicy policy)
{
  World world = { 0 };
  g_autofree char *text = g_strdup_printf ("%d", policy);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *home = NULL;
  gboolean resumed = files % 2 == 0;

  world_open (&world);
  home = g_build_filename (world.base, "home", NULL);
  for (guint i = 0; i < N_FILES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%03u.mp3", i);
      g_autofree char *content = dup_content (i, "version");
      g_autofree char *mine = dup_content (i, "mine");

      write_file (content, -1, 1000 + i, world.version, "Music", "Music", "album", name, NULL);
      if (i % 50 == 0)
        write_file (mine, -1, 5000 + i, world.music, "album", name, NULL);
    }
  before = snapshot (home);
  g_clear_object (&world.database);
  run_and_kill (&world, files, text);
  check_whole (&world);
  open_database (&world);
  if (resumed)
    {
      g_autoptr (NamidaRestorePlan) plan = load (&world);

      namida_restore_plan_set_policy (plan, policy);
      apply (plan);
      check_whole (&world);
      for (guint i = 0; i < N_FILES; i++)
        {
          g_autofree char *name = g_strdup_printf ("%03u.mp3", i);

          g_assert_true (is_there (world.music, "album", name, NULL));
        }
      g_assert_false (is_there (world.music, ".namida-sync-restore", NULL));
    }
  for (;;)
    {
      g_autoptr (GError) error = NULL;

      undo_with (&world, NULL, &error);
      if (error != NULL)
        {
          g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
          break;
        }
    }
  after = snapshot (home);
  g_assert_cmpstr (after, ==, before);
  world_close (&world);
}

static void
test_crash (void)
{
  static const guint when[] = { 6, 7, 8, 70, 71, 135, 200, 201, 280 };

  for (guint i = 0; i < G_N_ELEMENTS (when); i++)
    crash_round (when[i], i % 2 == 0 ? NAMIDA_RESTORE_REPLACE : NAMIDA_RESTORE_SKIP_DIFFERENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (argc == 4 && g_str_equal (argv[1], "--apply"))
    return apply_as_child (argv[2], argv[3]);
  g_test_add_func ("/restore/load", test_load);
  g_test_add_func ("/restore/layouts", test_layouts);
  g_test_add_func ("/restore/twice-and-undo", test_twice_and_undo);
  g_test_add_func ("/restore/undo-of-changed", test_undo_of_changed);
  g_test_add_func ("/restore/keep-both", test_keep_both);
  g_test_add_func ("/restore/replace", test_replace);
  g_test_add_func ("/restore/in-the-way", test_in_the_way);
  g_test_add_func ("/restore/damaged", test_damaged);
  g_test_add_func ("/restore/zip-times", test_zip_times);
  g_test_add_func ("/restore/busy", test_busy);
  g_test_add_func ("/restore/random", test_random);
  g_test_add_func ("/restore/crash", test_crash);
  return g_test_run ();
}
