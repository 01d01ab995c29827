/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs blocking work of a command in a thread, so that the main loop can handle Ctrl+C. Used by “fit”, “merge”,
 * “inspect” and the other commands that read whole backups. Main thread. */
#include "config.h"

#include "namida-cli-job.h"

typedef struct
{
  NamidaCliJobFunc func;
  gpointer data;
  GDestroyNotify free_result;
} CliJob;

static void
cli_job_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  CliJob *job = data;
  GError *error = NULL;
  gpointer result = job->func (job->data, cancellable, &error);

  if (error == NULL)
    g_task_return_pointer (task, result, result != NULL ? job->free_result : NULL);
  else
    g_task_return_error (task, error);
}

gpointer
namida_cli_run_job (NamidaCli *cli, NamidaCliJobFunc func, gpointer data, GDestroyNotify free_result, GError **error)
{
  CliJob job = { func, data, free_result };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GTask) task = g_task_new (NULL, cli->cancellable, namida_cli_keep_result, &result);

  g_task_set_task_data (task, &job, NULL);
  g_task_run_in_thread (task, cli_job_thread);
  namida_cli_wait (&result);
  return g_task_propagate_pointer (G_TASK (result), error);
}
