/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-manifest.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-safe-path.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The manifest of the phone app's Google Drive backup, manifestVersion 2: its names and its order of keys. */

static void
add_text (JsonBuilder *builder, const char *key, const char *value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_string_value (builder, value);
}

static void
add_file (JsonBuilder *builder, const char *name, guint64 size, gint64 mtime_ms)
{
  g_autofree char *modified = namida_time_to_local_iso8601 (mtime_ms);

  json_builder_begin_object (builder);
  add_text (builder, "name", name);
  json_builder_set_member_name (builder, "size");
  json_builder_add_int_value (builder, (gint64) size);
  add_text (builder, "lastModified", modified);
  json_builder_end_object (builder);
}

/* The folder that a label stands for on this device, from where one of its files lies. */
static char *
dup_original_path (const NamidaEntry *entry)
{
  g_autofree char *shown = entry->source != NULL ? g_filename_display_name (entry->source) : NULL;
  gsize tail = strlen (entry->relative_path) + 1;

  if (shown == NULL || !g_str_has_suffix (shown, entry->relative_path) || strlen (shown) <= tail)
    return g_strdup (entry->label);
  return g_strndup (shown, strlen (shown) - tail);
}

static void
begin_folder (JsonBuilder *builder, const NamidaEntry *entry, const char *platform)
{
  g_autofree char *original = dup_original_path (entry);

  json_builder_begin_object (builder);
  add_text (builder, "label", entry->label);
  add_text (builder, "originalPath", original);
  add_text (builder, "relativePath", entry->label);
  add_text (builder, "platform", platform);
  json_builder_set_member_name (builder, "files");
  json_builder_begin_array (builder);
}

static void
end_folder (JsonBuilder *builder)
{
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static int
compare_pointers (gconstpointer a, gconstpointer b)
{
  return namida_entry_compare (*(NamidaEntry *const *) a, *(NamidaEntry *const *) b);
}

static void
add_folders (JsonBuilder *builder, NamidaBackup *backup, const char *platform)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_copy (namida_backup_get_entries (backup), NULL, NULL);
  const char *open = NULL;

  g_ptr_array_set_free_func (sorted, NULL);
  g_ptr_array_sort (sorted, compare_pointers);
  for (guint i = 0; i < sorted->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (sorted, i);
      g_autofree char *name = NULL;

      if (entry->kind != NAMIDA_ENTRY_FILE || entry->label == NULL || entry->label[0] == '\0')
        continue;
      if (g_strcmp0 (open, entry->label) != 0)
        {
          if (open != NULL)
            end_folder (builder);
          begin_folder (builder, entry, platform);
          open = entry->label;
        }
      name = namida_entry_dup_path (entry);
      add_file (builder, name, entry->size, namida_entry_get_mtime_ms (entry));
    }
  if (open != NULL)
    end_folder (builder);
}

/* The key is required: a backup of music alone has one with an empty name. */
static void
add_backup_zip (JsonBuilder *builder, NamidaBackup *backup, gint64 now_ms)
{
  GPtrArray *entries = namida_backup_get_entries (backup);

  json_builder_set_member_name (builder, "backupZip");
  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);

      if (entry->kind == NAMIDA_ENTRY_BACKUP_ZIP)
        {
          add_file (builder, entry->name, entry->size, namida_entry_get_mtime_ms (entry));
          return;
        }
    }
  add_file (builder, "", 0, now_ms);
}

JsonNode *
namida_manifest_build (NamidaBackup *backup, const char *device_id, const char *platform, gint64 now_ms)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *now = namida_time_to_local_iso8601 (now_ms);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "manifestVersion");
  json_builder_add_int_value (builder, 2);
  add_text (builder, "type", "backup");
  add_text (builder, "timestamp", now);
  add_text (builder, "deviceId", device_id);
  add_text (builder, "platform", platform);
  json_builder_set_member_name (builder, "folders");
  json_builder_begin_array (builder);
  add_folders (builder, backup, platform);
  json_builder_end_array (builder);
  add_backup_zip (builder, backup, now_ms);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static gboolean
invalid (const char *key, GError **error)
{
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_MANIFEST,
               _ ("The description of the backup is not complete: “%s” is missing or of the wrong kind."), key);
  return FALSE;
}

static const char *
get_text (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

static gboolean
check_file (JsonNode *node, const char *key, GError **error)
{
  JsonNode *size;

  if (!JSON_NODE_HOLDS_OBJECT (node) || get_text (json_node_get_object (node), "name") == NULL)
    return invalid (key, error);
  size = json_object_get_member (json_node_get_object (node), "size");
  if (size != NULL
      && (!JSON_NODE_HOLDS_VALUE (size) || json_node_get_value_type (size) != G_TYPE_INT64
          || json_node_get_int (size) < 0))
    return invalid (key, error);
  return TRUE;
}

static gboolean
check_folder (JsonNode *node, GError **error)
{
  JsonNode *files;
  const char *label;
  JsonArray *array;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return invalid ("folders", error);
  label = get_text (json_node_get_object (node), "label");
  if (label == NULL || !namida_safe_path_check_component (label, NULL))
    return invalid ("folders", error);
  files = json_object_get_member (json_node_get_object (node), "files");
  if (files == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (files))
    return invalid ("files", error);
  array = json_node_get_array (files);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!check_file (json_array_get_element (array, i), "files", error))
      return FALSE;
  return TRUE;
}

gboolean
namida_manifest_check (JsonNode *manifest, GError **error)
{
  static const char *const texts[] = { "type", "timestamp", "deviceId", "platform" };
  JsonObject *object;
  JsonNode *node;
  JsonArray *folders;

  if (manifest == NULL || !JSON_NODE_HOLDS_OBJECT (manifest))
    return invalid ("manifest", error);
  object = json_node_get_object (manifest);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (get_text (object, texts[i]) == NULL)
      return invalid (texts[i], error);
  node = json_object_get_member (object, "folders");
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return invalid ("folders", error);
  folders = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (folders); i++)
    if (!check_folder (json_array_get_element (folders, i), error))
      return FALSE;
  node = json_object_get_member (object, "backupZip");
  if (node == NULL)
    return invalid ("backupZip", error);
  return check_file (node, "backupZip", error);
}

/* At most 64 bytes each, so that the whole is a legal name. */
static void
append_part (GString *out, const char *text)
{
  gsize start = out->len;

  for (; *text != '\0' && out->len - start < 64; text++)
    if (g_ascii_isalnum (*text) || *text == '.' || *text == '-')
      g_string_append_c (out, *text);
    else
      g_string_append_c (out, '-');
  if (out->len == start)
    g_string_append (out, "unknown");
}

char *
namida_manifest_file_name (JsonNode *manifest)
{
  static const char *const keys[] = { "timestamp", "platform", "deviceId" };
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (manifest) ? json_node_get_object (manifest) : NULL;
  GString *name = g_string_new ("manifest");

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const char *text = object != NULL ? get_text (object, keys[i]) : NULL;

      g_string_append_c (name, '_');
      append_part (name, text != NULL ? text : "");
    }
  g_string_append (name, ".json");
  return g_string_free (name, FALSE);
}
