/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-cli-report.h"

#include "namida-cli-output.h"
#include "namida-cli-progress.h"
#include "namida-clock.h"

#include <glib/gi18n-lib.h>

static void
add_files (JsonBuilder *builder, NamidaTransfer *transfer, NamidaBackup *backup)
{
  GPtrArray *entries = namida_backup_get_entries (backup);

  json_builder_set_member_name (builder, "entries");
  json_builder_begin_array (builder);
  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = entries->pdata[i];
      g_autofree char *path = namida_entry_dup_path (entry);
      g_autofree char *detail = namida_transfer_dup_detail (transfer, i);

      json_builder_begin_object (builder);
      namida_cli_add_string (builder, "file", path);
      namida_cli_add_int (builder, "size", entry->size);
      namida_cli_add_string (builder, "result",
                             namida_file_result_to_string (namida_transfer_get_result (transfer, i)));
      if (entry->sha256 != NULL)
        namida_cli_add_string (builder, "sha256", entry->sha256);
      if (detail != NULL)
        namida_cli_add_string (builder, "message", detail);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_left_out (JsonBuilder *builder, NamidaBackup *backup)
{
  GPtrArray *left_out = namida_backup_get_left_out (backup);

  json_builder_set_member_name (builder, "leftOut");
  json_builder_begin_array (builder);
  for (guint i = 0; i < left_out->len; i++)
    {
      const NamidaLeftOut *item = left_out->pdata[i];

      json_builder_begin_object (builder);
      namida_cli_add_string (builder, "file", item->path);
      namida_cli_add_string (builder, "message", item->reason);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_time (JsonBuilder *builder, const char *key, gint64 us)
{
  g_autofree char *text = us > 0 ? namida_time_to_iso8601 (us / 1000) : NULL;

  namida_cli_add_string (builder, key, text);
}

gboolean
namida_cli_write_report (NamidaTransfer *transfer, const char *path, GError **error)
{
  g_autoptr (JsonBuilder) builder = namida_cli_object ();
  NamidaBackup *backup = namida_transfer_get_backup (transfer);
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;

  namida_cli_add_string (builder, "alias", namida_transfer_get_peer_alias (transfer));
  namida_cli_add_string (builder, "fingerprint", namida_transfer_get_peer_fingerprint (transfer));
  namida_cli_add_boolean (builder, "encrypted", namida_transfer_get_encrypted (transfer));
  add_time (builder, "started", namida_transfer_get_started_at (transfer));
  add_time (builder, "ended", namida_transfer_get_ended_at (transfer));
  namida_cli_add_string (builder, "result", namida_cli_result_name (transfer));
  namida_cli_add_tally (builder, transfer);
  if (namida_transfer_get_error (transfer) != NULL)
    namida_cli_add_error (builder, namida_transfer_get_error (transfer));
  if (backup != NULL)
    {
      add_files (builder, transfer, backup);
      add_left_out (builder, backup);
    }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, TRUE);
  line = g_strconcat (text, "\n", NULL);
  return g_file_set_contents (path, line, -1, error);
}
