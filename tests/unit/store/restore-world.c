/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creates a version and a home folder for the tests of restoring; see the header. */
#include "config.h"

#include "restore-world.h"

#include "namida-digest.h"
#include "namida-file-ops.h"
#include "namida-fixtures.h"
#include "namida-sample.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
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

char *
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

gboolean
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
char *
snapshot (const char *root)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  describe (lines, root, "");
  g_ptr_array_sort (lines, compare_lines);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **) lines->pdata);
}

void
open_database (World *self)
{
  g_autofree char *path = g_build_filename (self->base, "state.db", NULL);
  g_autoptr (GError) error = NULL;

  self->database = namida_database_open (path, &error);
  g_assert_no_error (error);
}

void
world_open_at (World *self, const char *base)
{
  self->base = g_strdup (base);
  self->version = g_build_filename (base, "store", "Phone", "2026-07-19 18.30.00", NULL);
  self->music = g_build_filename (base, "home", "Music", NULL);
  self->zips = g_build_filename (base, "home", "Namida", "Backups", NULL);
  self->other = g_build_filename (base, "home", "other", NULL);
  open_database (self);
}

void
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

void
world_close (World *self)
{
  fixtures_remove (self->base);
  world_free (self);
}

void
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

NamidaRestorePlan *
load_from (World *self, const char *folder, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) known = g_ptr_array_new ();

  g_ptr_array_add (known, self->music);
  namida_restore_plan_load_async (self->database, folder, self->music, known, self->zips, NULL, keep, &result);
  wait_for (&result);
  return namida_restore_plan_load_finish (result, error);
}

NamidaRestorePlan *
load (World *self)
{
  g_autoptr (GError) error = NULL;
  NamidaRestorePlan *plan = load_from (self, self->version, &error);

  g_assert_no_error (error);
  return plan;
}

void
choose (NamidaRestorePlan *plan, const char *label, const char *folder)
{
  g_autoptr (GError) error = NULL;

  namida_restore_plan_set_destination (plan, label, folder, &error);
  g_assert_no_error (error);
}

void
preview (NamidaRestorePlan *plan)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  namida_restore_plan_preview_async (plan, NULL, keep, &result);
  wait_for (&result);
  namida_restore_plan_preview_finish (plan, result, &error);
  g_assert_no_error (error);
}

NamidaRestoreResult
apply_with (NamidaRestorePlan *plan, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  NamidaRestoreResult applied = { 0 };

  namida_restore_plan_apply_async (plan, NULL, NULL, NULL, keep, &result);
  wait_for (&result);
  namida_restore_plan_apply_finish (plan, result, &applied, error);
  return applied;
}

NamidaRestoreResult
apply (NamidaRestorePlan *plan)
{
  g_autoptr (GError) error = NULL;
  NamidaRestoreResult applied = apply_with (plan, &error);

  g_assert_no_error (error);
  return applied;
}

NamidaRestoreResult
undo_with (World *self, const char *id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  NamidaRestoreResult undone = { 0 };

  namida_restore_undo_async (self->database, id, NULL, keep, &result);
  wait_for (&result);
  namida_restore_undo_finish (result, &undone, error);
  return undone;
}

NamidaRestoreResult
undo (World *self)
{
  g_autoptr (GError) error = NULL;
  NamidaRestoreResult undone = undo_with (self, NULL, &error);

  g_assert_no_error (error);
  return undone;
}

NamidaRestoreLabel *
label_of (NamidaRestorePlan *plan, const char *name)
{
  GPtrArray *labels = namida_restore_plan_get_labels (plan);

  for (guint i = 0; i < labels->len; i++)
    if (g_str_equal (((NamidaRestoreLabel *) labels->pdata[i])->label, name))
      return labels->pdata[i];
  return NULL;
}
