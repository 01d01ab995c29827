/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Remembers which folders of the user are on a drive of their own, so that the empty folder that is left where the
 * drive was mounted is not taken for them. Used by everything that stores or restores files. All functions block: call
 * them in worker threads. */
#pragma once

#include "namida-database.h"

G_BEGIN_DECLS

/** namida_mount_note: remembers where the file system of the folder @path is mounted, so that namida_mount_is_away()
 * notices when it is not. Call it when the folder is chosen or used. Errors are only logged. */
void namida_mount_note (NamidaDatabase *database, const char *path);

/** namida_mount_is_away: Returns: whether the drive of the folder @path is known not to be connected: a file system
 * that was mounted at the folder, or above it, is not mounted now, and an empty folder or nothing is in its place. */
gboolean namida_mount_is_away (NamidaDatabase *database, const char *path);

/** namida_mount_check: like namida_mount_is_away(), but explains the result. Returns: %FALSE with NO_DRIVE, or with
 * STORAGE if the database cannot be read. */
gboolean namida_mount_check (NamidaDatabase *database, const char *path, GError **error);

G_END_DECLS
