/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “send --dry-run”: shows what would be sent, without sending. Called by “send” when its device is found. Main
 * thread. */
#include "config.h"

#include "namida-cli-send-preview.h"

#include "namida-cli-exit.h"
#include "namida-cli-left-out.h"
#include "namida-cli-output.h"
#include "namida-format.h"

#include <glib/gi18n-lib.h>

static gboolean
send_preview_is_wanted (NamidaHubPreview *preview, const NamidaEntry *entry)
{
  return preview->wanted == NULL ? entry->kind != NAMIDA_ENTRY_FOLDER
                                 : g_hash_table_contains (preview->wanted->files, entry->id);
}

static void
send_preview_report_file (NamidaCli *cli, const NamidaEntry *entry)
{
  g_autofree char *path = namida_entry_dup_path (entry);
  g_autofree char *size = namida_format_size (entry->size);

  if (cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("would-send");

      namida_json_build_string (builder, "file", path);
      namida_json_build_int (builder, "size", entry->size);
      namida_cli_emit (builder);
    }
  else if (cli->verbose)
    /* Translators: a file's path and size */
    namida_cli_say (cli, _ ("Would be sent: %s (%s)"), path, size);
}

/* @known: whether the device has told what it already has */
static void
send_preview_report_sum (
    NamidaCli *cli, NamidaPeer *peer, NamidaBackup *backup, guint files, guint64 bytes, gboolean known)
{
  guint there = namida_backup_get_files (backup) - files;
  g_autofree char *count = namida_format_files (files);
  g_autofree char *size = namida_format_size (bytes);

  if (cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("end");

      namida_json_build_string (builder, "result", "would-send");
      namida_json_build_int (builder, "files", namida_backup_get_files (backup));
      namida_json_build_int (builder, "wouldSend", files);
      namida_json_build_int (builder, "bytes", bytes);
      namida_json_build_int (builder, "excluded", namida_backup_get_excluded (backup));
      namida_cli_emit (builder);
    }
  if (!known)
    /* Translators: a device, "3 files", their size */
    namida_cli_say (cli, _ ("Would send to %s: %s (%s), less what is already there. Nothing was sent."),
                    namida_peer_get_alias (peer), count, size);
  else
    /* Translators: a device, "3 files", their size, a number of files */
    namida_cli_say (cli, _ ("Would send to %s: %s (%s); %'u are already there. Nothing was sent."),
                    namida_peer_get_alias (peer), count, size, there);
}

static int
send_preview_report (NamidaCli *cli, NamidaPeer *peer, NamidaHubPreview *preview)
{
  GPtrArray *entries = namida_backup_get_entries (preview->backup);
  guint64 bytes = 0;
  guint files = 0;

  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);

      if (!send_preview_is_wanted (preview, entry))
        continue;
      send_preview_report_file (cli, entry);
      files++;
      bytes += entry->size;
    }
  namida_cli_report_left_out (cli, preview->backup);
  if (preview->reason != NULL)
    namida_cli_complain ("%s", preview->reason->message);
  send_preview_report_sum (cli, peer, preview->backup, files, bytes, preview->wanted != NULL);
  if (preview->reason != NULL && !g_error_matches (preview->reason, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND))
    return (int) namida_cli_exit_from_error (preview->reason);
  return namida_backup_count_missed (preview->backup) > 0 ? NAMIDA_CLI_EXIT_INCOMPLETE : NAMIDA_CLI_EXIT_DONE;
}

int
namida_cli_send_preview (NamidaCli *cli, NamidaHub *hub, NamidaPeer *peer, GListModel *files, NamidaScanFilter *filter)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (NamidaHubPreview) preview = NULL;
  g_autoptr (GError) error = NULL;

  namida_hub_preview_async (hub, peer, files, filter, cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  preview = namida_hub_preview_finish (hub, result, &error);
  return preview != NULL ? send_preview_report (cli, peer, preview) : namida_cli_fail (cli, error);
}
