/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-version-record.h"
#include "namida-versions.h"

G_BEGIN_DECLS

/**
 * namida_version_gather_async: what there is to send of a version, found out in a worker. Files that are not as they
 * arrived (by size and time) are left out, and told by namida_backup_get_left_out(); of the others the hash at arrival
 * goes with them, so that damage is noticed where they are received.
 * @labels: (nullable): which music folders; NULL: all; {NULL}: the zip and nothing else
 */
void namida_version_gather_async (NamidaStore *store,
                                  const char *id,
                                  const char *const *labels,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** (transfer full) (nullable): NULL with NOT_FOUND (the version; or nothing of it is left), CANCELLED or STORAGE. */
NamidaBackup *namida_version_gather_finish (GAsyncResult *result, GError **error);
/**
 * namida_version_gather_for:
 * @database: the database
 * @id: of a version
 * @labels: (nullable): the music folders that are wanted; %NULL: all
 * @sender: (nullable): the fingerprint of a device: only files whose bytes it has sent itself
 * @cancellable: (nullable): cancels
 * @error: NOT_FOUND, STORAGE, CANCELLED
 *
 * As namida_version_gather_async(), blocking: a worker.
 *
 * Returns: (transfer full) (nullable)
 */
NamidaBackup *namida_version_gather_for (NamidaDatabase *database,
                                         const char *id,
                                         const char *const *labels,
                                         const char *sender,
                                         GCancellable *cancellable,
                                         GError **error);

/** namida_version_file_was_sent: whether the device @sender (nullable: no matter who) sent the bytes of @file itself: a
 * file that a person had at its place already was not sent. Blocking: a worker. */
gboolean namida_version_file_was_sent (NamidaDatabase *database, const NamidaVersionFile *file, const char *sender);

/** The same as namida_version_gather_for() for whoever sent them, blocking: a worker. */
NamidaBackup *namida_version_gather (
    NamidaDatabase *database, const char *id, const char *const *labels, GCancellable *cancellable, GError **error);

/**
 * namida_version_gather_newest:
 * @records: (element-type NamidaVersionRecord): newest first
 * @labels: as above
 *
 * Of several versions the newest of each music folder, of the zip and of the single files. Blocking: a worker.
 *
 * Returns: (transfer full) (nullable): as namida_version_gather_finish()
 */
NamidaBackup *
namida_version_gather_newest (NamidaDatabase *database, GPtrArray *records, const char *const *labels, GError **error);

G_END_DECLS
