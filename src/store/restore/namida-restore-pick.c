/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Restricts a plan to a part of a version: one song, one album, or the user's selection in the list of songs.
 * Everything else is removed from the plan, so that preview, apply and undo do not have to know about the selection.
 * Called by the window and the command line between load and preview. Main context. */
#include "config.h"

#include "namida-restore-private.h"

#include "namida-error.h"
#include "namida-version-collect.h"

#include <glib/gi18n-lib.h>

/* Whether @path is one of @paths, or is inside one of them. */
static gboolean
pick_has (const char *const *paths, const char *path)
{
  for (guint i = 0; paths[i] != NULL; i++)
    if (namida_version_pick_has (paths[i], path))
      return TRUE;
  return FALSE;
}

/* Returns (transfer full): the path in the form of namida_version_find() and the items of a preview; "" for the zip. */
static char *
pick_dup_path (NamidaRestorePlan *plan, const NamidaRestoreFile *file)
{
  const NamidaRestoreLabel *label = plan->labels->pdata[file->label];
  g_autofree char *path = *label->label != '\0' ? g_strconcat (label->label, "/", file->relative, NULL) : g_strdup ("");

  return g_utf8_make_valid (path, -1);
}

static void
pick_drop_label (NamidaRestorePlan *plan, guint dropped)
{
  g_ptr_array_remove_index (plan->labels, dropped);
  for (guint i = 0; i < plan->files->len; i++)
    {
      NamidaRestoreFile *file = plan->files->pdata[i];

      file->label -= file->label > dropped;
    }
}

static gboolean
pick_is_used (NamidaRestorePlan *plan, guint label)
{
  for (guint i = 0; i < plan->files->len; i++)
    if (((const NamidaRestoreFile *) plan->files->pdata[i])->label == label)
      return TRUE;
  return FALSE;
}

/* Returns: (transfer none) (nullable): the first of @paths that matches no file of the version. */
static const char *
pick_find_missing (NamidaRestorePlan *self, const char *const *paths)
{
  g_autofree gboolean *found = g_new0 (gboolean, g_strv_length ((char **) paths) + 1);

  for (guint i = 0; i < self->files->len; i++)
    {
      g_autofree char *path = pick_dup_path (self, self->files->pdata[i]);

      for (guint j = 0; *path != '\0' && paths[j] != NULL; j++)
        found[j] = found[j] || namida_version_pick_has (paths[j], path);
    }
  for (guint j = 0; paths[j] != NULL; j++)
    if (!found[j])
      return paths[j];
  return NULL;
}

gboolean
namida_restore_plan_pick (NamidaRestorePlan *self, const char *const *paths, gboolean zip, GError **error)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_restore_file_free);
  const char *missing;

  g_return_val_if_fail (NAMIDA_IS_RESTORE_PLAN (self) && !self->busy && paths != NULL, FALSE);
  missing = pick_find_missing (self, paths);
  if (missing != NULL)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                   _ ("The backup in “%s” has no file of its own for “%s”."), self->folder, missing);
      return FALSE;
    }
  if (zip && self->zip == NULL)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("The version has no Namida backup."));
      return FALSE;
    }
  g_ptr_array_set_free_func (self->files, NULL); /* each file is moved to the new list, or freed below */
  for (guint i = 0; i < self->files->len; i++)
    {
      NamidaRestoreFile *file = self->files->pdata[i];
      g_autofree char *path = pick_dup_path (self, file);

      if (*path == '\0' ? zip : pick_has (paths, path))
        {
          g_ptr_array_add (kept, file);
          self->files->pdata[i] = NULL;
        }
    }
  g_ptr_array_set_free_func (self->files, (GDestroyNotify) namida_restore_file_free);
  g_ptr_array_unref (self->files);
  self->files = g_steal_pointer (&kept);
  for (guint i = self->labels->len; i > 0; i--)
    if (!pick_is_used (self, i - 1))
      pick_drop_label (self, i - 1);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  if (!zip)
    {
      g_clear_pointer (&self->zip, g_free);
      g_clear_pointer (&self->inspection, namida_inspection_unref);
    }
  return TRUE;
}

GPtrArray *
namida_restore_plan_dup_songs (NamidaRestorePlan *self)
{
  GPtrArray *songs = g_ptr_array_new_with_free_func (g_free);

  g_return_val_if_fail (NAMIDA_IS_RESTORE_PLAN (self) && !self->busy, songs);
  for (guint i = 0; i < self->files->len; i++)
    {
      const NamidaRestoreFile *file = self->files->pdata[i];
      g_autofree char *path = pick_dup_path (self, file);

      if (!file->folder && *path != '\0')
        g_ptr_array_add (songs, g_steal_pointer (&path));
    }
  return songs;
}
