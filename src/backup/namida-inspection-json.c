/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-inspection.h"

static void
add_int (JsonBuilder *builder, const char *key, guint64 value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_int_value (builder, (gint64) MIN (value, (guint64) G_MAXINT64));
}

static void
add_text (JsonBuilder *builder, const char *key, const char *text)
{
  json_builder_set_member_name (builder, key);
  if (text != NULL)
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

static void
add_counts (JsonBuilder *builder, const char *key, const char *what, GPtrArray *counts)
{
  json_builder_set_member_name (builder, key);
  json_builder_begin_array (builder);
  for (guint i = 0; i < counts->len; i++)
    {
      const NamidaNamedCount *item = counts->pdata[i];

      json_builder_begin_object (builder);
      add_text (builder, "name", item->name);
      add_int (builder, what, item->count);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_strings (JsonBuilder *builder, const char *key, const char *const *strings, guint n)
{
  json_builder_set_member_name (builder, key);
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    json_builder_add_string_value (builder, strings[i]);
  json_builder_end_array (builder);
}

static void
add_day (JsonBuilder *builder, const char *key, const NamidaInspection *self, gint64 day)
{
  g_autoptr (GDateTime) time = self->last_day > 0 ? g_date_time_new_from_unix_utc (day * 86400) : NULL;
  g_autofree char *text = time != NULL ? g_date_time_format (time, "%Y-%m-%d") : NULL;

  add_text (builder, key, text);
}

static void
add_figures (JsonBuilder *builder, const NamidaInspection *self)
{
  add_int (builder, "listens", self->listens);
  add_day (builder, "firstDay", self, self->first_day);
  add_day (builder, "lastDay", self, self->last_day);
  add_int (builder, "tracksHeard", self->tracks_heard);
  add_counts (builder, "topTracks", "listens", self->top_tracks);
  add_int (builder, "playlistCount", self->n_playlists);
  add_counts (builder, "playlists", "tracks", self->playlists);
  add_int (builder, "favourites", self->favourites);
  add_int (builder, "queues", self->queues);
  add_int (builder, "secondsTracks", self->seconds_tracks);
  add_int (builder, "secondsVideos", self->seconds_videos);
  add_int (builder, "secondsYoutube", self->seconds_youtube);
  add_int (builder, "youtubeListens", self->youtube_listens);
  add_int (builder, "youtubePlaylists", self->youtube_playlists);
  add_int (builder, "youtubeLikes", self->youtube_likes);
  add_int (builder, "youtubeSubscriptions", self->youtube_subscriptions);
}

JsonNode *
namida_inspection_to_json (const NamidaInspection *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *sentence = namida_inspection_dup_sentence (self);
  g_auto (GStrv) lines = namida_inspection_dup_lines (self);

  json_builder_begin_object (builder);
  add_text (builder, "name", self->name);
  add_int (builder, "size", self->size);
  add_text (builder, "kind", namida_inspection_kind_to_string (self->kind));
  json_builder_set_member_name (builder, "good");
  json_builder_add_boolean_value (builder, namida_inspection_is_good (self));
  add_text (builder, "sentence", sentence);
  add_strings (builder, "lines", (const char *const *) lines, g_strv_length (lines));
  add_figures (builder, self);
  add_strings (builder, "musicFolders", (const char *const *) self->music_folders->pdata, self->music_folders->len);
  add_text (builder, "namida", self->version_hint);
  add_int (builder, "entries", self->entries);
  add_int (builder, "unknown", self->unknown);
  add_int (builder, "unreadable", self->unreadable);
  add_int (builder, "unsafe", self->unsafe);
  add_text (builder, "damagedPart", self->damaged_part);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}
