/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “backups adopt DIR”: lists the versions in a folder, for example after the database was lost or the drive was moved
 * to another computer. Main thread; the work is done in a worker thread. */
#include "config.h"

#include "namida-cli-backups.h"

#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-store-mark.h"
#include "namida-trash-find.h"
#include "namida-version-adopt.h"
#include "namida-version-folders.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

typedef struct
{
  NamidaDatabase *database;
  char *folder;
  guint adopted;
} Adoption;

static gboolean
adoption_run (Adoption *self, GCancellable *cancellable, GError **error)
{
  int fd = open (self->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean fine;

  if (fd < 0)
    {
      int code = errno;
      g_autofree char *shown = g_filename_display_name (self->folder);
      g_autofree char *what = g_strdup_printf (_ ("The folder “%s” could not be opened"), shown);

      namida_error_set_from_errno (error, code, what);
      return FALSE;
    }
  /* A single version is no store, so no mark is written into it. */
  fine
      = namida_version_folders_has (self->folder) || namida_store_mark_ensure (self->database, self->folder, fd, error);
  close (fd);
  /* The user named the folder, so also find versions in the trash of programs that no longer exist. */
  if (fine)
    namida_trash_find (self->database, self->folder, TRUE);
  return fine && namida_version_adopt (self->database, self->folder, &self->adopted, cancellable, error);
}

static void
adoption_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (adoption_run (data, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

int
namida_cli_backups_adopt (NamidaCliBackups *self, const char *folder)
{
  g_autofree char *path = g_canonicalize_filename (folder, NULL);
  g_autofree char *shown = g_filename_display_name (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) database = namida_cli_open_database (self->cli, &error);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GTask) task = NULL;
  Adoption adoption = { .database = database, .folder = path };

  if (database == NULL)
    return namida_cli_fail (self->cli, error);
  task = g_task_new (NULL, self->cli->cancellable, namida_cli_keep_result, &result);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, &adoption, NULL);
  g_task_run_in_thread (task, adoption_thread);
  namida_cli_wait (&result);
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    return namida_cli_fail (self->cli, error);
  if (self->cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("end");

      namida_json_build_string (builder, "result", "done");
      namida_json_build_int (builder, "adopted", adoption.adopted);
      namida_cli_emit (builder);
    }
  else if (adoption.adopted == 0)
    namida_cli_say (self->cli, _ ("“%s” holds no version that is not in the list of backups."), shown);
  else
    namida_cli_say (self->cli,
                    ngettext ("%'u version was found in “%s”. “namida-sync-cli backups list” shows it.",
                              "%'u versions were found in “%s”. “namida-sync-cli backups list” shows them.",
                              adoption.adopted),
                    adoption.adopted, shown);
  return NAMIDA_CLI_EXIT_DONE;
}
