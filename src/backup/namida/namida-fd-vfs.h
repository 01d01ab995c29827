/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lets SQLite open a database by file descriptor. Used only by namida-part-db.c. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The name of the VFS that namida_fd_vfs_register() registers. */
#define NAMIDA_FD_VFS "namida-fd"

/** namida_fd_vfs_register: Registers the VFS. Any thread; may be called several times. */
void namida_fd_vfs_register (void);
/**
 * namida_fd_vfs_dup_name: @wal_fd: descriptor of the write-ahead log, or -1. Returns: (transfer full): the file name
 * for sqlite3_open_v2().
 */
char *namida_fd_vfs_dup_name (int fd, int wal_fd);

G_END_DECLS
