/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-store.h"

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_FOLDER_FINE,
  NAMIDA_FOLDER_GONE,  /* a chosen one that is not there: its drive is not plugged in, the desktop's permission is lost
                        */
  NAMIDA_FOLDER_CLOSED /* nothing can be made in it */
} NamidaFolderState;

/** namida_folder_check: @chosen: a person chose it, so it is not made anew; another one may be yet to be made. A drive
 * may be slow to answer: blocking, any thread. */
NamidaFolderState namida_folder_check (const char *path, gboolean chosen);

/** namida_folder_is_home: whether @path is the home folder: music is not strewn over it, and names that others choose
 * must not become folders such as Documents. Blocking, any thread. */
gboolean namida_folder_is_home (const char *path);

/** namida_store_check_folders_async: what state the folders of backups and of music are in now, found out in a worker.
 */
void namida_store_check_folders_async (NamidaStore *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/** @backups, @music: (out). Returns: %FALSE with @error only when cancelled. */
gboolean namida_store_check_folders_finish (
    NamidaStore *self, GAsyncResult *result, NamidaFolderState *backups, NamidaFolderState *music, GError **error);

G_END_DECLS
