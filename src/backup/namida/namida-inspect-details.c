/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads from the databases of a backup the size of the library, ratings and tags, smart playlists, and the titles of
 * the most played tracks. A broken database in a sound zip is detected here; otherwise it would only be noticed when
 * Namida itself fails. Called at the end of an inspection, in its thread. */
#include "config.h"

#include "namida-inspect-details-private.h"

#include "namida-contents.h"
#include "namida-error.h"
#include "namida-json-cursor.h"
#include "namida-format.h"
#include "namida-lists.h"

#include <string.h>

#define OLD_LIBRARY_MOST (24u * 1024 * 1024)

typedef struct
{
  NamidaContents *contents;
  NamidaInspection *result;
  GCancellable *cancellable;
  char *damaged; /* (nullable) */
  GError *error; /* (nullable): why a database could not be checked */
} Details;

/* ---- rows ---- */

static gboolean
details_count (gpointer user_data, const char *key, gsize key_length, const char *value, gsize length, GError **error)
{
  (*(guint64 *) user_data)++;
  return TRUE;
}

static gboolean
details_on_rating (
    gpointer user_data, const char *key, gsize key_length, const char *value, gsize length, GError **error)
{
  NamidaInspection *result = user_data;
  gsize left = 0;
  const char *rating = value != NULL ? namida_json_find_member (value, length, "\"rating\"", &left) : NULL;
  const char *tags;

  result->ratings += rating != NULL && left > 0 && *rating >= '1' && *rating <= '9';
  tags = value != NULL ? namida_json_find_member (value, length, "\"tags\"", &left) : NULL;
  if (tags == NULL || left == 0 || *tags != '[')
    return TRUE;
  for (tags++, left--; left > 0 && g_ascii_isspace (*tags); left--)
    tags++;
  result->tagged += left > 0 && *tags != ']';
  return TRUE;
}

static void
details_name_track (NamidaInspection *result, const char *key, const char *title, const char *artist)
{
  for (guint i = 0; i < result->top_tracks->len; i++)
    {
      NamidaNamedCount *top = result->top_tracks->pdata[i];
      g_autofree char *both = NULL;

      if (top->path == NULL || !g_str_equal (top->path, key) || *title == '\0')
        continue;
      both = *artist != '\0' ? g_strdup_printf ("%s – %s", artist, title) : g_strdup (title);
      g_free (top->name);
      top->name = namida_format_alias (both);
    }
}

static gboolean
details_is_top (NamidaInspection *result, const char *key)
{
  for (guint i = 0; i < result->top_tracks->len; i++)
    if (g_strcmp0 (((NamidaNamedCount *) result->top_tracks->pdata[i])->path, key) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
details_on_track (
    gpointer user_data, const char *key, gsize key_length, const char *value, gsize length, GError **error)
{
  NamidaInspection *result = user_data;

  result->library++;
  result->server_tracks += namida_track_is_address (key);
  if (value != NULL && details_is_top (result, key))
    {
      g_autoptr (NamidaLibrary) one = namida_library_new_empty ();
      const NamidaLibraryTrack *track = namida_library_add_value (one, key, value, length);

      details_name_track (result, key, track->title, track->artist);
    }
  return TRUE;
}

/* ---- databases ---- */

static void
details_read_db (Details *details, const char *path, NamidaPartDbFunc func, gpointer user_data)
{
  const NamidaItem *item = namida_contents_find (details->contents, path);
  g_autoptr (NamidaContentsDb) db = NULL;
  g_autoptr (GError) error = NULL;

  if (item == NULL || details->damaged != NULL || details->error != NULL)
    return;
  db = namida_contents_open_db (details->contents, item, details->cancellable, &error);
  if (db != NULL && func != NULL)
    namida_part_db_foreach (db->db, func, user_data, &error);
  if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM)
      || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST))
    details->damaged = namida_format_alias (path);
  else if (error != NULL && !g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE))
    details->error = g_steal_pointer (&error);
}

static void
details_read_old_library (Details *details)
{
  const NamidaItem *item = namida_contents_find (details->contents, "tracks.json");
  g_autoptr (NamidaLibrary) library = NULL;

  if (item == NULL || item->entry->size > OLD_LIBRARY_MOST
      || namida_contents_find (details->contents, "tracks.db") != NULL)
    return;
  library = namida_library_read (details->contents, details->cancellable, NULL);
  details->result->has_library = library != NULL;
  for (guint i = 0; library != NULL && i < library->tracks->len; i++)
    {
      const NamidaLibraryTrack *track = &g_array_index (library->tracks, NamidaLibraryTrack, i);

      details->result->library++;
      details_name_track (details->result, track->path, track->title, track->artist);
    }
}

static void
details_read_dbs (Details *details)
{
  static const char *const others[] = { "latest_played.db", "audio_configs.db",         "local_videos.db",
                                        "cache_videos.db",  "cache_videos_priority.db", "Youtube/ytid_stats.db" };
  NamidaInspection *result = details->result;

  details_read_db (details, "tracks.db", details_on_track, result);
  result->has_library = namida_contents_find (details->contents, "tracks.db") != NULL;
  details_read_db (details, "tracks_stats.db", details_on_rating, result);
  details_read_db (details, "smart_playlists.db", details_count, &result->smart_playlists);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    details_read_db (details, others[i], NULL, NULL);
  details_read_old_library (details);
}

/* ---- parts and the device ---- */

static void
details_look_at_files (Details *details)
{
  NamidaInspection *result = details->result;
  NamidaDevice device = NAMIDA_DEVICE_UNKNOWN;

  for (guint i = 0; i < details->contents->items->len; i++)
    {
      const NamidaItem *item = details->contents->items->pdata[i];

      result->parts |= item->part;
    }
  for (guint i = 0; i < details->contents->containers->len; i++)
    {
      const NamidaContainer *container = details->contents->containers->pdata[i];

      if (container->zip == NULL)
        result->parts |= container->part;
    }
  for (guint i = 0; i < result->music_folders->len && device == NAMIDA_DEVICE_UNKNOWN; i++)
    device = namida_device_of_path (result->music_folders->pdata[i]);
  for (guint i = 0; i < result->top_tracks->len && device == NAMIDA_DEVICE_UNKNOWN; i++)
    device = namida_device_of_path (((NamidaNamedCount *) result->top_tracks->pdata[i])->path);
  result->device = namida_device_to_string (device);
}

gboolean
namida_inspect_details (
    const char *path, NamidaInspection *result, char **damaged, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *part = NULL;
  g_autoptr (NamidaContents) contents = namida_contents_open_part (path, FALSE, NULL, &part, cancellable, &local);
  Details details = { .contents = contents, .result = result, .cancellable = cancellable };

  *damaged = NULL;
  if (contents != NULL)
    {
      details_look_at_files (&details);
      details_read_dbs (&details);
      *damaged = details.damaged;
      if (details.error == NULL)
        return TRUE;
      g_propagate_error (error, details.error);
      return FALSE;
    }
  /* A backup that cannot be fitted or merged is not sound, whatever else could be read from it. */
  if (g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE))
    result->kind = NAMIDA_INSPECTION_TOO_BIG;
  else if (g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM)
           || g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST))
    *damaged = part != NULL ? g_steal_pointer (&part) : g_strdup (result->name);
  else if (g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH))
    result->unsafe = MAX (result->unsafe, 1);
  else
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return TRUE;
}
