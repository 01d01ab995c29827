/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-backup.h"
#include "namida-scan-filter.h"

G_BEGIN_DECLS

/**
 * namida_scanner_scan_async:
 * @files: (element-type GFile): zips, files and folders that a person named; a folder is a music folder labelled by its
 * name
 * @filter: (nullable): which of their files are taken
 *
 * Walks in a worker thread, follows no symbolic links, hidden files are taken as they are; tells what it left out and
 * why (links, sockets, unreadable folders and files, names that are no UTF-8 or too long, more than
 * NAMIDA_LIMIT_FILES). A first argument that does not exist is an error that names it; so is nothing to send at all.
 * Two folders of one name get the labels "Music" and "Music (2)". A folder with a cloud manifest stands for the zip and
 * the music folders that this names (namida-cloud-folder.h). The first *.zip whose name starts "Namida Backup - "
 * (else the only zip given as a file) is the backup zip: further zips are single files. Empty folders become
 * NAMIDA_ENTRY_FOLDER. A file “.namidaignore” in a folder says what of it is not sent; what it or @filter excludes is
 * counted, and does not make the backup incomplete. Order: zip first, then by label and path.
 */
void namida_scanner_scan_async (GListModel *files,
                                NamidaScanFilter *filter,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/** Returns: (transfer full) (nullable) */
NamidaBackup *namida_scanner_scan_finish (GAsyncResult *result, GError **error);

G_END_DECLS
