/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the folders of versions on the disk, by the records in them. Called by adopting, verifying and restoring from
 * folders. Blocking: worker threads. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_version_folders_list:
 * @folder: a version, the folder of a device, or a store
 * @doubtful: also list folders that may be versions: those that cannot be opened, and those with only one of the two
 * files of a record
 *
 * Finds versions by the record in them, regardless of which program put them there. The hidden folders of a store are
 * skipped. Blocking: worker threads.
 *
 * Returns: (transfer full) (element-type filename): absolute paths, sorted by name
 */
GPtrArray *namida_version_folders_list (const char *folder, gboolean doubtful);

/** namida_version_folders_has: Returns: whether the version @folder has a record. Blocking. */
gboolean namida_version_folders_has (const char *folder);

G_END_DECLS
