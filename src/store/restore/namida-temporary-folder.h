/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaTemporaryFolder: a folder of this program in the user's cache, for copies of backups that are to be sent or
 * saved. It goes with the struct, or with the program when that ends first; what a killed one leaves is removed by the
 * next. */
typedef struct _NamidaTemporaryFolder NamidaTemporaryFolder;

/** namida_temporary_folder_new: also removes what killed programs have left. Returns: (transfer full) (nullable):
 * %NULL with STORAGE or NO_SPACE. Any thread. */
NamidaTemporaryFolder *namida_temporary_folder_new (GError **error);
/** namida_temporary_folder_free: removes the folder and the files in it. Any thread. */
void namida_temporary_folder_free (NamidaTemporaryFolder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaTemporaryFolder, namida_temporary_folder_free)

/** namida_temporary_folder_get_path: Returns: (transfer none): absolute. */
const char *namida_temporary_folder_get_path (NamidaTemporaryFolder *self);
/** namida_temporary_folder_sweep: removes those of programs that are no more. Blocking; any thread. */
void namida_temporary_folder_sweep (void);

G_END_DECLS
