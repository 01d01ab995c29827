/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-contents.h"

G_BEGIN_DECLS

/** What of a backup is written in formats of others. */
typedef struct
{
  const char *playlists;    /* (nullable): folder for an M3U8 file of each playlist; made when missing */
  const char *listens;      /* (nullable): CSV file of all listens */
  const char *listenbrainz; /* (nullable): JSON lines, as ListenBrainz imports them */
} NamidaExtractOptions;

typedef struct
{
  guint64 playlists, listens, listenbrainz;
  guint64 unnamed; /* listens without a known artist and title, which ListenBrainz does not take */
} NamidaExtractReport;

/** namida_extract: never replaces a file. Blocking: worker threads. Returns: %FALSE with CHECKSUM (a part is damaged;
 * the message names it), STORAGE, NO_SPACE or CANCELLED. */
gboolean namida_extract (NamidaContents *contents,
                         const NamidaExtractOptions *options,
                         NamidaExtractReport *report,
                         GCancellable *cancellable,
                         GError **error);

/** How two backups differ. */
typedef struct
{
  guint64 listens_same, listens_first, listens_second; /* in both, only in the first, only in the second */
  guint64 favourites_same, favourites_first, favourites_second;
  guint64 library_same, library_first, library_second;
  GPtrArray *playlists_first, *playlists_second; /* char *: that only one has */
  GPtrArray *playlists_differ;                   /* char *: of both, with other tracks */
  guint64 playlists_same;
} NamidaDifference;

/** namida_compare_backups: (transfer full) (nullable): by paths as they are. Errors as of namida_extract(). Blocking.
 */
NamidaDifference *
namida_compare_backups (NamidaContents *first, NamidaContents *second, GCancellable *cancellable, GError **error);
void namida_difference_free (NamidaDifference *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaDifference, namida_difference_free)

G_END_DECLS
