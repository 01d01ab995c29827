/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** What a file that should be a backup turned out to be. */
typedef enum
{
  NAMIDA_INSPECTION_BACKUP,     /* a zip of zips, as Namida writes it today */
  NAMIDA_INSPECTION_FLAT,       /* the old layout of desktop backups: everything loose in one zip */
  NAMIDA_INSPECTION_EMPTY,      /* 0 bytes, or a zip without anything in it */
  NAMIDA_INSPECTION_NOT_A_ZIP,  /* no zip at all */
  NAMIDA_INSPECTION_NOT_NAMIDA, /* a good zip, of something else */
  NAMIDA_INSPECTION_TRUNCATED,  /* its end is missing; counts tell what could be read */
  NAMIDA_INSPECTION_ENCRYPTED,  /* needs a password; counts tell what could be read */
  NAMIDA_INSPECTION_DAMAGED,    /* a checksum or structure is wrong; counts tell what could be read */
  NAMIDA_INSPECTION_TOO_BIG,    /* more entries, bytes or nesting than a backup can have; not read to its end */
  NAMIDA_N_INSPECTIONS
} NamidaInspectionKind;

/** A name and how often it is there: a track and its listens, a playlist and its tracks. */
typedef struct
{
  char *name; /* UTF-8, fit to be shown: no control and bidi characters, at most 64 characters */
  guint64 count;
  char *path; /* (nullable): of a track, as the backup has it; not to be shown */
} NamidaNamedCount;

/**
 * NamidaInspection: what is in a backup zip, in figures. Reference-counted (atomic), immutable once handed out; any
 * thread may read the fields.
 */
typedef struct
{
  NamidaInspectionKind kind;
  char *name;   /* the file's name, as shown */
  guint64 size; /* of the zip, in bytes */

  guint64 listens;         /* of tracks */
  gint64 first_day;        /* days since 1970 of the first listen; only when there are @listens */
  gint64 last_day;         /* and of the last */
  guint64 tracks_heard;    /* different tracks among the listens */
  GPtrArray *top_tracks;   /* NamidaNamedCount, most listened first, 10 at most */
  guint64 n_playlists;     /* all of them, also those that are not listed */
  GPtrArray *playlists;    /* NamidaNamedCount, in alphabetical order, 500 at most */
  gboolean has_favourites; /* there is a list of favourites: @favourites may be 0 */
  guint64 favourites;
  guint64 queues;
  gboolean has_seconds; /* how long was listened is known: */
  guint64 seconds_tracks, seconds_videos, seconds_youtube;
  gboolean has_library;
  guint64 library;       /* tracks that Namida knew */
  guint64 server_tracks; /* of them, those on servers, whose logins are never in a backup */
  guint64 ratings;       /* tracks with a rating */
  guint64 tagged;        /* tracks with tags */
  guint64 smart_playlists;
  guint parts;        /* NamidaParts that it has; 0 when it could not be looked into */
  const char *device; /* (nullable): static: "android", "linux", "windows" or "unknown" */
  guint64 larger;     /* lists that are larger than is looked into; they are sound and not counted */
  guint64 youtube_listens;
  guint64 youtube_playlists;
  guint64 youtube_likes;
  guint64 youtube_subscriptions; /* only channels that are subscribed now */
  gboolean has_settings;
  GPtrArray *music_folders; /* char *: paths of the device that made it, as Namida wrote them, UTF-8; 64 at most */
  char *version_hint;       /* (nullable): "6", "5 or older": by the shapes it uses */
  guint64 entries;          /* files in all, those in inner zips that were looked into included */
  guint64 unknown;          /* of them, files that this program does not know; they are kept all the same */
  guint64 unreadable;       /* of them, lists that were not readable and are not counted */
  guint64 unsafe;           /* of them, with names that lead out of the backup ("../x"): never looked into */
  char *damaged_part;       /* (nullable): the first file in it that is damaged, encrypted or too big, as shown */
} NamidaInspection;

GType namida_inspection_get_type (void);
#define NAMIDA_TYPE_INSPECTION (namida_inspection_get_type ())

void namida_inspection_unref (NamidaInspection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaInspection, namida_inspection_unref)

/** namida_inspection_is_good: whether Namida can restore it: a whole backup of either layout. */
gboolean namida_inspection_is_good (const NamidaInspection *self);
/** namida_inspection_is_restorable: whether it counts as a backup that the user can go back to: whole, of Namida, and
 * with sound databases and safe names. What is empty, truncated, damaged, encrypted or something else never does. */
gboolean namida_inspection_is_restorable (const NamidaInspection *self);
/** namida_inspection_dup_sentence: (transfer full): what it is, in one translated sentence; for kinds that are not good
 * what that means and what to do. */
char *namida_inspection_dup_sentence (const NamidaInspection *self);
/** namida_inspection_dup_lines: (transfer full) (array zero-terminated): what is in it, one translated line for each
 * thing ("1,234 listens, 2025-06-19 to 2026-07-18"), for a window or a terminal; empty when nothing could be read. */
char **namida_inspection_dup_lines (const NamidaInspection *self);
/** namida_inspection_dup_summary: (transfer full): the few words that fit into a row: "1,234 listens, 3 playlists, 12
 * favorites"; the sentence when it is not good. */
char *namida_inspection_dup_summary (const NamidaInspection *self);
/** namida_inspection_kind_to_string: (transfer none): a word for scripts: "backup", "flat", "not-a-zip", … */
const char *namida_inspection_kind_to_string (NamidaInspectionKind kind);
/** namida_inspection_to_json: (transfer full): an object with all of it; keys are in the man page, under "inspect". */
JsonNode *namida_inspection_to_json (const NamidaInspection *self);

/**
 * namida_inspector_inspect_async:
 * @zip: a local file
 *
 * Reads @zip in a worker thread without unpacking anything to disk, in constant memory: sizes, counts and depth are
 * limited (namida-inspector.c). What the file turns out to be, however broken, is a result, not an error.
 */
void namida_inspector_inspect_async (GFile *zip,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/** Returns: (transfer full) (nullable): NULL with NAMIDA_ERROR_NOT_FOUND, STORAGE (it cannot be opened or read) or
 * %G_IO_ERROR_CANCELLED. */
NamidaInspection *namida_inspector_inspect_finish (GAsyncResult *result, GError **error);
/** namida_inspector_inspect: the same at once. Blocking: worker threads. */
NamidaInspection *namida_inspector_inspect (GFile *zip, GCancellable *cancellable, GError **error);

G_END_DECLS
