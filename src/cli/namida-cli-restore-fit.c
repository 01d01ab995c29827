/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “backups restore --here --fit”: waits for the copy of the backup zip with the paths of this computer, and says what
 * was done and what is left to do in Namida. Main thread. */
#include "config.h"

#include "namida-cli-restore.h"

#include "namida-cli-exit.h"
#include "namida-cli-fit.h"
#include "namida-cli-output.h"
#include "namida-restore-fit.h"

int
namida_cli_restore_fit (NamidaCli *cli, NamidaRestorePlan *plan, NamidaParts parts)
{
  g_autoptr (NamidaFitResult) done = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_auto (GStrv) steps = NULL;

  if (namida_restore_plan_get_zip (plan) == NULL)
    return NAMIDA_CLI_EXIT_DONE;
  namida_restore_plan_fit_async (plan, parts, cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  done = namida_restore_plan_fit_finish (plan, result, &path, &error);
  if (done == NULL)
    return namida_cli_fail (cli, error);
  namida_cli_print_fit (cli, path, done);
  steps = namida_restore_fit_dup_steps (path);
  for (guint i = 0; !cli->json && steps[i] != NULL; i++)
    namida_cli_say (cli, "%s", steps[i]);
  return NAMIDA_CLI_EXIT_DONE;
}
