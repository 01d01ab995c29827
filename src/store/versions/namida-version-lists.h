/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the files of versions into the tables that versions share. Called by the journal, the adoption and the
 * migration, in worker threads with the database locked. */
#pragma once

#include "namida-journal.h"

G_BEGIN_DECLS

/**
 * namida_version_lists_write:
 * @version: its number in the table of versions
 * @landing: "backup" or "library"
 * @path: the folder of the version; for "backup" the paths of @rows are stored relative to it
 * @rows: (element-type NamidaStoredRow): all of its files, with @folder and @relative
 *
 * Makes @rows the files of the version, and updates its row (files, bytes, labels, the zip, the oldest date of a read).
 * Nothing is written for folders that are unchanged since another version. Call it with the database locked and in a
 * transaction, in a worker thread.
 *
 * Returns: %FALSE with STORAGE or NO_SPACE
 */
gboolean namida_version_lists_write (
    NamidaDatabase *database, gint64 version, const char *landing, const char *path, GArray *rows, GError **error);

/** namida_version_lists_forget: deletes the row of @version, and the lists and contents that no other version uses.
 * Call it with the database locked and in a transaction, in a worker thread. Returns: %FALSE with STORAGE. */
gboolean namida_version_lists_forget (NamidaDatabase *database, gint64 version, GError **error);

/**
 * namida_version_migrate:
 * @version: the version to migrate; 0 for all, oldest first
 * @until: monotonic time in microseconds after which no further version is started; 0 for no limit
 *
 * Moves the files of versions that an older program wrote into the lists, one version per transaction. It can be
 * interrupted at any time, and the next call continues. After the last version, the tables of the older program are
 * deleted. Blocking: a worker.
 *
 * Returns: %FALSE with STORAGE, NO_SPACE or CANCELLED
 */
gboolean namida_version_migrate (
    NamidaDatabase *database, gint64 version, gint64 until, GCancellable *cancellable, GError **error);

G_END_DECLS
