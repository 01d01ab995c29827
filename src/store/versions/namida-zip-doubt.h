/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-database.h"
#include "namida-inspection.h"
#include "namida-version-record.h"

G_BEGIN_DECLS

/** NamidaZipDoubt: what is known of the backup zip of a version: whether Namida could restore it, and else why not. */
typedef struct
{
  NamidaInspectionKind kind;
  char *part;          /* (nullable): the part of the zip that is not sound, as shown */
  gboolean restorable; /* namida_inspection_is_restorable() */
} NamidaZipDoubt;

void namida_zip_doubt_free (NamidaZipDoubt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaZipDoubt, namida_zip_doubt_free)

/**
 * namida_zip_doubt_list:
 * @database: the database
 *
 * What was found out about the zips of all versions so far, in one query. Blocking: a worker.
 *
 * Returns: (transfer full) (element-type gint64 NamidaZipDoubt): by the number of the version; versions whose zip
 * nobody has looked into are not in it.
 */
GHashTable *namida_zip_doubt_list (NamidaDatabase *database);

/**
 * namida_zip_doubt_find:
 * @database: the database
 * @record: a version with a zip
 * @cancellable: (nullable): a #GCancellable
 *
 * Looks into the zip, unless it or another one with the same content was looked into before, and remembers the answer.
 * A file whose bytes are not those that arrived is not remembered: that is a matter of verifying. Blocking: a worker.
 *
 * Returns: (transfer full) (nullable): %NULL: the zip is not there, cannot be read, or is not as it arrived
 */
NamidaZipDoubt *
namida_zip_doubt_find (NamidaDatabase *database, const NamidaVersionRecord *record, GCancellable *cancellable);

/** NamidaFolderDoubt: a version in a folder whose zip Namida could not restore. */
typedef struct
{
  char *version; /* the name of its folder */
  char *zip;     /* (type filename): the name of its zip */
  NamidaZipDoubt *doubt;
} NamidaFolderDoubt;

/**
 * namida_zip_doubt_list_folder:
 * @folder: a version, or a store: then all versions in it
 * @cancellable: (nullable): a #GCancellable
 *
 * Looks into the zips of versions by their records alone, without any database. Whether they are as they arrived is a
 * matter of verifying. Blocking: a worker.
 *
 * Returns: (transfer full) (element-type NamidaFolderDoubt): only those that Namida could not restore
 */
GPtrArray *namida_zip_doubt_list_folder (const char *folder, GCancellable *cancellable);

/** namida_zip_doubt_dup_text: @self: one that is not restorable. Returns: (transfer full): why, as the state of a
 * version in a list: "“tracks.db” in the backup is damaged". */
char *namida_zip_doubt_dup_text (const NamidaZipDoubt *self);

G_END_DECLS
