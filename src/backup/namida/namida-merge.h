/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Merges backups into one. Used only by namida-merge-file.c, in worker threads. Blocking. */
#pragma once

#include "namida-contents.h"

G_BEGIN_DECLS

/** NamidaMergeReport: what merging did. */
typedef struct
{
  guint64 files;        /* number of files in the new backup */
  guint64 combined;     /* of these, files that are a union of several */
  GPtrArray *conflicts; /* char *: playlists of which two versions were kept */
  GPtrArray *damaged;   /* char *: files that are damaged in one of the backups, whose entries there are left out */
} NamidaMergeReport;

/** namida_merge_report_free: @self: (transfer full) */
void namida_merge_report_free (NamidaMergeReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaMergeReport, namida_merge_report_free)

/**
 * namida_merge:
 * @backups: (element-type NamidaContents): two or more backups, opened with everything, with the paths of one device
 * @out: path of the new backup, which must not exist
 *
 * Writes the union: listens by time and track; favorites, likes, ratings, tags, tracks and subscriptions by the newest
 * change; a playlist in its newest version, with an older version beside it if that has tracks that the newest lacks;
 * the newest file of everything else. Merging a backup with itself changes nothing, and the order does not matter.
 * Blocking; one file is in memory at a time.
 *
 * Returns: (transfer full) (nullable): %NULL with CHECKSUM (a part is damaged; the message names it), STORAGE,
 * NO_SPACE, TOO_LARGE or CANCELLED
 */
NamidaMergeReport *namida_merge (GPtrArray *backups, const char *out, GCancellable *cancellable, GError **error);

G_END_DECLS
