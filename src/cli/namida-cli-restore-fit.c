/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “backups restore --here --fit”: after the music of a version is in its folders, the backup zip goes into Namida's
 * folder of backups as a copy whose paths are those of this computer. Its time is that of now, so Namida's automatic
 * restore picks it. The work is done in a thread, so that Ctrl+C ends it. */
#include "config.h"

#include "namida-cli-restore.h"

#include "namida-cli-exit.h"
#include "namida-cli-fit.h"
#include "namida-cli-output.h"
#include "namida-error.h"
#include "namida-format.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  char *zip; /* in the version */
  char *out;
  NamidaFitRequest request;
} RestoreFit;

static void
restore_fit_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  RestoreFit *job = data;
  GError *error = NULL;
  NamidaFitResult *result = namida_fit_file (job->zip, job->out, &job->request, cancellable, &error);

  if (result != NULL)
    g_task_return_pointer (task, result, (GDestroyNotify) namida_fit_result_free);
  else
    g_task_return_error (task, error);
}

/* "Namida Backup - 2026-08-22 19.05.10 - fitted.zip", or the first such name that is free. */
static char *
restore_fit_dup_name (const char *folder, const char *zip)
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

/* Where the music of the version is now, and the folders of Namida on this computer. */
static GPtrArray *
restore_fit_dup_music (NamidaRestorePlan *plan)
{
  GPtrArray *labels = namida_restore_plan_get_labels (plan);
  GPtrArray *music = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) own = namida_here_dup_music_folders ();

  for (guint i = 0; i < labels->len; i++)
    {
      const NamidaRestoreLabel *label = labels->pdata[i];

      if (*label->label != '\0' && label->destination != NULL)
        g_ptr_array_add (music, g_strdup (label->destination));
    }
  for (guint i = 0; i < own->len; i++)
    if (!g_ptr_array_find_with_equal_func (music, own->pdata[i], g_str_equal, NULL))
      g_ptr_array_add (music, g_strdup (own->pdata[i]));
  return music;
}

static void
restore_fit_print_steps (NamidaCli *cli, const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *shown = namida_format_alias (base);

  if (cli->json)
    return;
  /* Translators: the words in English are those of Namida's own menus; %s is a file name */
  namida_cli_say (cli, _ ("In Namida: Settings, Backup & Restore, Restore Backup, Automatic. It picks “%s”."), shown);
  namida_cli_say (cli, _ ("Paths need no update. Namida counts its next automatic backup from now on."));
}

int
namida_cli_restore_fit (NamidaCli *cli, NamidaRestorePlan *plan, const char *folder, NamidaParts parts)
{
  const char *zip = namida_restore_plan_get_zip (plan);
  g_autoptr (GPtrArray) music = restore_fit_dup_music (plan);
  g_autoptr (NamidaFitResult) done = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GTask) task = g_task_new (NULL, cli->cancellable, namida_cli_keep_result, &result);
  g_autoptr (GError) error = NULL;
  g_autofree char *in = NULL;
  g_autofree char *out = NULL;
  RestoreFit job = { .request = { .here = TRUE, .parts = parts, .music = music } };

  if (zip == NULL)
    return NAMIDA_CLI_EXIT_DONE;
  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      g_autofree char *what = g_strdup_printf (_ ("Could not create the folder “%s”"), folder);

      namida_error_set_from_errno (&error, errno, what);
      return namida_cli_fail (cli, error);
    }
  job.zip = in
      = g_build_filename (((NamidaRestoreLabel *) namida_restore_plan_get_labels (plan)->pdata[0])->source, zip, NULL);
  job.out = out = restore_fit_dup_name (folder, zip);
  g_task_set_task_data (task, &job, NULL);
  g_task_run_in_thread (task, restore_fit_thread);
  namida_cli_wait (&result);
  done = g_task_propagate_pointer (G_TASK (result), &error);
  if (done == NULL)
    return namida_cli_fail (cli, error);
  namida_cli_print_fit (cli, out, done);
  restore_fit_print_steps (cli, out);
  return NAMIDA_CLI_EXIT_DONE;
}
