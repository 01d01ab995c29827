/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-database.h"
#include "namida-merge-file.h"
#include "namida-temporary-folder.h"

G_BEGIN_DECLS

/** How many things of one kind two backups have. */
typedef struct
{
  guint64 first, second; /* in each of them */
  guint64 both;          /* of those, the ones that are the same */
  guint64 result;        /* in the union */
} NamidaMergeCount;

/** NamidaMergedVersions: the union of two versions, in a temporary file until it is saved. */
typedef struct
{
  char *path;
  NamidaTemporaryFolder *temporary; /* that @path is in */
  NamidaMergeReport *report;
  NamidaMergeCount listens, playlists, favorites, ratings;
  gboolean adds; /* FALSE: the second has nothing that the first has not */
} NamidaMergedVersions;

void namida_merged_versions_free (NamidaMergedVersions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaMergedVersions, namida_merged_versions_free)

/** One of the two versions; texts are borrowed. */
typedef struct
{
  const char *zip;
  const char *fingerprint; /* (nullable): of its device */
  const char *alias;
} NamidaMergeSide;

/**
 * namida_merge_versions_async:
 * @database: the database
 * @first: the result has the paths of its device
 * @second: is fitted to the device of @first, as far as its versions here tell
 * @second_settings: take the settings of @second
 *
 * Makes the union in a temporary file, so that it can be shown what it will have. The versions stay as they are. Main
 * context; a thread.
 */
void namida_merge_versions_async (NamidaDatabase *database,
                                  const NamidaMergeSide *first,
                                  const NamidaMergeSide *second,
                                  gboolean second_settings,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** Returns: (transfer full) (nullable): errors of namida_merge_files() */
NamidaMergedVersions *namida_merge_versions_finish (GAsyncResult *result, GError **error);
/** namida_merged_versions_save: moves the union to @path, which must not exist. Returns: %FALSE with STORAGE or
 * NO_SPACE. Blocking for as long as a copy takes. */
gboolean namida_merged_versions_save (NamidaMergedVersions *self, const char *path, GError **error);

G_END_DECLS
