/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-messages-private.h"

#include "namida-clock.h"
#include "namida-limits.h"

#include <string.h>

static void
append_entry (GString *out, const NamidaEntry *entry)
{
  g_string_append_c (out, '{');
  namida_json_append_member (out, "id", entry->id);
  namida_json_append_member (out, "name", entry->name);
  /* Without "path" the phone app throws in its restore, and deletes what it received. */
  namida_json_append_member (out, "path", "");
  namida_json_append_size (out, "size", entry->size);
  namida_json_append_member (out, "folderLabel", entry->label != NULL ? entry->label : "");
  namida_json_append_member (out, "relativePath", entry->relative_path != NULL ? entry->relative_path : "");
  if (entry->kind == NAMIDA_ENTRY_FOLDER)
    namida_json_append_member (out, "type", "inode/directory");
  else if (entry->type != NULL)
    namida_json_append_member (out, "type", entry->type);
  if (entry->mtime_ns != NAMIDA_ENTRY_TIME_UNKNOWN)
    {
      g_autofree char *modified = namida_time_to_iso8601 (namida_entry_get_mtime_ms (entry));

      namida_json_append_member (out, "modified", modified);
    }
  if (entry->sha256 != NULL)
    namida_json_append_member (out, "sha256", entry->sha256);
  else
    g_string_append (out, ",\"sha256\":null");
  g_string_append_c (out, '}');
}

static char *
dup_info_text (NamidaDeviceInfo *info)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  namida_device_info_add_to_json (info, builder, FALSE);
  json_builder_end_object (builder);
  return namida_json_builder_to_text (builder);
}

/* Last, and only when there is room: the files say all that a receiver needs, and an offer of very many files with its
 * manifest would be over the limit. */
static void
append_manifest (GString *out, GBytes *manifest)
{
  gsize length;
  const char *text = g_bytes_get_data (manifest, &length);

  if (out->len + length + 32 > NAMIDA_LIMIT_OFFER_BYTES)
    return;
  g_string_append (out, ",\"manifest\":");
  g_string_append_len (out, text, (gssize) length);
}

char *
namida_offer_message_format (NamidaDeviceInfo *info, GBytes *manifest, NamidaBackup *backup, gsize *length)
{
  GPtrArray *entries = namida_backup_get_entries (backup);
  const char *name = namida_backup_get_name (backup);
  guint missed = namida_backup_count_missed (backup);
  GString *out = g_string_sized_new (256 + (gsize) entries->len * 320);

  g_string_append_c (out, '{');
  if (info != NULL)
    {
      g_autofree char *text = dup_info_text (info);

      g_string_append (out, "\"info\":");
      g_string_append (out, text);
    }
  namida_json_append_member (out, "backupName", name != NULL ? name : "");
  if (missed > 0)
    g_string_append_printf (out, ",\"leftOut\":%u", missed);
  g_string_append (out, ",\"files\":[");
  for (guint i = 0; i < entries->len; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      append_entry (out, g_ptr_array_index (entries, i));
    }
  g_string_append_c (out, ']');
  if (manifest != NULL)
    append_manifest (out, manifest);
  g_string_append_c (out, '}');
  return namida_message_end (out, length);
}
