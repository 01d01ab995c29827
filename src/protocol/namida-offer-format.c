/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formats offers of v1. Used by the sender, and by the server for downloads, in worker threads. Pure functions. */
#include "config.h"

#include "namida-messages-private.h"

#include "namida-clock.h"
#include "namida-limits.h"
#include "namida-safe-path.h"

#include <string.h>

/* Escapes a name, because JSON is UTF-8 and names on Linux are any bytes. Returns: (transfer full) */
static char *
offer_escape_name (const char *name)
{
  return g_uri_escape_string (name, "/", FALSE);
}

static void
offer_append_names (GString *out, const NamidaEntry *entry)
{
  const char *relative = entry->relative_path != NULL ? entry->relative_path : "";
  g_autofree char *name = offer_escape_name (entry->name);
  g_autofree char *path = offer_escape_name (relative);
  gboolean escaped = !namida_entry_is_text (entry);

  namida_json_append_member (out, "name", escaped ? name : entry->name);
  namida_json_append_member (out, "relativePath", escaped ? path : relative);
  if (escaped)
    g_string_append (out, ",\"escaped\":true");
}

static void
format_append_entry (GString *out, const NamidaEntry *entry)
{
  g_string_append_c (out, '{');
  namida_json_append_member (out, "id", entry->id);
  offer_append_names (out, entry);
  /* Without "path", the phone app throws an exception in its restore and deletes what it received. */
  namida_json_append_member (out, "path", "");
  namida_json_append_size (out, "size", entry->size);
  namida_json_append_member (out, "folderLabel", entry->label != NULL ? entry->label : "");
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
format_dup_info_text (NamidaDeviceInfo *info)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  namida_device_info_add_to_json (info, builder, FALSE);
  json_builder_end_object (builder);
  return namida_json_builder_to_text (builder);
}

/* Appends the manifest last, and only if there is room: the list of files contains all that a receiver needs, and a
 * very large offer with its manifest would exceed the limit. */
static void
format_append_manifest (GString *out, GBytes *manifest)
{
  gsize length;
  const char *text = g_bytes_get_data (manifest, &length);

  if (out->len + length + 32 > NAMIDA_LIMIT_OFFER_BYTES)
    return;
  g_string_append (out, ",\"manifest\":");
  g_string_append_len (out, text, (gssize) length);
}

static guint
offer_count_odd (GPtrArray *entries)
{
  guint n = 0;

  for (guint i = 0; i < entries->len; i++)
    n += !namida_entry_is_portable (g_ptr_array_index (entries, i));
  return n;
}

static void
offer_append_entries (GString *out, GPtrArray *entries, gboolean all)
{
  g_string_append (out, ",\"files\":[");
  for (guint i = 0; i < entries->len; i++)
    {
      if (!all && !namida_entry_is_portable (g_ptr_array_index (entries, i)))
        continue;
      if (out->str[out->len - 1] != '[')
        g_string_append_c (out, ',');
      format_append_entry (out, g_ptr_array_index (entries, i));
    }
  g_string_append_c (out, ']');
}

/* @all: whether to include all names. */
static char *
offer_format (NamidaDeviceInfo *info, GBytes *manifest, NamidaBackup *backup, gboolean all, gsize *length)
{
  GPtrArray *entries = namida_backup_get_entries (backup);
  const char *name = namida_backup_get_name (backup);
  guint odd = offer_count_odd (entries);
  guint missed = namida_backup_count_missed (backup) + (all ? 0 : odd);
  g_autofree char *escaped = name != NULL && !g_utf8_validate (name, -1, NULL) ? offer_escape_name (name) : NULL;
  GString *out = g_string_sized_new (256 + (gsize) entries->len * 320);

  g_string_append_c (out, '{');
  if (info != NULL)
    {
      g_autofree char *text = format_dup_info_text (info);

      g_string_append (out, "\"info\":");
      g_string_append (out, text);
    }
  if (name != NULL && !all && !namida_safe_path_check_portable_component (name, NULL))
    name = NULL;
  else if (escaped != NULL)
    name = escaped;
  namida_json_append_member (out, "backupName", name != NULL ? name : "");
  if (all && odd > 0)
    namida_json_append_member (out, "names", "all");
  if (missed > 0)
    g_string_append_printf (out, ",\"leftOut\":%u", missed);
  offer_append_entries (out, entries, all);
  if (manifest != NULL)
    format_append_manifest (out, manifest);
  g_string_append_c (out, '}');
  return namida_message_end (out, length);
}

char *
namida_offer_message_format (NamidaDeviceInfo *info, GBytes *manifest, NamidaBackup *backup, gsize *length)
{
  return offer_format (info, manifest, backup, FALSE, length);
}

char *
namida_offer_message_format_all_names (NamidaDeviceInfo *info, GBytes *manifest, NamidaBackup *backup, gsize *length)
{
  return offer_format (info, manifest, backup, TRUE, length);
}
