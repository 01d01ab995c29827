/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turns the files and folders that the user named into a backup. Called by the hub before a transfer and by the
 * command line. Starts in the main context and works in a thread. */
#pragma once

#include "namida-backup.h"
#include "namida-scan-filter.h"

G_BEGIN_DECLS

/**
 * namida_scanner_scan_async:
 * @files: (element-type GFile): zips, files and folders that the user named; a folder is a music folder whose label is
 *   its name
 * @filter: (nullable): which of their files to take
 *
 * Walks the folders in a worker thread, without following symbolic links. Hidden files are included. Everything that is
 * left out is recorded with a reason (links, sockets, unreadable folders and files, names that are too long or unsafe,
 * more than NAMIDA_LIMIT_FILES files). It is an error if a named file does not exist, and if there is nothing to send.
 *
 * Two folders of the same name get the labels "Music" and "Music (2)". A folder with a cloud manifest means the zip and
 * the music folders that the manifest names (namida-cloud-folder.h). The first *.zip whose name starts with "Namida
 * Backup - " (otherwise the only zip that was named) is the backup zip; further zips are single files. Empty folders
 * become NAMIDA_ENTRY_FOLDER.
 *
 * A file “.namidaignore” in a folder contains patterns for files that are not sent. Files that it or @filter excludes
 * are counted and do not make the backup incomplete. The order of the entries is: the zip first, then by label and
 * path.
 */
void namida_scanner_scan_async (GListModel *files,
                                NamidaScanFilter *filter,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/**
 * namida_scanner_scan_finish: Returns: (transfer full) (nullable): %NULL with INVALID_REQUEST,
 * NOT_FOUND, STORAGE or %G_IO_ERROR_CANCELLED.
 */
NamidaBackup *namida_scanner_scan_finish (GAsyncResult *result, GError **error);

G_END_DECLS
