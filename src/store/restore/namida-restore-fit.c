/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of a restore on another device: the backup zip goes into Namida's folder of backups as a copy whose paths are
 * those of this computer, found by the music that was just restored and by the folders of Namida here. Called by the
 * command line and the window after the files are in place; the copy is written in a thread. */
#include "config.h"

#include "namida-restore-fit.h"

#include "namida-error.h"
#include "namida-format.h"
#include "namida-restore-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  char *zip; /* in the version */
  char *name;
  char *folder;
  char *out;
  GPtrArray *music;
  NamidaParts parts;
} RestoreFit;

static void
restore_fit_free (gpointer data)
{
  RestoreFit *job = data;

  g_ptr_array_unref (job->music);
  g_free (job->zip);
  g_free (job->name);
  g_free (job->folder);
  g_free (job->out);
  g_free (job);
}

/* "Namida Backup - 2026-08-22 19.05.10 - fitted.zip", or the first such name that is free. */
static char *
restore_fit_dup_path (const char *folder, const char *zip)
{
  gsize length = strlen (zip) - (g_str_has_suffix (zip, ".zip") ? strlen (".zip") : 0);
  g_autofree char *stem = g_strndup (zip, length);

  for (guint n = 1;; n++)
    {
      g_autofree char *name
          = n == 1 ? g_strdup_printf ("%s - fitted.zip", stem) : g_strdup_printf ("%s - fitted (%u).zip", stem, n);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
}

static void
restore_fit_add_own_folders (GPtrArray *music)
{
  g_autoptr (GPtrArray) own = namida_here_dup_music_folders ();

  for (guint i = 0; i < own->len; i++)
    if (!g_ptr_array_find_with_equal_func (music, own->pdata[i], g_str_equal, NULL))
      g_ptr_array_add (music, g_strdup (own->pdata[i]));
}

static void
restore_fit_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  RestoreFit *job = data;
  NamidaFitRequest request = { .here = TRUE, .music = job->music, .parts = job->parts };
  NamidaFitResult *result = NULL;
  GError *error = NULL;

  restore_fit_add_own_folders (job->music);
  if (g_mkdir_with_parents (job->folder, 0777) != 0)
    {
      int saved_errno = errno;
      g_autofree char *what = g_strdup_printf (_ ("Could not create the folder “%s”"), job->folder);

      namida_error_set_from_errno (&error, saved_errno, what);
    }
  else
    {
      job->out = restore_fit_dup_path (job->folder, job->name);
      result = namida_fit_file (job->zip, job->out, &request, cancellable, &error);
    }
  if (result != NULL)
    g_task_return_pointer (task, result, (GDestroyNotify) namida_fit_result_free);
  else
    g_task_return_error (task, error);
}

void
namida_restore_plan_fit_async (NamidaRestorePlan *self,
                               NamidaParts parts,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  RestoreFit *job;

  g_task_set_source_tag (task, namida_restore_plan_fit_async);
  if (self->zip == NULL)
    {
      g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("The version has no Namida backup."));
      return;
    }
  job = g_new0 (RestoreFit, 1);
  job->zip = g_build_filename (((NamidaRestoreLabel *) self->labels->pdata[0])->source, self->zip, NULL);
  job->name = g_strdup (self->zip);
  job->folder = g_strdup (self->zip_folder);
  job->parts = parts;
  job->music = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 1; i < self->labels->len; i++)
    {
      const NamidaRestoreLabel *label = self->labels->pdata[i];

      if (label->destination != NULL)
        g_ptr_array_add (job->music, g_strdup (label->destination));
    }
  g_task_set_task_data (task, job, restore_fit_free);
  g_task_run_in_thread (task, restore_fit_thread);
}

NamidaFitResult *
namida_restore_plan_fit_finish (NamidaRestorePlan *self, GAsyncResult *result, char **path, GError **error)
{
  RestoreFit *job;
  NamidaFitResult *fitted;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, namida_restore_plan_fit_async), NULL);
  job = g_task_get_task_data (G_TASK (result));
  fitted = g_task_propagate_pointer (G_TASK (result), error);
  if (fitted != NULL && path != NULL)
    *path = g_strdup (job->out);
  return fitted;
}

char **
namida_restore_fit_dup_steps (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *shown = namida_format_alias (base);
  g_autoptr (GPtrArray) lines = g_ptr_array_new ();

  /* Translators: the words in English are those of Namida's own menus; %s is a file name */
  g_ptr_array_add (
      lines,
      g_strdup_printf (_ ("In Namida: Settings, Backup & Restore, Restore Backup, Automatic. It picks “%s”."), shown));
  g_ptr_array_add (lines, g_strdup (_ ("Paths need no update. Namida counts its next automatic backup from now on.")));
  g_ptr_array_add (lines, NULL);
  return (char **) g_ptr_array_steal (lines, NULL);
}
