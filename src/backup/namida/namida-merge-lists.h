/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Unions of two lists of Namida's, as JSON texts. Each is idempotent, commutative and associative: the same set of
 * entries is written in one fixed order. Untrusted input; any thread. */

/** namida_merge_days: of a day of listening or watching. Returns: (transfer full) (nullable): %NULL when one of them is
 * no such list. */
GBytes *namida_merge_days (GBytes *one, GBytes *other);
/** namida_merge_favourites: of lists of tracks or videos that know each entry once; the rest is that of the newer one.
 */
GBytes *namida_merge_favourites (GBytes *one, GBytes *other);
/** namida_merge_objects: of objects whose members are entries with "lastFetched": the newer one of each. */
GBytes *namida_merge_objects (GBytes *one, GBytes *other);
/** namida_merge_words: of lists of texts. */
GBytes *namida_merge_words (GBytes *one, GBytes *other);
/** namida_merge_largest: of objects of numbers: the larger of each; listening time on one device never gets less. */
GBytes *namida_merge_largest (GBytes *one, GBytes *other);

/** A playlist, as far as merging has to understand it. */
typedef struct
{
  char *name;         /* as it calls itself; "" when it does not */
  char *rest;         /* all its other members */
  gint64 changed;     /* milliseconds since 1970 */
  GHashTable *tracks; /* a set of paths or ids */
} NamidaMergePlaylist;

/** namida_merge_playlist_new: (transfer full) (nullable): %NULL when it is none. */
NamidaMergePlaylist *namida_merge_playlist_new (GBytes *bytes);
void namida_merge_playlist_free (NamidaMergePlaylist *self);
/** namida_merge_playlist_compare: a total order: older changes first. Returns: as strcmp(). */
int namida_merge_playlist_compare (const NamidaMergePlaylist *one, const NamidaMergePlaylist *other);
/** namida_merge_playlist_replaces: whether @newer makes @older superfluous: it is not older, and has all its tracks. */
gboolean namida_merge_playlist_replaces (const NamidaMergePlaylist *newer, const NamidaMergePlaylist *older);
/** namida_merge_playlist_dup_mark: (transfer full): " (1a2b3c4d)": what tells this one from others of its name. */
char *namida_merge_playlist_dup_mark (const NamidaMergePlaylist *self);
/** namida_merge_playlist_to_bytes: (transfer full): the playlist, called @name. */
GBytes *namida_merge_playlist_to_bytes (const NamidaMergePlaylist *self, const char *name);

G_END_DECLS
