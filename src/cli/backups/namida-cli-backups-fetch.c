/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “backups list --from” and “backups fetch”: the versions that another trusted device keeps for this one. Main
 * thread. */
#include "config.h"

#include "namida-cli-backups.h"

#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-cli-progress.h"
#include "namida-format.h"

#include <glib/gi18n-lib.h>

static GPtrArray *
fetch_list_kept (NamidaCliBackups *self, NamidaHub *hub, NamidaPeer *peer, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  namida_hub_list_kept_async (hub, peer, self->cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  return namida_hub_list_kept_finish (hub, result, error);
}

static void
fetch_report_kept (NamidaCli *cli, const NamidaKeptBackup *one)
{
  g_autofree char *time = namida_cli_dup_time ((gint64) one->created_ms * 1000);
  g_autofree char *title = namida_format_alias (one->title);
  g_autofree char *size = namida_format_size (one->bytes);
  JsonBuilder *builder;

  if (!cli->json)
    {
      namida_cli_print ("%4s  %s  %s, %s%s", one->id, time, title, size, one->complete ? "" : _ (", not complete"));
      return;
    }
  builder = namida_cli_object ();
  namida_json_build_string (builder, "id", one->id);
  namida_json_build_string (builder, "title", one->title);
  namida_json_build_int (builder, "created", one->created_ms);
  namida_json_build_int (builder, "files", one->files);
  namida_json_build_int (builder, "bytes", one->bytes);
  namida_json_build_boolean (builder, "complete", one->complete);
  namida_cli_emit (builder);
}

static int
fetch_list_from (NamidaCliBackups *self, NamidaHub *hub, NamidaPeer *peer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = fetch_list_kept (self, hub, peer, &error);

  if (list == NULL)
    return namida_cli_fail (self->cli, error);
  for (guint i = 0; i < list->len; i++)
    fetch_report_kept (self->cli, g_ptr_array_index (list, i));
  if (list->len == 0)
    namida_cli_say (self->cli, _ ("“%s” keeps no backup of this device."), namida_peer_get_alias (peer));
  return NAMIDA_CLI_EXIT_DONE;
}

static void
fetch_on_ended (NamidaTransfer *transfer, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

/* Reports what comes from an older version because the newest one does not have it. */
static void
fetch_report_older (NamidaCli *cli, GPtrArray *list)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean zip = FALSE, first = TRUE;

  for (guint i = 0; i < list->len; i++)
    {
      const NamidaKeptBackup *one = g_ptr_array_index (list, i);
      g_autofree char *time = namida_cli_dup_time ((gint64) one->created_ms * 1000);

      if (!one->complete || one->labels == NULL)
        continue;
      if (one->zip && !zip && !first)
        namida_cli_say (cli, _ ("The backup zip comes from the older version %s of %s."), one->id, time);
      for (guint j = 0; j < one->labels->len; j++)
        {
          const char *label = g_ptr_array_index (one->labels, j);
          g_autofree char *shown = namida_format_alias (*label != '\0' ? label : _ ("Single files"));

          if (g_hash_table_add (seen, (gpointer) label) && !first)
            namida_cli_say (cli, _ ("“%s” comes from the older version %s of %s."), shown, one->id, time);
        }
      zip |= one->zip;
      first = FALSE;
    }
}

/* @id: (nullable): %NULL selects the newest of everything that is complete, or, if the other program cannot combine
 * versions, the newest version. Returns: (transfer full) (nullable) */
static char *
fetch_choose (NamidaCliBackups *self, NamidaHub *hub, NamidaPeer *peer, const char *id, GError **error)
{
  g_autoptr (GPtrArray) list = NULL;

  if (id != NULL)
    return g_strdup (id);
  list = fetch_list_kept (self, hub, peer, error);
  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      const NamidaKeptBackup *one = g_ptr_array_index (list, i);

      if (!one->complete)
        continue;
      if (one->labels == NULL)
        return g_strdup (one->id);
      fetch_report_older (self->cli, list);
      return g_strdup (NAMIDA_KEPT_BACKUP_NEWEST);
    }
  if (list != NULL)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                 _ ("“%s” keeps no complete backup of this device. If this device replaced another one, say so there: "
                    "namida-sync-cli backups succeed OLD NEW"),
                 namida_peer_get_alias (peer));
  return NULL;
}

static int
fetch_from (NamidaCliBackups *self, NamidaHub *hub, NamidaPeer *peer, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *chosen = fetch_choose (self, hub, peer, id, &error);
  NamidaTransfer *transfer;
  gboolean over = FALSE;
  gulong stop;

  if (chosen == NULL)
    return namida_cli_fail (self->cli, error);
  transfer = namida_hub_fetch (hub, peer, chosen, self->labels, self->landing);
  /* Received data stays, so that the same command can resume the transfer. */
  stop = g_signal_connect_object (self->cli->cancellable, "cancelled", G_CALLBACK (namida_transfer_cancel_keeping),
                                  transfer, G_CONNECT_SWAPPED);
  namida_cli_progress_watch (self->cli, transfer, fetch_on_ended, &over);
  if (g_cancellable_is_cancelled (self->cli->cancellable))
    namida_transfer_cancel_keeping (transfer);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (self->cli->cancellable, stop);
  return (int) namida_cli_exit_from_transfer (transfer);
}

static int
fetch_with_device (NamidaCliBackups *self, const char *id, gboolean fetch)
{
  g_autofree char *backups = self->backups != NULL ? g_canonicalize_filename (self->backups, NULL) : NULL;
  g_autofree char *music = self->music != NULL ? g_canonicalize_filename (self->music, NULL) : NULL;
  NamidaHubOptions options = { .send_only = TRUE, .backups = backups, .music = music };
  g_autoptr (NamidaHub) hub = NULL;
  g_autoptr (NamidaPeer) peer = NULL;
  g_autoptr (GError) error = NULL;
  int code;

  if (self->from == NULL)
    return namida_cli_usage (_ ("Say from which device: --from NAME. “namida-sync-cli devices” lists them."));
  if (!namida_cli_check_place (self->from))
    return NAMIDA_CLI_EXIT_USAGE;
  hub = namida_cli_start_hub (self->cli, &options, &error);
  if (hub == NULL)
    return namida_cli_fail (self->cli, error);
  peer = namida_cli_resolve (self->cli, hub, self->from, &error);
  if (peer == NULL || !namida_hub_check_recipient (hub, peer, self->from, &error))
    code = namida_cli_fail (self->cli, error);
  else
    code = fetch ? fetch_from (self, hub, peer, id) : fetch_list_from (self, hub, peer);
  namida_cli_stop_hub (hub);
  return code;
}

int
namida_cli_backups_list_kept (NamidaCliBackups *self)
{
  return fetch_with_device (self, NULL, FALSE);
}

int
namida_cli_backups_fetch (NamidaCliBackups *self, const char *id)
{
  return fetch_with_device (self, id, TRUE);
}
