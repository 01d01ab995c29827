/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks whether files can be received into a folder. Used by the window, the command line and the hub before
 * receiving. The checks block; the asynchronous function runs them in a worker. */
#pragma once

#include "namida-store.h"

G_BEGIN_DECLS

/** NamidaFolderState: whether a folder can be used to receive files. */
typedef enum
{
  NAMIDA_FOLDER_FINE,
  NAMIDA_FOLDER_GONE,  /* a chosen folder does not exist: its drive is not connected, or the desktop revoked the
                          permission */
  NAMIDA_FOLDER_CLOSED /* nothing can be created in it */
} NamidaFolderState;

/** namida_folder_check: @chosen: whether the user chose the folder, so that it must not be created; any other folder
 * may be created later. A drive may respond slowly: blocking. Any thread. */
NamidaFolderState namida_folder_check (const char *path, gboolean chosen);

/** namida_folder_is_home: Returns: whether @path is the home folder. Music must not be scattered in it, and senders
 * must not be able to choose names such as Documents there. Blocking. Any thread. */
gboolean namida_folder_is_home (const char *path);

/** namida_store_check_folders_async: checks the folders for backups and for music in a worker. */
void namida_store_check_folders_async (NamidaStore *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/** namida_store_check_folders_finish: @backups, @music: (out). Returns: %FALSE with @error only if it was canceled. */
gboolean namida_store_check_folders_finish (
    NamidaStore *self, GAsyncResult *result, NamidaFolderState *backups, NamidaFolderState *music, GError **error);

G_END_DECLS
