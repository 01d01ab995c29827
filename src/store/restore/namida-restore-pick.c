/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Restricts a plan to a part of a version: one song, one album, or the user's selection in the list of songs.
 * Everything else is removed from the plan, so that preview, apply and undo do not have to know about the selection.
 * Called by the window between load and preview. Main context. */
#include "config.h"

#include "namida-restore-private.h"

#include "namida-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Whether @path is one of @paths, or is inside one of them. */
static gboolean
pick_has (const char *const *paths, const char *path)
{
  for (guint i = 0; paths[i] != NULL; i++)
    {
      gsize length = strlen (paths[i]);

      if (length > 0 && strncmp (path, paths[i], length) == 0 && (path[length] == '\0' || path[length] == '/'))
        return TRUE;
    }
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

gboolean
namida_restore_plan_pick (NamidaRestorePlan *self, const char *const *paths, GError **error)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_restore_file_free);

  g_return_val_if_fail (NAMIDA_IS_RESTORE_PLAN (self) && !self->busy && paths != NULL, FALSE);
  g_ptr_array_set_free_func (self->files, NULL); /* each file is moved to the new list, or freed below */
  for (guint i = 0; i < self->files->len; i++)
    {
      NamidaRestoreFile *file = self->files->pdata[i];
      g_autofree char *path = pick_dup_path (self, file);

      if (pick_has (paths, path))
        {
          g_ptr_array_add (kept, file);
          self->files->pdata[i] = NULL;
        }
    }
  g_ptr_array_set_free_func (self->files, (GDestroyNotify) namida_restore_file_free);
  if (kept->len == 0)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                   _ ("The backup in “%s” has no file of its own for “%s”."), self->folder,
                   paths[0] != NULL ? paths[0] : "");
      return FALSE;
    }
  g_ptr_array_unref (self->files);
  self->files = g_steal_pointer (&kept);
  for (guint i = self->labels->len; i > 0; i--)
    if (!pick_is_used (self, i - 1))
      pick_drop_label (self, i - 1);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_pointer (&self->zip, g_free);
  g_clear_pointer (&self->inspection, namida_inspection_unref);
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
