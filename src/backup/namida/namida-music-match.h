/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-lists.h"
#include "namida-music-here.h"
#include "namida-path-map.h"

G_BEGIN_DECLS

/** One music folder that a backup expects, and where it is here. */
typedef struct
{
  char *from;
  char *to;         /* (nullable): not found */
  guint64 tracks;   /* of the backup that are below it */
  guint64 found;    /* of them, those that are found below @to */
  gboolean guessed; /* by its name only: none of its tracks was found */
} NamidaMusicFolder;

/** NamidaMusicMatch: where the music of a backup is on this computer. */
typedef struct
{
  NamidaPathMap *map;
  GPtrArray *folders; /* NamidaMusicFolder */
  guint64 tracks;     /* files that the backup knows */
  guint64 found;      /* of them, those that are here */
  guint64 elsewhere;  /* of those, the ones that were found by name and size, or by title, artist, album and duration */
  guint64 on_servers; /* tracks that need no file, not counted in @tracks */
  GPtrArray *missing; /* char *: "Artist – Title", sorted; 1,000 at most */
  guint64 n_missing;
  gboolean other_device; /* it was looked for on another device, not here */
} NamidaMusicMatch;

/**
 * namida_music_match_find:
 * @library: the tracks that are looked for
 * @expected: (element-type utf8): the music folders of the backup
 * @manual: (nullable): folders that the user named, which go before all others
 * @here: its files are marked as claimed
 * @own: (nullable): the library of Namida on this computer
 *
 * First by path below each folder, then by name and size, then by Namida's own fields. A prefix is never shorter than a
 * folder of the backup, nor does it lead above a music folder here. Blocking.
 */
NamidaMusicMatch *namida_music_match_find (
    NamidaLibrary *library, GPtrArray *expected, NamidaPathMap *manual, NamidaMusicHere *here, NamidaLibrary *own);
void namida_music_match_free (NamidaMusicMatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaMusicMatch, namida_music_match_free)

G_END_DECLS
