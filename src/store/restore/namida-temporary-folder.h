/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Temporary folders for copies of backups. Used by fitting for another device and by merging, in worker threads. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaTemporaryFolder: a folder of this program in the user's cache, for copies of backups that will be sent or
 * saved. It is removed together with the struct, or when the program exits. Files that a killed program left behind are
 * removed by the next one. */
typedef struct _NamidaTemporaryFolder NamidaTemporaryFolder;

/** namida_temporary_folder_new: creates a folder, and removes what killed programs have left. Returns: (transfer full)
 * (nullable): %NULL with STORAGE or NO_SPACE. Any thread. */
NamidaTemporaryFolder *namida_temporary_folder_new (GError **error);
/** namida_temporary_folder_free: removes the folder and the files in it. Any thread. */
void namida_temporary_folder_free (NamidaTemporaryFolder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaTemporaryFolder, namida_temporary_folder_free)

/** namida_temporary_folder_get_path: Returns: (transfer none): the absolute path. */
const char *namida_temporary_folder_get_path (NamidaTemporaryFolder *self);
/** namida_temporary_folder_sweep: removes the folders of programs that no longer run. Blocking; any thread. */
void namida_temporary_folder_sweep (void);

G_END_DECLS
