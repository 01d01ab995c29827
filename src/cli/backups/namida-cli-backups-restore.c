/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “backups restore --to”: sends a version to a device. Main thread. */
#include "config.h"

#include "namida-cli-backups.h"

#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-cli-progress.h"
#include "namida-cli-restore.h"

#include <glib/gi18n-lib.h>

static void
restore_on_ended (NamidaTransfer *transfer, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static gboolean
restore_has_label (NamidaVersion *version, const char *label)
{
  GPtrArray *music = namida_version_get_music (version);

  for (guint i = 0; i < music->len; i++)
    if (g_str_equal (((NamidaVersionMusic *) g_ptr_array_index (music, i))->label, label))
      return TRUE;
  return FALSE;
}

static int
restore_to (NamidaCliBackups *self, NamidaHub *hub, NamidaVersion *version, NamidaPeer *peer)
{
  g_autoptr (NamidaFittedBackup) fitted = NULL;
  g_autoptr (GError) error = NULL;
  NamidaTransfer *transfer;
  gboolean over = FALSE;
  gulong stop;

  if (self->fit)
    {
      fitted = namida_cli_restore_fit_for (self->cli, hub, version, peer, &self->fitting, &error);
      if (fitted == NULL)
        return namida_cli_fail (self->cli, error);
    }
  if (self->picks != NULL)
    transfer = namida_hub_restore_picked_to (hub, version, peer, self->picks, self->pin, g_steal_pointer (&fitted));
  else
    transfer = namida_hub_restore_fitted_to (hub, version, peer, self->labels, self->pin, g_steal_pointer (&fitted));
  namida_sending_set_phone_names (transfer, self->names);
  if (self->unencrypted)
    namida_sending_allow_unencrypted (transfer);
  stop = g_signal_connect_object (self->cli->cancellable, "cancelled", G_CALLBACK (namida_transfer_cancel_keeping),
                                  transfer, G_CONNECT_SWAPPED);

  namida_cli_progress_watch (self->cli, transfer, restore_on_ended, &over);
  if (g_cancellable_is_cancelled (self->cli->cancellable))
    namida_transfer_cancel_keeping (transfer);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (self->cli->cancellable, stop);
  return (int) namida_cli_exit_from_transfer (transfer);
}

/* Finds a version in the list of a hub that has just been started. */
static NamidaVersion *
restore_find_loaded (NamidaHub *hub, const char *id, GError **error)
{
  while (namida_versions_get_loading (namida_hub_get_versions (hub)))
    g_main_context_iteration (NULL, TRUE);
  return namida_cli_find_version (namida_hub_get_versions (hub), id, error);
}

int
namida_cli_backups_restore (NamidaCliBackups *self, const char *id)
{
  NamidaHubOptions options = { .send_only = TRUE, .may_forget = TRUE };
  g_autoptr (NamidaHub) hub = NULL;
  g_autoptr (NamidaPeer) peer = NULL;
  g_autoptr (GError) error = NULL;
  NamidaVersion *version;
  int code;

  if (self->to == NULL)
    return namida_cli_usage (
        _ ("Say where to: --to NAME for another device (“namida-sync-cli devices” lists them), or --here."));
  if (!namida_cli_check_place (self->to))
    return NAMIDA_CLI_EXIT_USAGE;
  hub = namida_cli_start_hub (self->cli, &options, &error);
  if (hub == NULL)
    return namida_cli_fail (self->cli, error);
  version = restore_find_loaded (hub, id, &error);
  for (guint i = 0; version != NULL && self->labels != NULL && self->labels[i] != NULL && error == NULL; i++)
    if (!restore_has_label (version, self->labels[i]))
      g_set_error (&error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                   _ ("The version has no music folder “%s”. “backups show” lists them."), self->labels[i]);
  if (version != NULL && error == NULL)
    peer = namida_cli_resolve (self->cli, hub, self->to, &error);
  code = peer != NULL ? restore_to (self, hub, version, peer) : namida_cli_fail (self->cli, error);
  namida_cli_stop_hub (hub);
  return code;
}
