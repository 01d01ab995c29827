/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the lists and the library of a backup entry by entry. Used by fit, match, compare, extract and inspect, in
 * worker threads. Blocking. */
#pragma once

#include "namida-contents.h"

G_BEGIN_DECLS

/**
 * NamidaListEntry: one entry of a list of tracks: a listen, or a track of a playlist. Only valid during the call that
 * receives it.
 */
typedef struct
{
  const NamidaItem *item; /* the file of the list */
  const char *name;       /* the name of a playlist, UTF-8; otherwise the name of the file */
  const char *track;      /* its path on the device that made the backup, or an address */
  const char *source;     /* "local", "youtube", …; "" if unknown */
  gint64 date;            /* milliseconds since 1970; 0 if unknown */
} NamidaListEntry;

typedef void (*NamidaListFunc) (gpointer user_data, const NamidaListEntry *entry);

/**
 * namida_lists_foreach:
 * @parts: which of HISTORY, PLAYLISTS, FAVOURITES and QUEUES to read
 * @func: called for each entry
 * @unreadable: (out) (optional): the number of lists that were skipped because they could not be parsed
 *
 * Reads each entry, list by list. Blocking.
 *
 * Returns: %FALSE with CHECKSUM (a list is damaged; the message names it), STORAGE or CANCELLED
 */
gboolean namida_lists_foreach (NamidaContents *contents,
                               NamidaParts parts,
                               NamidaListFunc func,
                               gpointer user_data,
                               guint *unreadable,
                               GCancellable *cancellable,
                               GError **error);

/**
 * namida_lists_read: Reads each entry of one list; a file that is no list has none. Blocking. Returns: %FALSE with the
 * errors of namida_lists_foreach().
 */
gboolean namida_lists_read (NamidaContents *contents,
                            const NamidaItem *item,
                            NamidaListFunc func,
                            gpointer user_data,
                            GCancellable *cancellable,
                            GError **error);

/**
 * NamidaLibraryTrack: a track of the library, as far as Namida knows it. The strings are owned by the NamidaLibrary.
 */
typedef struct
{
  const char *path;
  const char *title; /* "" if unknown, like the next two */
  const char *artist;
  const char *album;
  guint64 size;     /* bytes; 0 if unknown */
  guint64 duration; /* milliseconds; 0 if unknown */
} NamidaLibraryTrack;

/** NamidaLibrary: the tracks of a backup, or of Namida on this computer. One thread. */
typedef struct
{
  GArray *tracks;      /* NamidaLibraryTrack */
  GHashTable *by_path; /* path → index + 1 */
  GStringChunk *texts;
  guint64 left;  /* bytes of memory that may still be used */
  gboolean full; /* there were more tracks than the limit allows */
} NamidaLibrary;

/**
 * namida_library_read: Returns: (transfer full) (nullable): the library from tracks.db or tracks.json; empty if the
 * backup has neither. %NULL with CHECKSUM (the message names the file), TOO_LARGE (more tracks than a file of that size
 * can list), STORAGE or CANCELLED.
 */
NamidaLibrary *namida_library_read (NamidaContents *contents, GCancellable *cancellable, GError **error);
/**
 * namida_library_read_folder: @folder: a data folder of Namida. Returns: (transfer full) (nullable): its library; %NULL
 * if there is none that can be read.
 */
NamidaLibrary *namida_library_read_folder (const char *folder, GCancellable *cancellable);
/** namida_library_new_empty: Returns: (transfer full): a library without tracks. */
NamidaLibrary *namida_library_new_empty (void);
/** namida_library_add_value: Adds one track from its row in tracks.db. Returns: (transfer none): the track. */
const NamidaLibraryTrack *
namida_library_add_value (NamidaLibrary *self, const char *path, const char *value, gsize length);
/** namida_library_fill_from: Fills in titles, artists and other data of tracks that @other also knows. */
void namida_library_fill_from (NamidaLibrary *self, NamidaLibrary *other);
/** namida_library_free: @self: (transfer full) */
void namida_library_free (NamidaLibrary *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaLibrary, namida_library_free)
/** namida_library_find: Returns: (transfer none) (nullable): the track at @path. */
const NamidaLibraryTrack *namida_library_find (NamidaLibrary *self, const char *path);
/**
 * namida_library_add_listed: Adds tracks that are in lists but not in the library. Returns: %FALSE with the errors of
 * namida_lists_foreach().
 */
gboolean namida_library_add_listed (
    NamidaLibrary *self, NamidaContents *contents, NamidaParts parts, GCancellable *cancellable, GError **error);
/**
 * namida_library_add_playlists: Adds the tracks of some playlists. @playlists: (element-type NamidaItem): a set.
 * Returns: %FALSE with the errors of namida_lists_foreach().
 */
gboolean namida_library_add_playlists (
    NamidaLibrary *self, NamidaContents *contents, GHashTable *playlists, GCancellable *cancellable, GError **error);
/** namida_track_is_address: Returns: whether @path is the address of a track on a server, which is never shown. */
gboolean namida_track_is_address (const char *path);
/**
 * namida_track_dup_name: Returns: (transfer full): the last component of @path without its extension; "?" for
 * addresses.
 */
char *namida_track_dup_name (const char *path);

G_END_DECLS
