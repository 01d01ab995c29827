/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Merges the lists of two backups. Used only by namida-merge.c. Pure functions. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Unions of two of Namida's lists, as JSON texts. Each operation is idempotent, commutative and associative: the
 * same set of entries is always written in the same order. The input is untrusted. Any thread. */

/**
 * namida_merge_days: Merges the listens or watches of one day. Returns: (transfer full) (nullable): %NULL if one of the
 * texts is not such a list.
 */
GBytes *namida_merge_days (GBytes *one, GBytes *other);
/**
 * namida_merge_favourites: Merges lists of tracks or videos in which each entry is unique. Everything else is taken
 * from the newer entry. Returns: as for namida_merge_days().
 */
GBytes *namida_merge_favourites (GBytes *one, GBytes *other);
/** namida_merge_objects: Merges objects whose members are entries with "lastFetched". Takes the newer one of each.
 * Returns: as for namida_merge_days(). */
GBytes *namida_merge_objects (GBytes *one, GBytes *other);
/** namida_merge_words: Merges lists of strings. Returns: as for namida_merge_days(). */
GBytes *namida_merge_words (GBytes *one, GBytes *other);
/**
 * namida_merge_largest: Merges objects of numbers. Takes the larger of each, because the listening time on a device
 * never decreases. Returns: as for namida_merge_days().
 */
GBytes *namida_merge_largest (GBytes *one, GBytes *other);

/** namida_merge_is_damaged: Returns: whether the list @bytes is not valid JSON, for example because writing it was
 * interrupted. A valid list in an unknown format is not damaged. */
gboolean namida_merge_is_damaged (GBytes *bytes);

/** namida_merge_is_total: Returns: whether @bytes is a file total_listen.txt that Namida could have written. */
gboolean namida_merge_is_total (GBytes *bytes);

/** NamidaMergePlaylist: a playlist, as far as merging has to understand it. */
typedef struct
{
  char *name;         /* its name; "" if it has none */
  char *rest;         /* all its other members */
  gint64 changed;     /* milliseconds since 1970 */
  GHashTable *tracks; /* a set of paths or ids */
} NamidaMergePlaylist;

/** namida_merge_playlist_new: Returns: (transfer full) (nullable): %NULL if @bytes is not a playlist. */
NamidaMergePlaylist *namida_merge_playlist_new (GBytes *bytes);
/** namida_merge_playlist_free: @self: (transfer full) */
void namida_merge_playlist_free (NamidaMergePlaylist *self);
/** namida_merge_playlist_compare: A total order; older changes come first. Returns: like strcmp(). */
int namida_merge_playlist_compare (const NamidaMergePlaylist *one, const NamidaMergePlaylist *other);
/**
 * namida_merge_playlist_replaces: Returns: whether @newer makes @older superfluous, that is, it is not older and has
 * all its tracks.
 */
gboolean namida_merge_playlist_replaces (const NamidaMergePlaylist *newer, const NamidaMergePlaylist *older);
/**
 * namida_merge_playlist_dup_mark: Returns: (transfer full): " (1a2b3c4d)", which distinguishes this playlist from
 * others of the same name.
 */
char *namida_merge_playlist_dup_mark (const NamidaMergePlaylist *self);
/** namida_merge_playlist_to_bytes: Returns: (transfer full): the playlist as JSON, with the name @name. */
GBytes *namida_merge_playlist_to_bytes (const NamidaMergePlaylist *self, const char *name);

G_END_DECLS
