/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tells whether Namida can restore the backup zips of versions. Used by the lists of versions, by verify and by
 * retention, in worker threads. */
#pragma once

#include "namida-database.h"
#include "namida-inspection.h"
#include "namida-version-record.h"

G_BEGIN_DECLS

/** NamidaZipDoubt: what is known about the backup zip of a version: whether Namida can restore it, and if not, why. */
typedef struct
{
  NamidaInspectionKind kind;
  char *part;          /* (nullable): the damaged part of the zip, as shown to the user */
  gboolean restorable; /* namida_inspection_is_restorable() */
} NamidaZipDoubt;

void namida_zip_doubt_free (NamidaZipDoubt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaZipDoubt, namida_zip_doubt_free)

/**
 * namida_zip_doubt_list:
 * @database: the database
 *
 * Reads the results for the zips of all versions in one query. Blocking: a worker.
 *
 * Returns: (transfer full) (nullable) (element-type gint64 NamidaZipDoubt): by the number of the version; versions
 * whose zip was not inspected are not included; %NULL with STORAGE.
 */
GHashTable *namida_zip_doubt_list (NamidaDatabase *database, GError **error);

/**
 * namida_zip_doubt_find:
 * @database: the database
 * @record: a version with a zip
 * @cancellable: (nullable): a #GCancellable
 *
 * Inspects the zip, unless it or another zip with the same content was inspected before, and stores the result. The
 * result for a zip that differs from what arrived is not stored, because verifying handles that case. Blocking: a
 * worker.
 *
 * Returns: (transfer full) (nullable): %NULL if the zip is missing, cannot be read, or differs from what arrived
 */
NamidaZipDoubt *
namida_zip_doubt_find (NamidaDatabase *database, const NamidaVersionRecord *record, GCancellable *cancellable);

/** NamidaFolderDoubt: a version in a folder whose zip Namida cannot restore. */
typedef struct
{
  char *version; /* the name of its folder */
  char *zip;     /* (type filename): the name of its zip */
  NamidaZipDoubt *doubt;
} NamidaFolderDoubt;

/**
 * namida_zip_doubt_list_folder:
 * @folder: a version, or a store to inspect all versions in it
 * @cancellable: (nullable): a #GCancellable
 *
 * Inspects the zips of versions by their records alone, without a database. Whether they are intact is left to
 * verifying. Blocking: a worker.
 *
 * Returns: (transfer full) (element-type NamidaFolderDoubt): only those that Namida cannot restore
 */
GPtrArray *namida_zip_doubt_list_folder (const char *folder, GCancellable *cancellable);

/** namida_zip_doubt_dup_text: @self: one that is not restorable. Returns: (transfer full): the reason as the translated
 * state of a version in a list: "“tracks.db” in the backup is damaged". */
char *namida_zip_doubt_dup_text (const NamidaZipDoubt *self);

G_END_DECLS
