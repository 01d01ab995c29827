/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

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
/** The same, blocking: a worker. */
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
