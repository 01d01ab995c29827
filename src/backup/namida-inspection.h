/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The result of looking into a backup zip, and the functions that look into one. Used by the window, the command
 * line, the hub and the store. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** NamidaInspectionKind: what a file that should be a backup turned out to be. */
typedef enum
{
  NAMIDA_INSPECTION_BACKUP,     /* a zip of zips, as Namida writes it today */
  NAMIDA_INSPECTION_FLAT,       /* the old layout of desktop backups: all files loose in one zip */
  NAMIDA_INSPECTION_EMPTY,      /* 0 bytes, or a zip without files */
  NAMIDA_INSPECTION_NOT_A_ZIP,  /* no zip at all */
  NAMIDA_INSPECTION_NOT_NAMIDA, /* a sound zip, but not a Namida backup */
  NAMIDA_INSPECTION_TRUNCATED,  /* its end is missing; the counts cover what could be read */
  NAMIDA_INSPECTION_ENCRYPTED,  /* needs a password; the counts cover what could be read */
  NAMIDA_INSPECTION_DAMAGED,    /* a checksum or a structure is wrong; the counts cover what could be read */
  NAMIDA_INSPECTION_TOO_BIG,    /* more entries, bytes or nesting than a backup can have; not read to its end */
  NAMIDA_N_INSPECTIONS
} NamidaInspectionKind;

/** NamidaNamedCount: a name and a number: a track and its listens, a playlist and its tracks. */
typedef struct
{
  char *name; /* UTF-8, safe to show: no control or bidi characters, at most 64 characters */
  guint64 count;
  char *path; /* (nullable): the path of a track as in the backup; not for display */
} NamidaNamedCount;

/**
 * NamidaInspection: the contents of a backup zip in figures. Reference-counted (atomic) and immutable once returned;
 * any thread may read the fields.
 */
typedef struct
{
  NamidaInspectionKind kind;
  char *name;   /* the name of the file, safe to show */
  guint64 size; /* of the zip, in bytes */

  guint64 listens;         /* of tracks */
  gint64 first_day;        /* days since 1970 of the first listen; only valid if @listens is not 0 */
  gint64 last_day;         /* the same for the last listen */
  guint64 tracks_heard;    /* number of different tracks among the listens */
  GPtrArray *top_tracks;   /* NamidaNamedCount, most listened first, at most 10 */
  guint64 n_playlists;     /* all playlists, including those that are not listed */
  GPtrArray *playlists;    /* NamidaNamedCount, in alphabetical order, at most 500 */
  gboolean has_favourites; /* whether there is a list of favorites; @favourites may be 0 */
  guint64 favourites;
  guint64 queues;
  gboolean has_seconds; /* whether the time listened is known: */
  guint64 seconds_tracks, seconds_videos, seconds_youtube;
  gboolean has_library;
  guint64 library;       /* tracks in Namida's library */
  guint64 server_tracks; /* of these, tracks on servers, whose logins are never in a backup */
  guint64 ratings;       /* rated tracks */
  guint64 tagged;        /* tagged tracks */
  guint64 smart_playlists;
  guint parts;        /* the NamidaParts that it contains; 0 if it could not be examined */
  const char *device; /* (nullable): static: "android", "linux", "windows" or "unknown" */
  guint64 larger;     /* lists that are too large to be read; they are sound but not counted */
  guint64 youtube_listens;
  guint64 youtube_playlists;
  guint64 youtube_likes;
  guint64 youtube_subscriptions; /* only channels that are currently subscribed */
  gboolean has_settings;
  GPtrArray *music_folders; /* char *: paths as Namida wrote them on the other device, UTF-8; at most 64 */
  char *version_hint;       /* (nullable): "6", "5 or older", guessed from the file formats */
  guint64 entries;          /* number of files, including those in inner zips that were examined */
  guint64 unknown;          /* of these, files that this program does not know; they are kept nevertheless */
  guint64 unreadable;       /* of these, lists that could not be read and are not counted */
  guint64 unsafe;           /* of these, files with names that lead out of the backup ("../x"); never examined */
  char *damaged_part;       /* (nullable): the first file that is damaged, encrypted or too big; safe to show */
} NamidaInspection;

GType namida_inspection_get_type (void);
#define NAMIDA_TYPE_INSPECTION (namida_inspection_get_type ())

void namida_inspection_unref (NamidaInspection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaInspection, namida_inspection_unref)

/** namida_inspection_is_good: Returns: whether it is a complete backup of either layout, which Namida can restore. */
gboolean namida_inspection_is_good (const NamidaInspection *self);
/**
 * namida_inspection_is_restorable: Returns: whether it counts as a backup that the user can go back to: complete, made
 * by Namida, with sound databases and safe names. An empty, truncated, damaged, encrypted or foreign file never does.
 */
gboolean namida_inspection_is_restorable (const NamidaInspection *self);
/**
 * namida_inspection_dup_sentence: Returns: (transfer full): one translated sentence that says what the file is and, if
 * it is not good, what that means and what to do.
 */
char *namida_inspection_dup_sentence (const NamidaInspection *self);
/**
 * namida_inspection_dup_lines: Returns: (transfer full) (array zero-terminated): the contents as translated lines
 * ("1,234 listens, from 19 June 2025 to 18 July 2026"), for a window or a terminal; empty if nothing could be read.
 */
char **namida_inspection_dup_lines (const NamidaInspection *self);
/**
 * namida_inspection_dup_summary: Returns: (transfer full): a summary that fits into a row: "1,234 listens, 3 playlists,
 * 12 favorites"; the sentence if it is not good.
 */
char *namida_inspection_dup_summary (const NamidaInspection *self);
/** namida_inspection_kind_to_string: Returns: (transfer none): a word for scripts: "backup", "flat", "not-a-zip", … */
const char *namida_inspection_kind_to_string (NamidaInspectionKind kind);
/**
 * namida_inspection_to_json: Returns: (transfer full): an object with all figures; the keys are documented in the man
 * page, under "inspect".
 */
JsonNode *namida_inspection_to_json (const NamidaInspection *self);

/**
 * namida_inspector_inspect_async:
 * @zip: a local file
 *
 * Reads @zip in a worker thread, in constant memory and without unpacking it to disk; sizes, counts and depth are
 * limited (namida-inspector.c). A broken or foreign file is a result, not an error.
 */
void namida_inspector_inspect_async (GFile *zip,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/**
 * namida_inspector_inspect_finish: Returns: (transfer full) (nullable): %NULL with NAMIDA_ERROR_NOT_FOUND, with STORAGE
 * (the file cannot be opened or read) or with %G_IO_ERROR_CANCELLED; with STORAGE or NO_SPACE also if there is no room
 * to unpack and check its databases.
 */
NamidaInspection *namida_inspector_inspect_finish (GAsyncResult *result, GError **error);
/** namida_inspector_inspect: Like namida_inspector_inspect_async(), but blocking: call it in a worker thread. Returns:
 * (transfer full) (nullable): %NULL with the errors of namida_inspector_inspect_finish(). */
NamidaInspection *namida_inspector_inspect (GFile *zip, GCancellable *cancellable, GError **error);

G_END_DECLS
