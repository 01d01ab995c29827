/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers “Which version still had that playlist?”: searches songs, albums and playlists by a part of their names, in
 * the files of all versions and inside their backup zips. A zip that several versions share is read once. Blocking:
 * worker threads, or a command that does nothing else. */
#pragma once

#include <gio/gio.h>

#include "namida-database.h"

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_FIND_SONG,
  NAMIDA_FIND_ALBUM,
  NAMIDA_FIND_PLAYLIST,
} NamidaFindKind;

/** NamidaFindHit: one thing that was found in one or more versions. */
typedef struct
{
  NamidaFindKind kind;
  char *title;
  char *detail;      /* the folder of a file, or the artist; "" if there is none */
  guint n_versions;  /* the number of versions that have it */
  gint64 version;    /* the newest of them */
  gint64 created_at; /* when that one arrived, in microseconds since 1970 */
  char *alias;       /* the device of that one */
  gint64 stored;     /* the newest version with its own copy of the song, or of songs of the album; 0: none */
  char *place;       /* (nullable): the file or folder in @stored, for namida_restore_plan_pick() */
  char *folder;      /* (nullable): the absolute path of the folder of its file */
} NamidaFindHit;

void namida_find_hit_free (NamidaFindHit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaFindHit, namida_find_hit_free)

/** namida_find_kind_to_text: Returns: (transfer none): "song", "album" or "playlist", for scripts. */
const char *namida_find_kind_to_text (NamidaFindKind kind);

/**
 * namida_version_find:
 * @database: the database
 * @text: the part of a name to search for, not case-sensitive; not empty
 * @cancellable: (nullable)
 *
 * Returns: (transfer full) (nullable) (element-type NamidaFindHit): playlists first, then albums and songs, sorted by
 * title; at most NAMIDA_FIND_MOST of each kind. %NULL with STORAGE or CANCELLED. Zips that cannot be read are skipped.
 */
GPtrArray *namida_version_find (NamidaDatabase *database, const char *text, GCancellable *cancellable, GError **error);

#define NAMIDA_FIND_MOST 200u

G_END_DECLS
