/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-contents.h"

G_BEGIN_DECLS

/** One entry of a list of tracks: a listen, or a track of a playlist. Valid during the call that gets it. */
typedef struct
{
  const NamidaItem *item; /* the list's file */
  const char *name;       /* of a playlist, UTF-8; else of the file */
  const char *track;      /* its path on the device that made the backup, or an address */
  const char *source;     /* "local", "youtube", …; "" when unknown */
  gint64 date;            /* milliseconds since 1970; 0 when unknown */
} NamidaListEntry;

typedef void (*NamidaListFunc) (gpointer user_data, const NamidaListEntry *entry);

/**
 * namida_lists_foreach:
 * @parts: of HISTORY, PLAYLISTS, FAVOURITES and QUEUES those whose lists are wanted
 *
 * Each entry, list by list. Lists that cannot be understood are skipped and counted in @unreadable (nullable).
 * Blocking.
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

/** A track of the library, as far as Namida knows it. Texts are in the chunk of their NamidaLibrary. */
typedef struct
{
  const char *path;
  const char *title; /* "" when unknown */
  const char *artist;
  const char *album;
  guint64 size;     /* bytes; 0 when unknown */
  guint64 duration; /* milliseconds; 0 when unknown */
} NamidaLibraryTrack;

/** NamidaLibrary: the tracks of a backup, or of Namida on this computer. One thread. */
typedef struct
{
  GArray *tracks;      /* NamidaLibraryTrack */
  GHashTable *by_path; /* path → index + 1 */
  GStringChunk *texts;
  guint64 left;  /* bytes of memory that may still be taken */
  gboolean full; /* there were more tracks than that */
} NamidaLibrary;

/** namida_library_read: (transfer full) (nullable): from tracks.db or tracks.json; empty when the backup has neither.
 * %NULL with CHECKSUM (the message names the file), TOO_LARGE (more tracks than a file of that size can list), STORAGE
 * or CANCELLED. */
NamidaLibrary *namida_library_read (NamidaContents *contents, GCancellable *cancellable, GError **error);
/** namida_library_read_folder: (transfer full) (nullable): of the Namida whose data are in @folder; %NULL when there is
 * none that can be read. */
NamidaLibrary *namida_library_read_folder (const char *folder, GCancellable *cancellable);
/** namida_library_new_empty: (transfer full): without tracks. */
NamidaLibrary *namida_library_new_empty (void);
/** namida_library_add_value: one track from its row in tracks.db. Returns: (transfer none): the track. */
const NamidaLibraryTrack *
namida_library_add_value (NamidaLibrary *self, const char *path, const char *value, gsize length);
/** namida_library_fill_from: titles, artists and the rest of the tracks that @other knows too. */
void namida_library_fill_from (NamidaLibrary *self, NamidaLibrary *other);
void namida_library_free (NamidaLibrary *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaLibrary, namida_library_free)
/** namida_library_find: (transfer none) (nullable). */
const NamidaLibraryTrack *namida_library_find (NamidaLibrary *self, const char *path);
/** namida_library_add_listed: adds the tracks that lists name and the library does not know. Errors as of
 * namida_lists_foreach(). */
gboolean namida_library_add_listed (
    NamidaLibrary *self, NamidaContents *contents, NamidaParts parts, GCancellable *cancellable, GError **error);
/** namida_track_is_address: of a server, not of a file: never shown. */
gboolean namida_track_is_address (const char *path);
/** namida_track_dup_name: (transfer full): the last component of a path, without its ending; "?" for addresses. */
char *namida_track_dup_name (const char *path);

G_END_DECLS
