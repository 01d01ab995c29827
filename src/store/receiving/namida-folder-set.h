/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaFolderSet: the folders whose entries a commit has changed, to make each of them durable once. One thread. */
typedef struct _NamidaFolderSet NamidaFolderSet;

NamidaFolderSet *namida_folder_set_new (void);
void namida_folder_set_free (NamidaFolderSet *self);
/** namida_folder_set_add: the folder of @relative and all above it up to @root's: any of them may be new. */
void namida_folder_set_add (NamidaFolderSet *self, guint root, const char *relative);
/** namida_folder_set_sync: fsync of each folder of @root, or one syncfs when they are many. Blocking. Returns: %FALSE
 * with STORAGE or NO_SPACE. */
gboolean namida_folder_set_sync (NamidaFolderSet *self, guint root, int root_fd, GError **error);

G_END_DECLS
