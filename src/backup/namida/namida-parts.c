/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Knows which file of Namida's data belongs to which part of a backup, and what its settings say about the device.
 * Names are those of Namida's source code (AppDirs, AppPaths). Pure functions for the command line, fit, merge and
 * inspect. */
#include "config.h"

#include "namida-contents.h"
#include "namida-error.h"
#include "namida-json-cursor.h"
#include "namida-path-map.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const struct
{
  const char *name;
  NamidaParts part;
} part_names[] = {
  { "settings", NAMIDA_PART_SETTINGS },     { "library", NAMIDA_PART_LIBRARY },
  { "ratings", NAMIDA_PART_RATINGS },       { "history", NAMIDA_PART_HISTORY },
  { "playlists", NAMIDA_PART_PLAYLISTS },   { "favorites", NAMIDA_PART_FAVOURITES },
  { "queues", NAMIDA_PART_QUEUES },         { "lyrics", NAMIDA_PART_LYRICS },
  { "artworks", NAMIDA_PART_ARTWORKS },     { "videos", NAMIDA_PART_VIDEOS },
  { "youtube", NAMIDA_PART_YOUTUBE },       { "other", NAMIDA_PART_OTHER },
  { "favourites", NAMIDA_PART_FAVOURITES }, /* accepted as well */
};

/* Folders match by their whole name, files by their prefix. */
static const struct
{
  const char *name;
  NamidaParts part;
} part_folders[] = {
  { "Youtube", NAMIDA_PART_YOUTUBE },
  { "History", NAMIDA_PART_HISTORY },
  { "Playlists", NAMIDA_PART_PLAYLISTS },
  { "Playlists Artworks", NAMIDA_PART_PLAYLISTS },
  { "Playlists Metadata", NAMIDA_PART_PLAYLISTS },
  { "Smart Playlists Artworks", NAMIDA_PART_PLAYLISTS },
  { "M3U Backup", NAMIDA_PART_PLAYLISTS },
  { "Recently Deleted", NAMIDA_PART_PLAYLISTS },
  { "Queues", NAMIDA_PART_QUEUES },
  { "Lyrics", NAMIDA_PART_LYRICS },
  { "Palettes", NAMIDA_PART_ARTWORKS },
  { "Artworks", NAMIDA_PART_ARTWORKS },
  { "Artworks Albums", NAMIDA_PART_ARTWORKS },
  { "Artworks Artists", NAMIDA_PART_ARTWORKS },
  { "Thumbnails", NAMIDA_PART_ARTWORKS },
  { "Videos", NAMIDA_PART_VIDEOS },
  { "Audios", NAMIDA_PART_VIDEOS },
}, part_files[] = {
  { "namida_settings", NAMIDA_PART_SETTINGS },
  { "tracks_stats.", NAMIDA_PART_RATINGS },
  { "tracks.", NAMIDA_PART_LIBRARY },
  { "audio_configs.", NAMIDA_PART_LIBRARY },
  { "local_videos.", NAMIDA_PART_LIBRARY },
  { "cache_videos", NAMIDA_PART_LIBRARY },
  { "smart_playlists.", NAMIDA_PART_PLAYLISTS },
  { "favs.json", NAMIDA_PART_FAVOURITES },
  { "total_listen.txt", NAMIDA_PART_HISTORY },
  { "latest_queue.json", NAMIDA_PART_QUEUES },
  { "latest_played.", NAMIDA_PART_QUEUES },
};

static NamidaParts
part_from_word (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (part_names); i++)
    if (g_ascii_strcasecmp (word, part_names[i].name) == 0)
      return part_names[i].part;
  return 0;
}

gboolean
namida_parts_from_string (const char *text, NamidaParts *parts, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, ",", -1);

  *parts = 0;
  for (guint i = 0; words[i] != NULL; i++)
    {
      NamidaParts part = part_from_word (g_strstrip (words[i]));

      if (part == 0)
        {
          g_autofree char *all = namida_parts_to_string (NAMIDA_PART_ALL);

          /* Translators: the second %s are the words that can be used: "settings,library,…" */
          g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                       _ ("“%s” is not a part of a backup. Parts are: %s"), words[i], all);
          return FALSE;
        }
      *parts |= part;
    }
  return TRUE;
}

char *
namida_parts_to_string (NamidaParts parts)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (part_names) - 1; i++)
    if ((parts & part_names[i].part) != 0)
      g_string_append_printf (text, "%s%s", text->len > 0 ? "," : "", part_names[i].name);
  return g_strdup (text->str);
}

NamidaParts
namida_part_of (const char *path)
{
  const char *slash = strchr (path, '/');

  for (guint i = 0; slash != NULL && i < G_N_ELEMENTS (part_folders); i++)
    if (strlen (part_folders[i].name) == (gsize) (slash - path)
        && strncmp (path, part_folders[i].name, (gsize) (slash - path)) == 0)
      return part_folders[i].part;
  for (guint i = 0; slash == NULL && i < G_N_ELEMENTS (part_files); i++)
    if (g_str_has_prefix (path, part_files[i].name))
      return part_files[i].part;
  return NAMIDA_PART_OTHER;
}

NamidaDevice
namida_device_of_path (const char *path)
{
  if (namida_path_is_windows (path, strlen (path)))
    return NAMIDA_DEVICE_WINDOWS;
  if (g_str_has_prefix (path, "/storage/") || g_str_has_prefix (path, "/sdcard")
      || g_str_has_prefix (path, "/data/user/"))
    return NAMIDA_DEVICE_ANDROID;
  return path[0] == '/' ? NAMIDA_DEVICE_LINUX : NAMIDA_DEVICE_UNKNOWN;
}

const char *
namida_device_to_string (NamidaDevice device)
{
  static const char *const names[] = { "unknown", "android", "linux", "windows" };

  return names[device];
}

/* ---- settings ---- */

static gboolean
parts_settings_open (GBytes *settings, NamidaJsonCursor *cursor)
{
  gsize length;
  const char *data = g_bytes_get_data (settings, &length);

  if (data == NULL || !namida_json_scan (data, length, 1000000, 100000, NULL))
    return FALSE;
  namida_json_cursor_init (cursor, data, length);
  return namida_json_cursor_enter (cursor, '{');
}

static void
parts_settings_add_folder (GPtrArray *folders, const char *path)
{
  if (namida_path_is_absolute (path, strlen (path)) && folders->len < 64
      && !g_ptr_array_find_with_equal_func (folders, path, g_str_equal, NULL))
    g_ptr_array_add (folders, g_strdup (path));
}

static void
parts_settings_take_folder (NamidaJsonCursor *cursor, GPtrArray *folders)
{
  const char *text = namida_json_cursor_string (cursor, "", NULL);
  const char *key;

  if (text != NULL)
    parts_settings_add_folder (folders, text);
  else if (namida_json_cursor_enter (cursor, '{'))
    {
      while ((key = namida_json_cursor_next_member (cursor)) != NULL)
        {
          text = g_str_equal (key, "source") ? namida_json_cursor_string (cursor, "", NULL) : NULL;
          if (text != NULL)
            parts_settings_add_folder (folders, text);
          else
            namida_json_cursor_skip (cursor, NULL, NULL);
        }
    }
  else
    namida_json_cursor_skip (cursor, NULL, NULL);
}

GPtrArray *
namida_settings_read_folders (GBytes *settings)
{
  GPtrArray *folders = g_ptr_array_new_with_free_func (g_free);
  g_auto (NamidaJsonCursor) cursor = { 0 };
  const char *key;

  if (settings == NULL || !parts_settings_open (settings, &cursor))
    return folders;
  while ((key = namida_json_cursor_next_member (&cursor)) != NULL)
    {
      if (!g_str_equal (key, "directoriesToScan") || !namida_json_cursor_enter (&cursor, '['))
        {
          namida_json_cursor_skip (&cursor, NULL, NULL);
          continue;
        }
      while (namida_json_cursor_next (&cursor))
        parts_settings_take_folder (&cursor, folders);
    }
  return folders;
}

char *
namida_settings_dup_text (GBytes *settings, const char *wanted)
{
  g_auto (NamidaJsonCursor) cursor = { 0 };
  const char *key;

  if (settings == NULL || !parts_settings_open (settings, &cursor))
    return NULL;
  while ((key = namida_json_cursor_next_member (&cursor)) != NULL)
    {
      const char *text = g_str_equal (key, wanted) ? namida_json_cursor_string (&cursor, "", NULL) : NULL;

      if (text != NULL)
        return g_strdup (text);
      namida_json_cursor_skip (&cursor, NULL, NULL);
    }
  return NULL;
}
