/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inspection object and its translated texts; see the header. Any thread. */
#include "config.h"

#include "namida-inspection-private.h"

#include "namida-contents.h"
#include "namida-format.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

static NamidaInspection *
inspection_ref (NamidaInspection *self)
{
  return g_atomic_rc_box_acquire (self);
}

G_DEFINE_BOXED_TYPE (NamidaInspection, namida_inspection, inspection_ref, namida_inspection_unref)

static void
inspection_named_count_free (gpointer data)
{
  NamidaNamedCount *self = data;

  g_free (self->name);
  g_free (self->path);
  g_free (self);
}

NamidaInspection *
namida_inspection_new (const char *name)
{
  NamidaInspection *self = g_atomic_rc_box_new0 (NamidaInspection);

  self->name = namida_format_alias (name);
  self->top_tracks = g_ptr_array_new_with_free_func (inspection_named_count_free);
  self->playlists = g_ptr_array_new_with_free_func (inspection_named_count_free);
  self->music_folders = g_ptr_array_new_with_free_func (g_free);
  return self;
}

static void
inspection_clear (gpointer data)
{
  NamidaInspection *self = data;

  g_free (self->name);
  g_free (self->version_hint);
  g_free (self->damaged_part);
  g_ptr_array_unref (self->top_tracks);
  g_ptr_array_unref (self->playlists);
  g_ptr_array_unref (self->music_folders);
}

void
namida_inspection_unref (NamidaInspection *self)
{
  g_atomic_rc_box_release_full (self, inspection_clear);
}

gboolean
namida_inspection_is_good (const NamidaInspection *self)
{
  return self->kind == NAMIDA_INSPECTION_BACKUP || self->kind == NAMIDA_INSPECTION_FLAT;
}

gboolean
namida_inspection_is_restorable (const NamidaInspection *self)
{
  return namida_inspection_is_good (self) && self->damaged_part == NULL && self->unsafe == 0;
}

const char *
namida_inspection_kind_to_string (NamidaInspectionKind kind)
{
  static const char *const names[NAMIDA_N_INSPECTIONS] = {
    [NAMIDA_INSPECTION_BACKUP] = "backup",         [NAMIDA_INSPECTION_FLAT] = "flat",
    [NAMIDA_INSPECTION_EMPTY] = "empty",           [NAMIDA_INSPECTION_NOT_A_ZIP] = "not-a-zip",
    [NAMIDA_INSPECTION_NOT_NAMIDA] = "not-namida", [NAMIDA_INSPECTION_TRUNCATED] = "truncated",
    [NAMIDA_INSPECTION_ENCRYPTED] = "encrypted",   [NAMIDA_INSPECTION_DAMAGED] = "damaged",
    [NAMIDA_INSPECTION_TOO_BIG] = "too-big",
  };

  g_return_val_if_fail (kind < NAMIDA_N_INSPECTIONS, "damaged");
  return names[kind];
}

static char *
inspection_dup_damaged_sentence (const NamidaInspection *self)
{
  if (self->damaged_part == NULL)
    return g_strdup_printf (
        _ ("“%s” is damaged: Namida cannot restore all of it. Use another backup, or copy it again."), self->name);
  return g_strdup_printf (
      _ ("“%s” is damaged: its part “%s” cannot be read whole. Use another backup, or copy it again."), self->name,
      self->damaged_part);
}

char *
namida_inspection_dup_sentence (const NamidaInspection *self)
{
  switch (self->kind)
    {
    case NAMIDA_INSPECTION_BACKUP:
      return g_strdup_printf (_ ("“%s” is a Namida backup."), self->name);
    case NAMIDA_INSPECTION_FLAT:
      return g_strdup_printf (_ ("“%s” is a Namida backup in the layout of older desktop versions."), self->name);
    case NAMIDA_INSPECTION_EMPTY:
      return g_strdup_printf (_ ("“%s” is empty: the backup was never finished. Make a new one in Namida."),
                              self->name);
    case NAMIDA_INSPECTION_NOT_A_ZIP:
      return g_strdup_printf (_ ("“%s” is not a zip file, so it is not a Namida backup."), self->name);
    case NAMIDA_INSPECTION_NOT_NAMIDA:
      return g_strdup_printf (_ ("“%s” is a zip file, but no Namida backup."), self->name);
    case NAMIDA_INSPECTION_TRUNCATED:
      return g_strdup_printf (_ ("“%s” is incomplete: its end is missing. Copy or send it again."), self->name);
    case NAMIDA_INSPECTION_ENCRYPTED:
      return g_strdup_printf (_ ("“%s” is protected by a password: neither Namida nor this program can open it."),
                              self->name);
    case NAMIDA_INSPECTION_TOO_BIG:
      return g_strdup_printf (_ ("“%s” is far larger when unpacked than a Namida backup should be, and was not read "
                                 "completely. Do not open it."),
                              self->name);
    default:
      return inspection_dup_damaged_sentence (self);
    }
}

/* ---- texts ---- */

static char *
inspection_dup_day (gint64 day)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (day * 86400);

  /* Translators: a date, as g_date_time_format() has it. */
  return time != NULL ? g_date_time_format (time, _ ("%-e %B %Y")) : g_strdup ("?");
}

static char *
inspection_dup_time (guint64 seconds)
{
  guint64 minutes = seconds / 60;

  if (minutes < 60)
    return g_strdup_printf (_ ("%" PRIu64 " min"), minutes);
  return g_strdup_printf (_ ("%'" PRIu64 " h"), minutes / 60);
}

static gulong
inspection_plural (guint64 n)
{
  return (gulong) MIN (n, (guint64) G_MAXULONG);
}

static char *
inspection_dup_listens (const NamidaInspection *self)
{
  g_autofree char *listens
      = g_strdup_printf (ngettext ("%'" PRIu64 " listen", "%'" PRIu64 " listens", inspection_plural (self->listens)),
                         self->listens);
  g_autofree char *first = NULL;
  g_autofree char *last = NULL;

  if (self->last_day == 0)
    return g_steal_pointer (&listens);
  first = inspection_dup_day (self->first_day);
  last = inspection_dup_day (self->last_day);
  /* Translators: "1,234 listens, from 19 June 2025 to 18 July 2026" */
  return g_strdup_printf (_ ("%s, from %s to %s"), listens, first, last);
}

static char *
inspection_dup_names (GPtrArray *counts, guint most)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < MIN (most, counts->len); i++)
    {
      const NamidaNamedCount *item = counts->pdata[i];

      if (i > 0)
        g_string_append (text, ", ");
      g_string_append_printf (text, "%s (%'" PRIu64 ")", item->name, item->count);
    }
  if (counts->len > most)
    g_string_append (text, ", …");
  return g_strdup (text->str);
}

static char *
inspection_dup_playlist_count (const NamidaInspection *self)
{
  return g_strdup_printf (ngettext ("%'" PRIu64 " playlist", "%'" PRIu64 " playlists",
                                    inspection_plural (self->n_playlists)),
                          self->n_playlists);
}

static char *
inspection_dup_favourite_count (const NamidaInspection *self)
{
  return g_strdup_printf (ngettext ("%'" PRIu64 " favorite", "%'" PRIu64 " favorites",
                                    inspection_plural (self->favourites)),
                          self->favourites);
}

#define SHOWN_MOST 5u

static void
inspection_add_lists (const NamidaInspection *self, GPtrArray *lines)
{
  if (self->listens > 0)
    g_ptr_array_add (lines, inspection_dup_listens (self));
  if (self->top_tracks->len > 0)
    {
      g_autofree char *names = inspection_dup_names (self->top_tracks, SHOWN_MOST);

      g_ptr_array_add (lines, g_strdup_printf (_ ("Most listened: %s"), names));
    }
  if (self->n_playlists > 0)
    {
      g_autofree char *count = inspection_dup_playlist_count (self);
      g_autofree char *names = inspection_dup_names (self->playlists, SHOWN_MOST);

      g_ptr_array_add (lines, g_strdup_printf ("%s: %s", count, names));
    }
  if (self->has_favourites)
    g_ptr_array_add (lines, inspection_dup_favourite_count (self));
  if (self->queues > 0)
    g_ptr_array_add (lines, g_strdup_printf (ngettext ("%'" PRIu64 " queue", "%'" PRIu64 " queues",
                                                       inspection_plural (self->queues)),
                                             self->queues));
}

/* Returns (transfer full) (nullable): the parts that are missing, as translated words. */
static char *
inspection_dup_missing (const NamidaInspection *self)
{
  const struct
  {
    guint part;
    const char *word;
  } parts[] = {
    /* Translators: parts of a backup, in the middle of a list */
    { NAMIDA_PART_SETTINGS, _ ("settings") },    { NAMIDA_PART_LIBRARY, _ ("library") },
    { NAMIDA_PART_HISTORY, _ ("history") },      { NAMIDA_PART_PLAYLISTS, _ ("playlists") },
    { NAMIDA_PART_FAVOURITES, _ ("favorites") }, { NAMIDA_PART_QUEUES, _ ("queues") },
    { NAMIDA_PART_YOUTUBE, _ ("YouTube") },
  };
  g_autoptr (GString) text = g_string_new (NULL);

  if (self->parts == 0)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if ((self->parts & parts[i].part) == 0)
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", parts[i].word);
  return text->len > 0 ? g_strdup (text->str) : NULL;
}

static void
inspection_add_library (const NamidaInspection *self, GPtrArray *lines)
{
  if (self->has_library)
    g_ptr_array_add (lines, g_strdup_printf (ngettext ("%'" PRIu64 " track in the library",
                                                       "%'" PRIu64 " tracks in the library",
                                                       inspection_plural (self->library)),
                                             self->library));
  if (self->ratings > 0)
    g_ptr_array_add (lines, g_strdup_printf (ngettext ("%'" PRIu64 " rating", "%'" PRIu64 " ratings",
                                                       inspection_plural (self->ratings)),
                                             self->ratings));
  if (self->tagged > 0)
    g_ptr_array_add (lines, g_strdup_printf (ngettext ("%'" PRIu64 " track with tags", "%'" PRIu64 " tracks with tags",
                                                       inspection_plural (self->tagged)),
                                             self->tagged));
  if (self->smart_playlists > 0)
    g_ptr_array_add (lines, g_strdup_printf (ngettext ("%'" PRIu64 " smart playlist", "%'" PRIu64 " smart playlists",
                                                       inspection_plural (self->smart_playlists)),
                                             self->smart_playlists));
  if (self->server_tracks > 0)
    g_ptr_array_add (lines, g_strdup (_ ("Music on a server: log in again in Namida after restoring")));
}

static void
inspection_add_device (const NamidaInspection *self, GPtrArray *lines)
{
  g_autofree char *missing = NULL;

  if (g_strcmp0 (self->device, "android") == 0)
    g_ptr_array_add (lines, g_strdup (_ ("Made on an Android device")));
  else if (g_strcmp0 (self->device, "windows") == 0)
    g_ptr_array_add (lines, g_strdup (_ ("Made on a Windows computer")));
  else if (g_strcmp0 (self->device, "linux") == 0)
    g_ptr_array_add (lines, g_strdup (_ ("Made on a Linux computer")));
  missing = inspection_dup_missing (self);
  if (missing != NULL)
    /* Translators: %s are words such as “settings, playlists” */
    g_ptr_array_add (lines, g_strdup_printf (_ ("Not included: %s"), missing));
  if (self->larger > 0)
    g_ptr_array_add (lines, g_strdup_printf (ngettext ("%'" PRIu64 " list is too large to be read",
                                                       "%'" PRIu64 " lists are too large to be read",
                                                       inspection_plural (self->larger)),
                                             self->larger));
}

static void
inspection_add_seconds (const NamidaInspection *self, GPtrArray *lines)
{
  g_autofree char *tracks = inspection_dup_time (self->seconds_tracks);
  g_autofree char *videos = inspection_dup_time (self->seconds_videos);
  g_autofree char *youtube = inspection_dup_time (self->seconds_youtube);

  if (self->has_seconds)
    g_ptr_array_add (lines, g_strdup_printf (_ ("Listened in all: %s of music, %s of videos, %s of YouTube"), tracks,
                                             videos, youtube));
}

static void
inspection_add_youtube (const NamidaInspection *self, GPtrArray *lines)
{
  if (self->youtube_likes > 0)
    g_ptr_array_add (lines, g_strdup_printf (ngettext ("%'" PRIu64 " like on YouTube", "%'" PRIu64 " likes on YouTube",
                                                       inspection_plural (self->youtube_likes)),
                                             self->youtube_likes));
  if (self->youtube_subscriptions > 0)
    g_ptr_array_add (lines, g_strdup_printf (ngettext ("%'" PRIu64 " subscription on YouTube",
                                                       "%'" PRIu64 " subscriptions on YouTube",
                                                       inspection_plural (self->youtube_subscriptions)),
                                             self->youtube_subscriptions));
  if (self->youtube_playlists > 0)
    g_ptr_array_add (lines, g_strdup_printf (ngettext ("%'" PRIu64 " playlist of YouTube videos",
                                                       "%'" PRIu64 " playlists of YouTube videos",
                                                       inspection_plural (self->youtube_playlists)),
                                             self->youtube_playlists));
  if (self->youtube_listens > 0)
    g_ptr_array_add (lines, g_strdup_printf (ngettext ("%'" PRIu64 " video watched on YouTube",
                                                       "%'" PRIu64 " videos watched on YouTube",
                                                       inspection_plural (self->youtube_listens)),
                                             self->youtube_listens));
}

static void
inspection_add_folders (const NamidaInspection *self, GPtrArray *lines)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (self->music_folders->len == 0)
    return;
  for (guint i = 0; i < self->music_folders->len; i++)
    {
      g_autofree char *shown = namida_format_alias (self->music_folders->pdata[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", shown);
    }
  g_ptr_array_add (lines, g_strdup_printf (_ ("Expects its music in: %s"), text->str));
}

static void
inspection_add_doubts (const NamidaInspection *self, GPtrArray *lines)
{
  if (self->unreadable > 0)
    g_ptr_array_add (lines, g_strdup_printf (ngettext ("%'" PRIu64 " list in it could not be read",
                                                       "%'" PRIu64 " lists in it could not be read",
                                                       inspection_plural (self->unreadable)),
                                             self->unreadable));
  if (self->unknown > 0)
    g_ptr_array_add (
        lines, g_strdup_printf (ngettext ("%'" PRIu64 " file that this program does not know is kept as it is",
                                          "%'" PRIu64 " files that this program does not know are kept as they are",
                                          inspection_plural (self->unknown)),
                                self->unknown));
  if (self->unsafe > 0)
    g_ptr_array_add (
        lines, g_strdup_printf (ngettext ("%'" PRIu64 " file has a name that leads out of the backup: do not trust it",
                                          "%'" PRIu64 " files have names that lead out of the backup: do not trust it",
                                          inspection_plural (self->unsafe)),
                                self->unsafe));
}

char **
namida_inspection_dup_lines (const NamidaInspection *self)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new ();

  if (self->kind != NAMIDA_INSPECTION_NOT_NAMIDA)
    {
      inspection_add_lists (self, lines);
      inspection_add_library (self, lines);
      inspection_add_seconds (self, lines);
      inspection_add_youtube (self, lines);
      inspection_add_folders (self, lines);
      inspection_add_device (self, lines);
      inspection_add_doubts (self, lines);
    }
  g_ptr_array_add (lines, NULL);
  return (char **) g_ptr_array_steal (lines, NULL);
}

char *
namida_inspection_dup_summary (const NamidaInspection *self)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);

  if (!namida_inspection_is_good (self))
    return namida_inspection_dup_sentence (self);
  if (self->listens > 0)
    g_ptr_array_add (parts, g_strdup_printf (ngettext ("%'" PRIu64 " listen", "%'" PRIu64 " listens",
                                                       inspection_plural (self->listens)),
                                             self->listens));
  if (self->n_playlists > 0)
    g_ptr_array_add (parts, inspection_dup_playlist_count (self));
  if (self->favourites > 0)
    g_ptr_array_add (parts, inspection_dup_favourite_count (self));
  if (parts->len == 0)
    return g_strdup (self->has_settings ? _ ("Settings only") : _ ("No details"));
  g_ptr_array_add (parts, NULL);
  return g_strjoinv (", ", (char **) parts->pdata);
}
