/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements namida-report.h: the JSON report about a transfer and its files, and the words that scripts see. Used by
 * the command line and the details dialog; any thread. */
#include "config.h"

#include "namida-report.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-json-build.h"

#include <json-glib/json-glib.h>

const char *
namida_report_result_name (NamidaTransfer *transfer)
{
  switch (namida_transfer_get_state (transfer))
    {
    case NAMIDA_TRANSFER_DONE:
      return "done";
    case NAMIDA_TRANSFER_INCOMPLETE:
      return "incomplete";
    case NAMIDA_TRANSFER_DECLINED:
      return "declined";
    case NAMIDA_TRANSFER_CANCELLED:
      return "cancelled";
    default:
      return "failed";
    }
}

const char *
namida_report_error_code (const GError *error)
{
  if (error->domain != NAMIDA_ERROR)
    return "internal";
  /* Errors that are never sent to another device have words for scripts, too. */
  switch (error->code)
    {
    case NAMIDA_ERROR_NO_SUCH_DEVICE:
      return "no-such-device";
    case NAMIDA_ERROR_UNREACHABLE:
      return "unreachable";
    case NAMIDA_ERROR_IDENTITY_CHANGED:
      return "identity-changed";
    case NAMIDA_ERROR_INCOMPLETE:
      return "incomplete";
    case NAMIDA_ERROR_SOURCE_CHANGED:
      return "source-changed";
    case NAMIDA_ERROR_STORAGE:
      return "storage";
    default:
      return namida_error_code_to_string ((NamidaError) error->code);
    }
}

static void
report_add_files (JsonBuilder *builder, NamidaTransfer *transfer, NamidaBackup *backup)
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
      namida_json_build_string (builder, "file", path);
      namida_json_build_int (builder, "size", entry->size);
      namida_json_build_string (builder, "result",
                                namida_file_result_to_string (namida_transfer_get_result (transfer, i)));
      if (entry->sha256 != NULL)
        namida_json_build_string (builder, "sha256", entry->sha256);
      if (detail != NULL)
        namida_json_build_string (builder, "message", detail);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
report_add_left_out (JsonBuilder *builder, NamidaBackup *backup)
{
  GPtrArray *left_out = namida_backup_get_left_out (backup);

  json_builder_set_member_name (builder, "leftOut");
  json_builder_begin_array (builder);
  for (guint i = 0; i < left_out->len; i++)
    {
      const NamidaLeftOut *item = left_out->pdata[i];

      json_builder_begin_object (builder);
      namida_json_build_string (builder, "file", item->path);
      namida_json_build_string (builder, "message", item->reason);
      namida_json_build_boolean (builder, "missed", item->missed);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
report_add_time (JsonBuilder *builder, const char *key, gint64 us)
{
  g_autofree char *text = us > 0 ? namida_time_to_iso8601 (us / 1000) : NULL;

  namida_json_build_string (builder, key, text);
}

static void
report_add_outcome (JsonBuilder *builder, NamidaTransfer *transfer)
{
  NamidaFileCounts counts = namida_transfer_count_files (transfer);
  const GError *error = namida_transfer_get_error (transfer);

  namida_json_build_string (builder, "alias", namida_transfer_get_peer_alias (transfer));
  namida_json_build_string (builder, "fingerprint", namida_transfer_get_peer_fingerprint (transfer));
  namida_json_build_boolean (builder, "encrypted", namida_transfer_get_encrypted (transfer));
  report_add_time (builder, "started", namida_transfer_get_started_at (transfer));
  report_add_time (builder, "ended", namida_transfer_get_ended_at (transfer));
  namida_json_build_string (builder, "result", namida_report_result_name (transfer));
  namida_json_build_int (builder, "files", counts.files);
  namida_json_build_int (builder, "stored", counts.stored);
  namida_json_build_int (builder, "kept", counts.kept);
  namida_json_build_int (builder, "failed", counts.failed);
  namida_json_build_int (builder, "bytes", counts.bytes);
  if (error != NULL)
    {
      namida_json_build_string (builder, "code", namida_report_error_code (error));
      namida_json_build_string (builder, "message", error->message);
    }
}

GBytes *
namida_report_new (NamidaTransfer *transfer)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  NamidaBackup *backup = namida_transfer_get_backup (transfer);
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  char *whole;

  json_builder_begin_object (builder);
  report_add_outcome (builder, transfer);
  if (backup != NULL)
    {
      report_add_files (builder, transfer, backup);
      report_add_left_out (builder, backup);
      namida_json_build_int (builder, "leftOutUnnamed", namida_backup_count_unnamed (backup));
    }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, TRUE);
  whole = g_strconcat (text, "\n", NULL);
  return g_bytes_new_take (whole, strlen (whole));
}
