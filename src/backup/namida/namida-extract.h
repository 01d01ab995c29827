/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exports the contents of a backup in formats of other programs, and compares two backups. Used by the command line
 * and by the window, in worker threads. Blocking. */
#pragma once

#include "namida-contents.h"

G_BEGIN_DECLS

/** NamidaExtractOptions: what to export. %NULL members are not exported. */
typedef struct
{
  const char *playlists;    /* (nullable): folder for an M3U8 file of each playlist; created if missing */
  const char *listens;      /* (nullable): CSV file of all listens */
  const char *listenbrainz; /* (nullable): JSON lines file that ListenBrainz can import */
} NamidaExtractOptions;

typedef struct
{
  guint64 playlists, listens, listenbrainz;
  guint64 unnamed;  /* listens without a known artist and title, which ListenBrainz does not accept */
  guint unreadable; /* damaged lists, which were left out */
} NamidaExtractReport;

/**
 * namida_extract: Never replaces a file. Blocking: call it in a worker thread. Returns: %FALSE with CHECKSUM (a part is
 * damaged; the message names it), STORAGE, NO_SPACE or CANCELLED.
 */
gboolean namida_extract (NamidaContents *contents,
                         const NamidaExtractOptions *options,
                         NamidaExtractReport *report,
                         GCancellable *cancellable,
                         GError **error);

/** NamidaDifference: how two backups differ. */
typedef struct
{
  guint64 listens_same, listens_first, listens_second; /* in both, only in the first, only in the second */
  guint64 favourites_same, favourites_first, favourites_second;
  guint64 library_same, library_first, library_second;
  GPtrArray *playlists_first, *playlists_second; /* char *: playlists that only one backup has */
  GPtrArray *playlists_differ;                   /* char *: playlists of both backups with different tracks */
  guint64 playlists_same;
  guint unreadable; /* damaged lists of either, which were left out */
} NamidaDifference;

/**
 * namida_compare_backups: Compares paths without mapping them. Returns: (transfer full) (nullable): %NULL with the
 * errors of namida_extract(). Blocking.
 */
NamidaDifference *
namida_compare_backups (NamidaContents *first, NamidaContents *second, GCancellable *cancellable, GError **error);
/** namida_difference_free: @self: (transfer full) */
void namida_difference_free (NamidaDifference *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaDifference, namida_difference_free)

G_END_DECLS
