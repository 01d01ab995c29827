/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collects the folders that a commit has changed, so that each is made durable only once. Used by the commit of a
 * session, by restoring and by exporting versions, in worker threads. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaFolderSet: the folders whose entries a commit, a restore or an export has changed. To be used by one
 * thread. */
typedef struct _NamidaFolderSet NamidaFolderSet;

/** namida_folder_set_new: Returns: (transfer full): an empty set. */
NamidaFolderSet *namida_folder_set_new (void);
void namida_folder_set_free (NamidaFolderSet *self);
/** namida_folder_set_add: adds the folder of @relative and all its parents up to that of @root, because any of them may
 * be new. */
void namida_folder_set_add (NamidaFolderSet *self, guint root, const char *relative);
/** namida_folder_set_sync: calls fsync for each folder of @root, or syncfs once if there are many. Blocking. Returns:
 * %FALSE with STORAGE or NO_SPACE. */
gboolean namida_folder_set_sync (NamidaFolderSet *self, guint root, int root_fd, GError **error);

G_END_DECLS
