/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The name under which SQLite knows namida_fd_vfs_register(). */
#define NAMIDA_FD_VFS "namida-fd"

/** namida_fd_vfs_register: lets SQLite open files by descriptor. Any thread, any number of times. */
void namida_fd_vfs_register (void);
/** namida_fd_vfs_dup_name: (transfer full): what to call sqlite3_open_v2() with; @wal_fd: or -1. */
char *namida_fd_vfs_dup_name (int fd, int wal_fd);

G_END_DECLS
