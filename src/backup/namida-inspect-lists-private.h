/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-inspection.h"

G_BEGIN_DECLS

/* What the files of a backup are, and what they tell. The names are those of Namida's own source (AppDirs, AppPaths).
 */

typedef enum
{
  NAMIDA_LIST_UNKNOWN, /* not of Namida, or newer than this program */
  NAMIDA_LIST_UNSAFE,  /* its name leads elsewhere */
  NAMIDA_LIST_KNOWN,   /* Namida's, and nothing in it is shown */
  NAMIDA_LIST_QUEUE,   /* counts by being there */
  /* From here on they are read. */
  NAMIDA_LIST_SETTINGS,
  NAMIDA_LIST_TOTALS,
  NAMIDA_LIST_FAVOURITES,
  NAMIDA_LIST_HISTORY,
  NAMIDA_LIST_PLAYLIST,
  NAMIDA_LIST_YOUTUBE_HISTORY,
  NAMIDA_LIST_YOUTUBE_PLAYLIST,
  NAMIDA_LIST_LIKES,
  NAMIDA_LIST_SUBSCRIPTIONS,
  NAMIDA_LIST_LOOSE, /* of an old flat backup: a playlist when it looks like one */
} NamidaListKind;

/** namida_inspect_classify: @folder: where Namida would unpack the zip that it is in: "", "History", "Youtube", …;
 * @path: its name in that zip. */
NamidaListKind namida_inspect_classify (const char *folder, const char *path);
/**
 * namida_inspect_part: whether a file of the outer zip is one of Namida's inner zips.
 * @folder: (out) (transfer full): for namida_inspect_classify(); @wanted: (out): whether there is anything in it to
 * show
 */
gboolean namida_inspect_part (const char *path, char **folder, gboolean *wanted);

/** NamidaInspectLists: reads the lists and adds them up. One thread. */
typedef struct _NamidaInspectLists NamidaInspectLists;

/** @result: filled; must outlive it. */
NamidaInspectLists *namida_inspect_lists_new (NamidaInspection *result);
void namida_inspect_lists_free (NamidaInspectLists *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaInspectLists, namida_inspect_lists_free)
/** namida_inspect_lists_begin: the next file; counts it. Returns: whether its bytes are wanted. */
gboolean namida_inspect_lists_begin (NamidaInspectLists *self, NamidaListKind kind, const char *path);
/** namida_inspect_lists_feed: Returns: %FALSE: the rest of it tells nothing more. */
gboolean namida_inspect_lists_feed (NamidaInspectLists *self, const char *data, gsize length);
/** namida_inspect_lists_end: @whole: all its bytes came and were right. */
void namida_inspect_lists_end (NamidaInspectLists *self, gboolean whole);
/** namida_inspect_lists_finish: what can be told only at the end: the top tracks, the order of playlists. */
void namida_inspect_lists_finish (NamidaInspectLists *self);

G_END_DECLS
