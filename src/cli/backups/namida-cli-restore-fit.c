/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “backups restore … --fit”: waits for the copy of the backup zip that fits this computer (--here) or another device
 * (--to), and reports the result and the steps that remain in Namida. Main thread. */
#include "config.h"

#include "namida-cli-restore.h"

#include "namida-cli-fit.h"
#include "namida-cli-output.h"

#include <glib/gi18n-lib.h>

static void
restore_fit_print (NamidaCli *cli, const NamidaFittedBackup *fitted)
{
  g_auto (GStrv) lines = NULL;
  g_auto (GStrv) steps = NULL;

  steps = namida_fitted_backup_dup_step_lines (fitted);
  if (cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("fit");

      namida_cli_add_fit (builder, fitted->path, fitted->fit);
      namida_json_build_string (builder, "mergedWith", fitted->merged_with);
      namida_json_build_boolean (builder, "picked", fitted->picked);
      json_builder_set_member_name (builder, "next");
      json_builder_begin_array (builder);
      for (guint i = 0; steps[i] != NULL; i++)
        json_builder_add_string_value (builder, steps[i]);
      json_builder_end_array (builder);
      namida_cli_emit (builder);
      return;
    }
  lines = namida_fitted_backup_dup_lines (fitted);
  for (guint i = 0; lines[i] != NULL; i++)
    namida_cli_say (cli, "%s", lines[i]);
  if (!fitted->other_device)
    /* Translators: %s is a file name */
    namida_cli_say (cli, _ ("Saved as “%s”"), fitted->path);
  for (guint i = 0; !fitted->other_device && steps[i] != NULL; i++)
    namida_cli_say (cli, "%s", steps[i]);
}

gboolean
namida_cli_restore_fit (NamidaCli *cli, NamidaRestorePlan *plan, const NamidaRestoreFitOptions *options, GError **error)
{
  g_autoptr (NamidaFittedBackup) fitted = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  if (namida_restore_plan_get_zip (plan) == NULL)
    return TRUE;
  namida_restore_plan_fit_async (plan, options, FALSE, cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  fitted = namida_restore_plan_fit_finish (plan, result, error);
  if (fitted == NULL)
    return FALSE;
  restore_fit_print (cli, fitted);
  return TRUE;
}

NamidaFittedBackup *
namida_cli_restore_fit_for (NamidaCli *cli,
                            NamidaHub *hub,
                            NamidaVersion *version,
                            NamidaPeer *peer,
                            const NamidaRestoreFitOptions *options,
                            GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  NamidaFittedBackup *fitted;

  namida_hub_fit_for_async (hub, version, peer, options, FALSE, cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  fitted = namida_hub_fit_for_finish (hub, result, error);
  if (fitted != NULL)
    restore_fit_print (cli, fitted);
  return fitted;
}
