/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the music of a backup among the files of this computer or of another device. Used by fit, the restore and
 * the window, in worker threads. Blocking. */
#pragma once

#include "namida-lists.h"
#include "namida-music-here.h"
#include "namida-path-map.h"

G_BEGIN_DECLS

/** NamidaMusicFolder: a music folder that a backup expects, and where it is here. */
typedef struct
{
  char *from;
  char *to;         /* (nullable): %NULL if it was not found */
  guint64 tracks;   /* tracks of the backup that are below it */
  guint64 found;    /* of these, tracks that were found below @to */
  gboolean guessed; /* matched by its name only: none of its tracks was found */
} NamidaMusicFolder;

/** NamidaMusicMatch: where the music of a backup is on this computer. */
typedef struct
{
  NamidaPathMap *map;
  GPtrArray *folders; /* NamidaMusicFolder */
  guint64 tracks;     /* files that the backup knows */
  guint64 found;      /* of these, files that are here */
  guint64 elsewhere;  /* of these, files that were found by name and size, or by title, artist, album and duration */
  guint64 on_servers; /* tracks that need no file, not included in @tracks */
  GPtrArray *missing; /* char *: "Artist – Title", sorted; at most 1,000 */
  guint64 n_missing;
  gboolean other_device; /* the search was for another device, not for this one */
} NamidaMusicMatch;

/**
 * namida_music_match_find:
 * @library: the tracks to look for
 * @expected: (element-type utf8): the music folders of the backup
 * @manual: (nullable): folders that the user named, which take precedence
 * @here: where to look; its files are marked as claimed
 * @own: (nullable): the library of Namida on this computer
 *
 * Searches first by path below each folder, then by name and size, then by Namida's own fields. A prefix is never
 * shorter than a folder of the backup and never leads above a music folder here. Blocking.
 *
 * Returns: (transfer full)
 */
NamidaMusicMatch *namida_music_match_find (
    NamidaLibrary *library, GPtrArray *expected, NamidaPathMap *manual, NamidaMusicHere *here, NamidaLibrary *own);
/** namida_music_match_free: @self: (transfer full) */
void namida_music_match_free (NamidaMusicMatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaMusicMatch, namida_music_match_free)

G_END_DECLS
