/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Merges two versions of a Namida backup into one. Called by the hub for the merge window, in the main context; the
 * work is done in a thread. */
#pragma once

#include "namida-database.h"
#include "namida-merge-file.h"
#include "namida-temporary-folder.h"

G_BEGIN_DECLS

/** NamidaMergeCount: how many things of one kind two backups contain. */
typedef struct
{
  guint64 first, second; /* in each of them */
  guint64 both;          /* the same in both */
  guint64 result;        /* in the merged backup */
} NamidaMergeCount;

/** NamidaMergedVersions: the union of two versions, which is in a temporary file until it is saved. */
typedef struct
{
  char *path;
  NamidaTemporaryFolder *temporary; /* contains @path */
  NamidaMergeReport *report;
  NamidaMergeCount listens, playlists, favorites, ratings;
  gboolean adds; /* FALSE: the second adds nothing to the first */
} NamidaMergedVersions;

void namida_merged_versions_free (NamidaMergedVersions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaMergedVersions, namida_merged_versions_free)

/** NamidaMergeSide: one of the two versions. The texts are borrowed. */
typedef struct
{
  const char *zip;
  const char *fingerprint; /* (nullable): the key of its device */
  const char *alias;
} NamidaMergeSide;

/**
 * namida_merge_versions_async:
 * @database: the database
 * @first: the version whose device determines the paths of the result
 * @second: the version that is fitted to the device of @first, as far as the versions of that device tell its paths
 * @second_settings: whether to use the settings of @second
 *
 * Merges two versions into a temporary file, so that the contents can be shown first. The versions are not changed.
 * Main context; the work is done in a thread.
 */
void namida_merge_versions_async (NamidaDatabase *database,
                                  const NamidaMergeSide *first,
                                  const NamidaMergeSide *second,
                                  gboolean second_settings,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** namida_merge_versions_finish: Returns: (transfer full) (nullable): %NULL with an error of namida_merge_files(). */
NamidaMergedVersions *namida_merge_versions_finish (GAsyncResult *result, GError **error);
/** namida_merged_versions_save: moves the merged backup to @path, which must not exist. Blocking, possibly for as long
 * as a copy takes. Returns: %FALSE with STORAGE or NO_SPACE. */
gboolean namida_merged_versions_save (NamidaMergedVersions *self, const char *path, GError **error);

G_END_DECLS
