/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collects the files of a version, so that it can be sent to another device. Called by the hub, and by the version
 * source for devices that fetch; the work is done in workers. */
#pragma once

#include "namida-version-record.h"
#include "namida-versions.h"

G_BEGIN_DECLS

/**
 * namida_version_collect_async:
 * @labels: (nullable): the wanted music folders; %NULL for all, an empty array for the zip alone
 *
 * Collects the files of a version in a worker. Files that have changed since they arrived (by size and time) are left
 * out and counted in namida_backup_get_left_out(). The others carry their hash on arrival, so that the receiver notices
 * damage. Main context.
 */
void namida_version_collect_async (NamidaStore *store,
                                   const char *id,
                                   const char *const *labels,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** namida_version_collect_finish: Returns: (transfer full) (nullable): %NULL with NOT_FOUND (the version does not
 * exist, or nothing of it is left), CANCELLED or STORAGE. */
NamidaBackup *namida_version_collect_finish (GAsyncResult *result, GError **error);
/**
 * namida_version_collect_for:
 * @database: the database
 * @id: the ID of a version
 * @labels: (nullable): the wanted music folders; %NULL for all
 * @sender: (nullable): the fingerprint of a device, to include only files whose bytes that device sent
 * @cancellable: (nullable): a #GCancellable
 * @error: NOT_FOUND, STORAGE, CANCELLED
 *
 * Like namida_version_collect_async(), but blocking: a worker.
 *
 * Returns: (transfer full) (nullable)
 */
NamidaBackup *namida_version_collect_for (NamidaDatabase *database,
                                          const char *id,
                                          const char *const *labels,
                                          const char *sender,
                                          GCancellable *cancellable,
                                          GError **error);

/** namida_version_pick_has: Returns: whether @path, such as “Music/Björk/01.flac”, is @pick or inside the folder
 * @pick. */
gboolean namida_version_pick_has (const char *pick, const char *path);
/**
 * namida_version_collect_picked:
 * @picks: (array zero-terminated=1): files, or folders with everything in them, as for namida_restore_plan_pick(); not
 *   empty
 *
 * Like namida_version_collect(), but only these files, without the zip.
 *
 * Returns: (transfer full) (nullable): %NULL also with NOT_FOUND, which names the first of @picks that the version does
 * not contain
 */
NamidaBackup *namida_version_collect_picked (
    NamidaDatabase *database, const char *id, const char *const *picks, GCancellable *cancellable, GError **error);

/** namida_version_file_was_sent: @sender: (nullable): %NULL for any device. Returns: whether the device @sender itself
 * sent the bytes of @file. A file that was already in the user's folders was not sent. Blocking: a worker. */
gboolean namida_version_file_was_sent (NamidaDatabase *database, const NamidaVersionFile *file, const char *sender);

/** namida_version_collect: like namida_version_collect_for(), regardless of the sender. Returns: (transfer full)
 * (nullable): as for that function, with the same errors. Blocking: a worker. */
NamidaBackup *namida_version_collect (
    NamidaDatabase *database, const char *id, const char *const *labels, GCancellable *cancellable, GError **error);

/**
 * namida_version_collect_newest:
 * @records: (element-type NamidaVersionRecord): the versions to choose from, newest first
 * @labels: (nullable): as in namida_version_collect_for()
 *
 * Collects the newest of each music folder, of the zip and of the single files from several versions. Blocking: a
 * worker.
 *
 * Returns: (transfer full) (nullable): like namida_version_collect_finish()
 */
NamidaBackup *
namida_version_collect_newest (NamidaDatabase *database, GPtrArray *records, const char *const *labels, GError **error);

G_END_DECLS
