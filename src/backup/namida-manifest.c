/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes and checks cloud manifests as text; see the header. Pure functions. */
#include "config.h"

#include "namida-manifest.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-json-cursor.h"
#include "namida-safe-path.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The names and the order of keys are those of the phone app's Google Drive backup, manifestVersion 2. */

static void
manifest_add_file (GString *out, const char *name, guint64 size, gint64 mtime_ms)
{
  g_autofree char *modified = namida_time_to_local_iso8601 (mtime_ms);

  g_string_append_c (out, '{');
  namida_json_append_member (out, "name", name);
  namida_json_append_size (out, "size", size);
  namida_json_append_member (out, "lastModified", modified);
  g_string_append_c (out, '}');
}

/* Returns the path of the music folder that has the label of @entry on this device, derived from the path of @entry. */
static char *
manifest_dup_original_path (const NamidaEntry *entry)
{
  g_autofree char *shown = entry->source != NULL ? g_filename_display_name (entry->source) : NULL;
  gsize tail = strlen (entry->relative_path) + 1;

  if (shown == NULL || !g_str_has_suffix (shown, entry->relative_path) || strlen (shown) <= tail)
    return g_strdup (entry->label);
  return g_strndup (shown, strlen (shown) - tail);
}

static void
manifest_begin_folder (GString *out, const NamidaEntry *entry, const char *platform)
{
  g_autofree char *original = manifest_dup_original_path (entry);

  g_string_append_c (out, '{');
  namida_json_append_member (out, "label", entry->label);
  namida_json_append_member (out, "originalPath", original);
  namida_json_append_member (out, "relativePath", entry->label);
  namida_json_append_member (out, "platform", platform);
  g_string_append (out, ",\"files\":[");
}

static int
manifest_compare_pointers (gconstpointer a, gconstpointer b)
{
  return namida_entry_compare (*(NamidaEntry *const *) a, *(NamidaEntry *const *) b);
}

/* Returns the entries in order. Those of the scanner are already sorted. */
static GPtrArray *
manifest_dup_sorted (NamidaBackup *backup)
{
  GPtrArray *sorted = g_ptr_array_copy (namida_backup_get_entries (backup), NULL, NULL);
  gboolean in_order = TRUE;

  g_ptr_array_set_free_func (sorted, NULL);
  for (guint i = 1; i < sorted->len && in_order; i++)
    in_order = namida_entry_compare (sorted->pdata[i - 1], sorted->pdata[i]) <= 0;
  if (!in_order)
    g_ptr_array_sort (sorted, manifest_compare_pointers);
  return sorted;
}

static void
manifest_add_folders (GString *out, NamidaBackup *backup, const char *platform)
{
  g_autoptr (GPtrArray) sorted = manifest_dup_sorted (backup);
  g_autoptr (GString) name = g_string_new (NULL);
  const char *open = NULL;

  for (guint i = 0; i < sorted->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (sorted, i);

      if (entry->kind != NAMIDA_ENTRY_FILE || entry->label == NULL || entry->label[0] == '\0')
        continue;
      if (g_strcmp0 (open, entry->label) != 0)
        {
          if (open != NULL)
            g_string_append (out, "]},");
          manifest_begin_folder (out, entry, platform);
          open = entry->label;
        }
      else
        g_string_append_c (out, ',');
      g_string_printf (name, "%s/%s", entry->label, entry->relative_path);
      manifest_add_file (out, name->str, entry->size, namida_entry_get_mtime_ms (entry));
    }
  if (open != NULL)
    g_string_append (out, "]}");
}

/* The key is required: a backup that contains only music has one with an empty name. */
static void
manifest_add_backup_zip (GString *out, NamidaBackup *backup, gint64 now_ms)
{
  GPtrArray *entries = namida_backup_get_entries (backup);

  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);

      if (entry->kind == NAMIDA_ENTRY_BACKUP_ZIP)
        {
          manifest_add_file (out, entry->name, entry->size, namida_entry_get_mtime_ms (entry));
          return;
        }
    }
  manifest_add_file (out, "", 0, now_ms);
}

GBytes *
namida_manifest_build (NamidaBackup *backup, const char *device_id, const char *platform, gint64 now_ms)
{
  GString *out = g_string_new ("{\"manifestVersion\":2");
  g_autofree char *now = namida_time_to_local_iso8601 (now_ms);

  namida_json_append_member (out, "type", "backup");
  namida_json_append_member (out, "timestamp", now);
  namida_json_append_member (out, "deviceId", device_id);
  namida_json_append_member (out, "platform", platform);
  g_string_append (out, ",\"folders\":[");
  manifest_add_folders (out, backup, platform);
  g_string_append (out, "],\"backupZip\":");
  manifest_add_backup_zip (out, backup, now_ms);
  g_string_append_c (out, '}');
  return g_string_free_to_bytes (out);
}

static gboolean
manifest_invalid (const char *key, GError **error)
{
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_MANIFEST,
               _ ("The description of the backup is not complete: “%s” is missing or of the wrong kind."), key);
  return FALSE;
}

/* A value that is not a string counts as missing. */
static gboolean
manifest_is_text (NamidaJsonCursor *cursor)
{
  return namida_json_cursor_string (cursor, "", NULL) != NULL;
}

static gboolean
manifest_check_file (NamidaJsonCursor *cursor, const char *name, GError **error)
{
  gboolean named = FALSE;
  const char *key;
  guint64 size;

  if (!namida_json_cursor_enter (cursor, '{'))
    return manifest_invalid (name, error);
  while ((key = namida_json_cursor_next_member (cursor)) != NULL)
    if (strcmp (key, "name") == 0)
      {
        if (!manifest_is_text (cursor))
          return manifest_invalid (name, error);
        named = TRUE;
      }
    else if (strcmp (key, "size") == 0)
      {
        if (!namida_json_cursor_size (cursor, key, &size, NULL))
          return manifest_invalid (name, error);
      }
    else
      namida_json_cursor_skip (cursor, NULL, NULL);
  return named || manifest_invalid (name, error);
}

static gboolean
manifest_check_files (NamidaJsonCursor *cursor, GError **error)
{
  if (!namida_json_cursor_enter (cursor, '['))
    return manifest_invalid ("files", error);
  while (namida_json_cursor_next (cursor))
    if (!manifest_check_file (cursor, "files", error))
      return FALSE;
  return TRUE;
}

static gboolean
manifest_check_folder (NamidaJsonCursor *cursor, GError **error)
{
  gboolean labelled = FALSE;
  const char *key;

  if (!namida_json_cursor_enter (cursor, '{'))
    return manifest_invalid ("folders", error);
  while ((key = namida_json_cursor_next_member (cursor)) != NULL)
    if (strcmp (key, "label") == 0)
      {
        const char *label = namida_json_cursor_string (cursor, key, NULL);

        if (label == NULL || !namida_safe_path_check_component (label, NULL))
          return manifest_invalid ("folders", error);
        labelled = TRUE;
      }
    else if (strcmp (key, "files") == 0)
      {
        if (!manifest_check_files (cursor, error))
          return FALSE;
      }
    else
      namida_json_cursor_skip (cursor, NULL, NULL);
  return labelled || manifest_invalid ("folders", error);
}

static gboolean
manifest_check_folders (NamidaJsonCursor *cursor, GError **error)
{
  if (!namida_json_cursor_enter (cursor, '['))
    return manifest_invalid ("folders", error);
  while (namida_json_cursor_next (cursor))
    if (!manifest_check_folder (cursor, error))
      return FALSE;
  return TRUE;
}

enum
{
  KEY_FOLDERS = 4, /* the strings come before it */
  KEY_ZIP,
  N_KEYS
};
static const char *const required[N_KEYS] = { "type", "timestamp", "deviceId", "platform", "folders", "backupZip" };

static gboolean
manifest_check_member (NamidaJsonCursor *cursor, const char *key, gboolean *found, GError **error)
{
  for (guint i = 0; i < N_KEYS; i++)
    {
      if (strcmp (key, required[i]) != 0)
        continue;
      found[i] = TRUE;
      if (i == KEY_FOLDERS)
        return manifest_check_folders (cursor, error);
      if (i == KEY_ZIP)
        return manifest_check_file (cursor, required[i], error);
      return manifest_is_text (cursor) || manifest_invalid (required[i], error);
    }
  namida_json_cursor_skip (cursor, NULL, NULL);
  return TRUE;
}

gboolean
namida_manifest_check (const char *text, gsize length, GError **error)
{
  g_auto (NamidaJsonCursor) cursor = { 0 };
  gboolean found[N_KEYS] = { FALSE };
  const char *key;

  namida_json_cursor_init (&cursor, text, length);
  if (!namida_json_cursor_enter (&cursor, '{'))
    return manifest_invalid ("manifest", error);
  while ((key = namida_json_cursor_next_member (&cursor)) != NULL)
    if (!manifest_check_member (&cursor, key, found, error))
      return FALSE;
  for (guint i = 0; i < N_KEYS; i++)
    if (!found[i])
      return manifest_invalid (required[i], error);
  return TRUE;
}

/* Appends at most 64 bytes of @text, so that the whole name is not too long. */
static void
manifest_append_part (GString *out, const char *text)
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
namida_manifest_file_name (GBytes *manifest)
{
  g_auto (NamidaJsonCursor) cursor = { 0 };
  g_autoptr (GString) time = g_string_new (NULL), platform = g_string_new (NULL), device = g_string_new (NULL);
  g_autoptr (GString) name = g_string_new ("manifest");
  GString *const parts[] = { time, platform, device };
  gsize length;
  const char *key, *text = g_bytes_get_data (manifest, &length);

  namida_json_cursor_init (&cursor, text, length);
  if (namida_json_cursor_enter (&cursor, '{'))
    while ((key = namida_json_cursor_next_member (&cursor)) != NULL)
      {
        GString *part = strcmp (key, "timestamp") == 0  ? time
                        : strcmp (key, "platform") == 0 ? platform
                        : strcmp (key, "deviceId") == 0 ? device
                                                        : NULL;
        const char *value = part != NULL ? namida_json_cursor_string (&cursor, key, NULL) : NULL;

        if (value != NULL)
          g_string_assign (part, value);
        else
          namida_json_cursor_skip (&cursor, NULL, NULL);
      }
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_string_append_c (name, '_');
      manifest_append_part (name, parts[i]->str);
    }
  g_string_append (name, ".json");
  return g_string_free (g_steal_pointer (&name), FALSE);
}
