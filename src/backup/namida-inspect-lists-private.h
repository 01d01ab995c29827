/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recognizes the files in a backup and reads the lists among them. Used by the inspector in its worker thread. */
#pragma once

#include "namida-inspection.h"

G_BEGIN_DECLS

/* The kinds of files in a backup. The names are those of Namida's own source code (AppDirs, AppPaths). */

typedef enum
{
  NAMIDA_LIST_UNKNOWN, /* not from Namida, or newer than this program */
  NAMIDA_LIST_UNSAFE,  /* its name leads out of the backup */
  NAMIDA_LIST_KNOWN,   /* Namida's, but nothing in it is shown */
  NAMIDA_LIST_QUEUE,   /* only counted */
  /* The following ones are read. */
  NAMIDA_LIST_SETTINGS,
  NAMIDA_LIST_TOTALS,
  NAMIDA_LIST_FAVOURITES,
  NAMIDA_LIST_HISTORY,
  NAMIDA_LIST_PLAYLIST,
  NAMIDA_LIST_YOUTUBE_HISTORY,
  NAMIDA_LIST_YOUTUBE_PLAYLIST,
  NAMIDA_LIST_LIKES,
  NAMIDA_LIST_SUBSCRIPTIONS,
  NAMIDA_LIST_LOOSE, /* in an old flat backup: a playlist if it looks like one */
} NamidaListKind;

/**
 * namida_inspect_classify: @folder: where Namida would unpack the zip that contains the file: "", "History", "Youtube",
 * …. @path: the name of the file in that zip.
 */
NamidaListKind namida_inspect_classify (const char *folder, const char *path);
/**
 * namida_inspect_part:
 * @path: the name of a file in the outer zip
 * @folder: (out) (transfer full): for namida_inspect_classify()
 * @wanted: (out): whether the inner zip contains anything to show
 *
 * Returns: whether the file is one of Namida's inner zips
 */
gboolean namida_inspect_part (const char *path, char **folder, gboolean *wanted);

/** NamidaInspectLists: reads the lists and sums them up. One thread. */
typedef struct _NamidaInspectLists NamidaInspectLists;

/**
 * namida_inspect_lists_new: @result: filled with the sums; must outlive the returned object. Returns: (transfer full)
 */
NamidaInspectLists *namida_inspect_lists_new (NamidaInspection *result);
/** namida_inspect_lists_free: @self: (transfer full) */
void namida_inspect_lists_free (NamidaInspectLists *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaInspectLists, namida_inspect_lists_free)
/** namida_inspect_lists_begin: Begins and counts the next file. Returns: whether to feed its bytes. */
gboolean namida_inspect_lists_begin (NamidaInspectLists *self, NamidaListKind kind, const char *path);
/** namida_inspect_lists_feed: Returns: %FALSE if the rest of the file is not needed. */
gboolean namida_inspect_lists_feed (NamidaInspectLists *self, const char *data, gsize length);
/** namida_inspect_lists_end: @whole: whether all bytes of the file were read and correct. */
void namida_inspect_lists_end (NamidaInspectLists *self, gboolean whole);
/** namida_inspect_lists_finish: Computes what is only known at the end: the top tracks and the order of playlists. */
void namida_inspect_lists_finish (NamidaInspectLists *self);

G_END_DECLS
