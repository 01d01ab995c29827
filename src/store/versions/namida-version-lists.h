/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-journal.h"

G_BEGIN_DECLS

/**
 * namida_version_lists_write:
 * @version: its number in the table of versions
 * @landing: "backup" or "library"
 * @path: the version's folder; of "backup" the paths of @rows are kept below it
 * @rows: (element-type NamidaStoredRow): all of its files, with @folder and @relative
 *
 * Makes @rows the files of the version, and writes what the version's own row says of them (files, bytes, labels, the
 * zip, the oldest date of a read). Nothing is written for folders in which nothing has changed since another version.
 * With the database locked and in a transaction of the caller's, in a worker thread. Errors: STORAGE, NO_SPACE.
 */
gboolean namida_version_lists_write (
    NamidaDatabase *database, gint64 version, const char *landing, const char *path, GArray *rows, GError **error);

/**
 * namida_version_lists_forget: deletes the row of @version, and the lists and contents that no other version has.
 * Locked and in a transaction, as above.
 */
gboolean namida_version_lists_forget (NamidaDatabase *database, gint64 version, GError **error);

/**
 * namida_version_migrate:
 * @version: 0: all of them, the oldest first
 * @until: monotonic microseconds after which nothing more is begun; 0: until the end
 *
 * Moves the files of versions that an older program has written into the lists, one version in a transaction: it can be
 * stopped at any time and goes on at the next call. After the last one the tables of the older program go. Blocking: a
 * worker. Errors: STORAGE, NO_SPACE, CANCELLED.
 */
gboolean namida_version_migrate (
    NamidaDatabase *database, gint64 version, gint64 until, GCancellable *cancellable, GError **error);

G_END_DECLS
