/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the lists of a backup and sums them up; see the header. Runs in the worker thread of the inspector. */
#include "config.h"

#include "namida-inspect-lists-private.h"

#include "namida-format.h"
#include "namida-inspect-json.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define TOP_MOST 10u
#define PLAYLISTS_MOST 500u
#define FOLDERS_MOST 64u
/* Above these limits, only the total number of listens is counted, not the individual tracks. */
#define TRACKS_MOST 200000u
#define TRACK_BYTES_MOST (24u * 1024 * 1024)
/* 2200-01-01: later days in a history are not valid. */
#define DAY_MOST 84006

struct _NamidaInspectLists
{
  NamidaInspection *result;
  GHashTable *tracks; /* path → listens */
  gsize track_bytes;

  /* The state of the current file. */
  NamidaListKind kind;
  NamidaInspectJson *json;
  char *base;   /* its name without the extension */
  char *title;  /* (nullable): the name that the list contains */
  guint64 n;    /* the number of items */
  gboolean fit; /* whether it has the shape of its kind */
};

static NamidaNamedCount *
inspect_lists_named_count_new (const char *name, guint64 count)
{
  NamidaNamedCount *self = g_new0 (NamidaNamedCount, 1);

  self->name = namida_format_alias (name);
  self->count = count;
  return self;
}

NamidaInspectLists *
namida_inspect_lists_new (NamidaInspection *result)
{
  NamidaInspectLists *self = g_new0 (NamidaInspectLists, 1);

  self->result = result;
  self->tracks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

static void
inspect_lists_forget_file (NamidaInspectLists *self)
{
  g_clear_pointer (&self->json, namida_inspect_json_free);
  g_clear_pointer (&self->base, g_free);
  g_clear_pointer (&self->title, g_free);
  self->kind = NAMIDA_LIST_UNKNOWN;
  self->n = 0;
  self->fit = FALSE;
}

void
namida_inspect_lists_free (NamidaInspectLists *self)
{
  if (self == NULL)
    return;
  inspect_lists_forget_file (self);
  g_hash_table_unref (self->tracks);
  g_free (self);
}

/* ---- the contents of the lists ---- */

static void
inspect_lists_hear (NamidaInspectLists *self, const char *track)
{
  gpointer key, value;
  gsize length;

  if (g_hash_table_lookup_extended (self->tracks, track, &key, &value))
    {
      g_hash_table_insert (self->tracks, g_strdup (track), GUINT_TO_POINTER (GPOINTER_TO_UINT (value) + 1));
      return;
    }
  length = strlen (track);
  if (g_hash_table_size (self->tracks) >= TRACKS_MOST || self->track_bytes + length > TRACK_BYTES_MOST)
    return;
  self->track_bytes += length;
  g_hash_table_insert (self->tracks, g_strdup (track), GUINT_TO_POINTER (1));
}

static void
inspect_lists_on_history (NamidaInspectLists *self, NamidaJsonValue value, guint depth, const char *text)
{
  if (depth == 0)
    self->fit = value == NAMIDA_JSON_ARRAY;
  else if (depth == 1 && value == NAMIDA_JSON_OBJECT)
    self->n++;
  else if (depth == 2 && value == NAMIDA_JSON_STRING && self->kind == NAMIDA_LIST_HISTORY
           && g_str_equal (namida_inspect_json_key (self->json, 1), "track"))
    inspect_lists_hear (self, text);
}

static void
inspect_lists_on_playlist (NamidaInspectLists *self, NamidaJsonValue value, guint depth, const char *text)
{
  gboolean tracks = depth > 0 && g_str_equal (namida_inspect_json_key (self->json, 0), "tracks");

  if (depth == 1 && tracks)
    self->fit = value == NAMIDA_JSON_ARRAY;
  else if (depth == 2 && tracks && (value == NAMIDA_JSON_OBJECT || value == NAMIDA_JSON_STRING))
    self->n++;
  else if (depth == 1 && value == NAMIDA_JSON_STRING && self->title == NULL
           && g_str_equal (namida_inspect_json_key (self->json, 0), "name"))
    self->title = g_strdup (text);
}

static void
inspect_lists_on_subscriptions (NamidaInspectLists *self, NamidaJsonValue value, guint depth)
{
  if (depth == 0)
    self->fit = value == NAMIDA_JSON_OBJECT || value == NAMIDA_JSON_ARRAY;
  else if (depth == 2 && value == NAMIDA_JSON_TRUE
           && g_str_equal (namida_inspect_json_key (self->json, 1), "subscribed"))
    self->n++;
}

static void
inspect_lists_on_totals (NamidaInspectLists *self, NamidaJsonValue value, guint depth, const char *text)
{
  const char *key = namida_inspect_json_key (self->json, 0);
  guint64 seconds;

  if (depth == 0)
    self->fit = value == NAMIDA_JSON_OBJECT;
  if (depth != 1 || value != NAMIDA_JSON_NUMBER)
    return;
  seconds = text[0] == '-' ? 0 : g_ascii_strtoull (text, NULL, 10);
  if (g_str_equal (key, "tr"))
    self->result->seconds_tracks = seconds;
  else if (g_str_equal (key, "vid"))
    self->result->seconds_videos = seconds;
  else if (g_str_equal (key, "yt"))
    self->result->seconds_youtube = seconds;
}

static gboolean
inspect_lists_is_address (const char *path)
{
  return strstr (path, "://") != NULL;
}

static void
inspect_lists_add_folder (NamidaInspectLists *self, const char *path)
{
  GPtrArray *folders = self->result->music_folders;

  if (*path == '\0' || folders->len >= FOLDERS_MOST || inspect_lists_is_address (path))
    return;
  for (guint i = 0; i < folders->len; i++)
    if (g_str_equal (folders->pdata[i], path))
      return;
  g_ptr_array_add (folders, g_utf8_make_valid (path, -1));
}

static void
inspect_lists_hint (NamidaInspectLists *self, const char *version)
{
  if (self->result->version_hint == NULL)
    self->result->version_hint = g_strdup (version);
}

static void
inspect_lists_on_settings (NamidaInspectLists *self, NamidaJsonValue value, guint depth, const char *text)
{
  if (depth == 0)
    self->fit = value == NAMIDA_JSON_OBJECT;
  if (value != NAMIDA_JSON_STRING || depth < 2 || depth > 3
      || !g_str_equal (namida_inspect_json_key (self->json, 0), "directoriesToScan"))
    return;
  /* A list of strings; since version 6.x a list of objects. */
  if (depth == 2)
    {
      inspect_lists_add_folder (self, text);
      inspect_lists_hint (self, "5 or older");
    }
  else if (g_str_equal (namida_inspect_json_key (self->json, 2), "source"))
    {
      inspect_lists_add_folder (self, text);
      inspect_lists_hint (self, "6");
    }
}

static void
inspect_lists_on_value (
    NamidaInspectJson *json, NamidaJsonValue value, guint depth, const char *text, gpointer user_data)
{
  NamidaInspectLists *self = user_data;

  switch (self->kind)
    {
    case NAMIDA_LIST_HISTORY:
    case NAMIDA_LIST_YOUTUBE_HISTORY:
      inspect_lists_on_history (self, value, depth, text);
      break;
    case NAMIDA_LIST_SUBSCRIPTIONS:
      inspect_lists_on_subscriptions (self, value, depth);
      break;
    case NAMIDA_LIST_TOTALS:
      inspect_lists_on_totals (self, value, depth, text);
      break;
    case NAMIDA_LIST_SETTINGS:
      inspect_lists_on_settings (self, value, depth, text);
      break;
    default:
      inspect_lists_on_playlist (self, value, depth, text);
    }
}

/* ---- one file at a time ---- */

static char *
inspect_lists_dup_base (const char *path)
{
  const char *slash = MAX (strrchr (path, '/'), strrchr (path, '\\'));
  const char *name = slash != NULL ? slash + 1 : path;
  const char *dot = strrchr (name, '.');

  return dot != NULL && dot > name ? g_strndup (name, (gsize) (dot - name)) : g_strdup (name);
}

gboolean
namida_inspect_lists_begin (NamidaInspectLists *self, NamidaListKind kind, const char *path)
{
  inspect_lists_forget_file (self);
  self->result->entries++;
  self->result->unknown += kind == NAMIDA_LIST_UNKNOWN;
  self->result->unsafe += kind == NAMIDA_LIST_UNSAFE;
  self->result->queues += kind == NAMIDA_LIST_QUEUE;
  if (kind < NAMIDA_LIST_SETTINGS)
    return FALSE;
  self->kind = kind;
  self->base = inspect_lists_dup_base (path);
  self->json = namida_inspect_json_new (inspect_lists_on_value, self);
  return TRUE;
}

gboolean
namida_inspect_lists_feed (NamidaInspectLists *self, const char *data, gsize length)
{
  return self->json != NULL && namida_inspect_json_feed (self->json, data, length);
}

static void
inspect_lists_add_day (NamidaInspectLists *self)
{
  NamidaInspection *result = self->result;
  gint64 day = g_ascii_strtoll (self->base, NULL, 10);
  gboolean first = result->listens == 0 || result->last_day == 0;

  result->listens += self->n;
  if (self->n == 0 || day <= 0 || day > DAY_MOST)
    return;
  result->first_day = first ? day : MIN (result->first_day, day);
  result->last_day = MAX (result->last_day, day);
}

static void
inspect_lists_add_playlist (NamidaInspectLists *self)
{
  self->result->n_playlists++;
  if (self->result->playlists->len < PLAYLISTS_MOST)
    g_ptr_array_add (self->result->playlists,
                     inspect_lists_named_count_new (self->title != NULL ? self->title : self->base, self->n));
}

static void
inspect_lists_add_up (NamidaInspectLists *self)
{
  NamidaInspection *result = self->result;

  switch (self->kind)
    {
    case NAMIDA_LIST_HISTORY:
      inspect_lists_add_day (self);
      break;
    case NAMIDA_LIST_YOUTUBE_HISTORY:
      result->youtube_listens += self->n;
      break;
    case NAMIDA_LIST_PLAYLIST:
    case NAMIDA_LIST_LOOSE:
      inspect_lists_add_playlist (self);
      break;
    case NAMIDA_LIST_YOUTUBE_PLAYLIST:
      result->youtube_playlists++;
      break;
    case NAMIDA_LIST_FAVOURITES:
      result->has_favourites = TRUE;
      result->favourites = self->n;
      break;
    case NAMIDA_LIST_LIKES:
      result->youtube_likes = self->n;
      break;
    case NAMIDA_LIST_SUBSCRIPTIONS:
      result->youtube_subscriptions = self->n;
      break;
    case NAMIDA_LIST_TOTALS:
      result->has_seconds = TRUE;
      break;
    default:
      result->has_settings = TRUE;
    }
}

void
namida_inspect_lists_end (NamidaInspectLists *self, gboolean whole)
{
  if (self->json == NULL)
    return;
  if (whole && namida_inspect_json_end (self->json) && self->fit)
    inspect_lists_add_up (self);
  else if (self->kind == NAMIDA_LIST_LOOSE)
    self->result->unknown++;
  else
    self->result->unreadable++;
  inspect_lists_forget_file (self);
}

/* ---- at the end ---- */

static int
inspect_lists_compare_names (gconstpointer a, gconstpointer b)
{
  const NamidaNamedCount *one = *(NamidaNamedCount *const *) a;
  const NamidaNamedCount *other = *(NamidaNamedCount *const *) b;
  g_autofree char *key = g_utf8_collate_key (one->name, -1);
  g_autofree char *other_key = g_utf8_collate_key (other->name, -1);

  return strcmp (key, other_key);
}

/* Most listened first; equal counts are sorted by path, so that inspecting a backup twice gives the same result. */
static gboolean
inspect_lists_is_before (const char *path, guint count, const char *other, guint other_count)
{
  return other == NULL || count > other_count || (count == other_count && strcmp (path, other) < 0);
}

static void
inspect_lists_add_top_tracks (NamidaInspectLists *self)
{
  const char *paths[TOP_MOST] = { NULL };
  guint counts[TOP_MOST] = { 0 };
  GHashTableIter iter;
  gpointer path, count;

  g_hash_table_iter_init (&iter, self->tracks);
  while (g_hash_table_iter_next (&iter, &path, &count))
    {
      guint n = GPOINTER_TO_UINT (count);
      guint at = TOP_MOST;

      while (at > 0 && inspect_lists_is_before (path, n, paths[at - 1], counts[at - 1]))
        at--;
      for (guint i = TOP_MOST - 1; at < TOP_MOST && i > at; i--)
        {
          paths[i] = paths[i - 1];
          counts[i] = counts[i - 1];
        }
      if (at < TOP_MOST)
        {
          paths[at] = path;
          counts[at] = n;
        }
    }
  for (guint i = 0; i < TOP_MOST && paths[i] != NULL; i++)
    {
      /* The address of a track on a server contains the name of its user. */
      g_autofree char *name = inspect_lists_is_address (paths[i]) ? g_strdup (_ ("A track on a server"))
                                                                  : inspect_lists_dup_base (paths[i]);
      NamidaNamedCount *top = inspect_lists_named_count_new (name, counts[i]);

      top->path = g_strdup (paths[i]);
      g_ptr_array_add (self->result->top_tracks, top);
    }
}

void
namida_inspect_lists_finish (NamidaInspectLists *self)
{
  self->result->tracks_heard = g_hash_table_size (self->tracks);
  inspect_lists_add_top_tracks (self);
  g_ptr_array_sort (self->result->playlists, inspect_lists_compare_names);
}
