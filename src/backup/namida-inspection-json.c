/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes an inspection as JSON for scripts. Called by the command line. Any thread. */
#include "config.h"

#include "namida-inspection.h"

#include "namida-contents.h"
#include "namida-json-build.h"

static void
inspection_json_add_counts (JsonBuilder *builder, const char *key, const char *what, GPtrArray *counts)
{
  json_builder_set_member_name (builder, key);
  json_builder_begin_array (builder);
  for (guint i = 0; i < counts->len; i++)
    {
      const NamidaNamedCount *item = counts->pdata[i];

      json_builder_begin_object (builder);
      namida_json_build_string (builder, "name", item->name);
      namida_json_build_int (builder, what, item->count);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
inspection_json_add_strings (JsonBuilder *builder, const char *key, const char *const *strings, guint n)
{
  json_builder_set_member_name (builder, key);
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    json_builder_add_string_value (builder, strings[i]);
  json_builder_end_array (builder);
}

static void
inspection_json_add_day (JsonBuilder *builder, const char *key, const NamidaInspection *self, gint64 day)
{
  g_autoptr (GDateTime) time = self->last_day > 0 ? g_date_time_new_from_unix_utc (day * 86400) : NULL;
  g_autofree char *text = time != NULL ? g_date_time_format (time, "%Y-%m-%d") : NULL;

  namida_json_build_string (builder, key, text);
}

static void
inspection_json_add_figures (JsonBuilder *builder, const NamidaInspection *self)
{
  namida_json_build_int (builder, "listens", self->listens);
  inspection_json_add_day (builder, "firstDay", self, self->first_day);
  inspection_json_add_day (builder, "lastDay", self, self->last_day);
  namida_json_build_int (builder, "tracksHeard", self->tracks_heard);
  inspection_json_add_counts (builder, "topTracks", "listens", self->top_tracks);
  namida_json_build_int (builder, "playlistCount", self->n_playlists);
  inspection_json_add_counts (builder, "playlists", "tracks", self->playlists);
  namida_json_build_int (builder, "favourites", self->favourites);
  namida_json_build_int (builder, "queues", self->queues);
  namida_json_build_int (builder, "library", self->library);
  namida_json_build_int (builder, "serverTracks", self->server_tracks);
  namida_json_build_int (builder, "ratings", self->ratings);
  namida_json_build_int (builder, "tagged", self->tagged);
  namida_json_build_int (builder, "smartPlaylists", self->smart_playlists);
  namida_json_build_int (builder, "secondsTracks", self->seconds_tracks);
  namida_json_build_int (builder, "secondsVideos", self->seconds_videos);
  namida_json_build_int (builder, "secondsYoutube", self->seconds_youtube);
  namida_json_build_int (builder, "youtubeListens", self->youtube_listens);
  namida_json_build_int (builder, "youtubePlaylists", self->youtube_playlists);
  namida_json_build_int (builder, "youtubeLikes", self->youtube_likes);
  namida_json_build_int (builder, "youtubeSubscriptions", self->youtube_subscriptions);
}

static void
inspection_json_add_parts (JsonBuilder *builder, const NamidaInspection *self)
{
  g_autofree char *text = namida_parts_to_string (self->parts);
  g_auto (GStrv) words = g_strsplit (text, ",", -1);

  inspection_json_add_strings (builder, "parts", (const char *const *) words, g_strv_length (words));
}

JsonNode *
namida_inspection_to_json (const NamidaInspection *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *sentence = namida_inspection_dup_sentence (self);
  g_auto (GStrv) lines = namida_inspection_dup_lines (self);

  json_builder_begin_object (builder);
  namida_json_build_string (builder, "name", self->name);
  namida_json_build_int (builder, "size", self->size);
  namida_json_build_string (builder, "kind", namida_inspection_kind_to_string (self->kind));
  json_builder_set_member_name (builder, "good");
  json_builder_add_boolean_value (builder, namida_inspection_is_good (self));
  json_builder_set_member_name (builder, "restorable");
  json_builder_add_boolean_value (builder, namida_inspection_is_restorable (self));
  namida_json_build_string (builder, "sentence", sentence);
  inspection_json_add_strings (builder, "lines", (const char *const *) lines, g_strv_length (lines));
  inspection_json_add_figures (builder, self);
  inspection_json_add_strings (builder, "musicFolders", (const char *const *) self->music_folders->pdata,
                               self->music_folders->len);
  namida_json_build_string (builder, "namida", self->version_hint);
  namida_json_build_string (builder, "device", self->device);
  inspection_json_add_parts (builder, self);
  namida_json_build_int (builder, "larger", self->larger);
  namida_json_build_int (builder, "entries", self->entries);
  namida_json_build_int (builder, "unknown", self->unknown);
  namida_json_build_int (builder, "unreadable", self->unreadable);
  namida_json_build_int (builder, "unsafe", self->unsafe);
  namida_json_build_string (builder, "damagedPart", self->damaged_part);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}
