/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Knows what Namida calls its files and folders; see namida-inspect-lists-private.h. Pure functions. */
#include "config.h"

#include "namida-inspect-lists-private.h"

#include <string.h>

/* The folders of Namida's data, and the kind of the .json files in them. */
static const struct
{
  const char *name;
  NamidaListKind kind;
} folders[] = {
  { "History", NAMIDA_LIST_HISTORY },
  { "Playlists", NAMIDA_LIST_PLAYLIST },
  { "Queues", NAMIDA_LIST_QUEUE },
  { "Youtube History", NAMIDA_LIST_YOUTUBE_HISTORY },
  { "Youtube Playlists", NAMIDA_LIST_YOUTUBE_PLAYLIST },
  { "Artworks", NAMIDA_LIST_KNOWN },
  { "Artworks Albums", NAMIDA_LIST_KNOWN },
  { "Artworks Artists", NAMIDA_LIST_KNOWN },
  { "Download Tasks", NAMIDA_LIST_KNOWN },
  { "Lyrics", NAMIDA_LIST_KNOWN },
  { "M3U Backup", NAMIDA_LIST_KNOWN },
  { "Palettes", NAMIDA_LIST_KNOWN },
  { "Playlists Artworks", NAMIDA_LIST_KNOWN },
  { "Playlists Metadata", NAMIDA_LIST_KNOWN },
  { "Recently Deleted", NAMIDA_LIST_KNOWN },
  { "Smart Playlists Artworks", NAMIDA_LIST_KNOWN },
  { "Thumbnails", NAMIDA_LIST_KNOWN },
  { "Youtube Playlists Artworks", NAMIDA_LIST_KNOWN },
  { "Youtube Playlists Metadata", NAMIDA_LIST_KNOWN },
  { "Youtube Stats", NAMIDA_LIST_KNOWN },
};

/* Files outside of those folders. */
static const struct
{
  const char *name;
  NamidaListKind kind;
} files[] = {
  { "total_listen.txt", NAMIDA_LIST_TOTALS },       { "favs.json", NAMIDA_LIST_FAVOURITES },
  { "yt_likes.json", NAMIDA_LIST_LIKES },           { "yt_subs.json", NAMIDA_LIST_SUBSCRIPTIONS },
  { "latest_queue.json", NAMIDA_LIST_KNOWN },       { "tracks.json", NAMIDA_LIST_KNOWN },
  { "tracks_stats.json", NAMIDA_LIST_KNOWN },       { "local_videos.json", NAMIDA_LIST_KNOWN },
  { "cache_videos.json", NAMIDA_LIST_KNOWN },       { "yt_subs_groups.json", NAMIDA_LIST_KNOWN },
  { "yt_subs_groups_all.json", NAMIDA_LIST_KNOWN }, { "yt_sub_groups.json", NAMIDA_LIST_KNOWN },
};

static NamidaListKind
inspect_names_classify_name (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    if (g_str_equal (name, files[i].name))
      return files[i].kind;
  if (g_str_has_prefix (name, "namida_settings") && g_str_has_suffix (name, ".json"))
    return NAMIDA_LIST_SETTINGS;
  if (g_str_has_suffix (name, ".db") || g_str_has_suffix (name, ".db-wal") || g_str_has_suffix (name, ".db-shm"))
    return NAMIDA_LIST_KNOWN;
  return NAMIDA_LIST_UNKNOWN;
}

/* Returns the number of digits in a name such as "19923.json": 5 digits are a day, 13 are milliseconds. */
static guint
inspect_names_count_digits (const char *name)
{
  gsize n = strspn (name, "0123456789");

  return g_str_equal (name + n, ".json") ? (guint) n : 0;
}

static NamidaListKind
inspect_names_classify_in (NamidaListKind kind, const char *name)
{
  switch (kind)
    {
    case NAMIDA_LIST_HISTORY:
    case NAMIDA_LIST_YOUTUBE_HISTORY:
    case NAMIDA_LIST_QUEUE:
      return inspect_names_count_digits (name) > 0 ? kind : NAMIDA_LIST_UNKNOWN;
    case NAMIDA_LIST_PLAYLIST:
    case NAMIDA_LIST_YOUTUBE_PLAYLIST:
      return g_str_has_suffix (name, ".json") ? kind : NAMIDA_LIST_UNKNOWN;
    default:
      return kind;
    }
}

/* The oldest desktop backups have all files loose, without folders. */
static NamidaListKind
inspect_names_classify_loose (const char *name)
{
  guint digits = inspect_names_count_digits (name);

  if (digits > 0)
    return digits <= 6 ? NAMIDA_LIST_HISTORY : digits >= 12 ? NAMIDA_LIST_QUEUE : NAMIDA_LIST_UNKNOWN;
  return g_str_has_suffix (name, ".json") ? NAMIDA_LIST_LOOSE : NAMIDA_LIST_UNKNOWN;
}

static gboolean
inspect_names_is_unsafe (char *const *parts, const char *path)
{
  if (path[0] == '/' || path[0] == '\\' || (g_ascii_isalpha (path[0]) && path[1] == ':'))
    return TRUE;
  for (guint i = 0; parts[i] != NULL; i++)
    if (g_str_equal (parts[i], ".."))
      return TRUE;
  return FALSE;
}

NamidaListKind
namida_inspect_classify (const char *folder, const char *path)
{
  g_autofree char *slashed = g_strdelimit (g_strconcat (folder, "/", path, NULL), "\\", '/');
  g_auto (GStrv) parts = g_strsplit (slashed, "/", 64);
  guint n = g_strv_length (parts);
  const char *name = parts[n - 1];
  NamidaListKind kind;

  if (inspect_names_is_unsafe (parts, path))
    return NAMIDA_LIST_UNSAFE;
  kind = inspect_names_classify_name (name);
  /* Check the folder first: a playlist may be called favs. */
  for (guint i = n - 1; i-- > 0;)
    for (guint j = 0; j < G_N_ELEMENTS (folders); j++)
      if (g_str_equal (parts[i], folders[j].name))
        return inspect_names_classify_in (folders[j].kind, name);
  if (kind != NAMIDA_LIST_UNKNOWN || strchr (path, '/') != NULL || *folder != '\0')
    return kind;
  return inspect_names_classify_loose (name);
}

gboolean
namida_inspect_part (const char *path, char **folder, gboolean *wanted)
{
  gboolean youtube = g_str_has_prefix (path, "YOUTUBE_TEMPDIR_");
  const char *name = youtube ? path + strlen ("YOUTUBE_TEMPDIR_") : path + strlen ("TEMPDIR_");
  g_autofree char *plain = NULL;

  *wanted = TRUE;
  if (g_str_equal (path, "LOCAL_FILES.zip") || g_str_equal (path, "YOUTUBE_FILES.zip"))
    {
      *folder = g_strdup (path[0] == 'L' ? "LOCAL" : "Youtube");
      return TRUE;
    }
  if ((!youtube && !g_str_has_prefix (path, "TEMPDIR_")) || !g_str_has_suffix (path, ".zip"))
    return FALSE;
  plain = g_strndup (name, strlen (name) - strlen (".zip"));
  *wanted = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    if (g_str_equal (plain, folders[i].name))
      *wanted = folders[i].kind != NAMIDA_LIST_KNOWN;
  *folder = g_steal_pointer (&plain);
  return TRUE;
}
