/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens files that must not be symbolic links, and paths that are longer than PATH_MAX. Used by the store, the
 * sender and the file reader. Any thread. */
#pragma once

#include <sys/types.h>

/**
 * namida_open_at:
 * @folder: an open folder, or AT_FDCWD
 * @name: below @folder
 * @flags: flags of open(2); O_NOFOLLOW and O_CLOEXEC are added
 * @mode: the mode for O_CREAT
 *
 * Like openat(2), for a file that must not be a symbolic link. Also works in a folder that the document portal shows to
 * a sandbox. Any thread.
 *
 * Returns: a file descriptor, or -1 with errno set: ELOOP for a symbolic link
 */
int namida_open_at (int folder, const char *name, int flags, mode_t mode);

/**
 * namida_open_parent:
 * @path: absolute, or relative to the working directory; may be longer than PATH_MAX, as in a deep tree of folders
 * @basename: (out): the last component, a pointer into @path
 *
 * Opens the folder that contains @path. Follows symbolic links. Any thread.
 *
 * Returns: a file descriptor, or -1 with errno set
 */
int namida_open_parent (const char *path, const char **basename);

/**
 * namida_sync_folder:
 * @folder: an open folder
 *
 * Like fsync(2), which makes the names in the folder durable. Some network and FUSE file systems refuse it for folders
 * with EINVAL, because a change there is not delayed or because they have no way to wait for it; that is no error.
 * Blocking.
 *
 * Returns: 0, or -1 with errno set
 */
int namida_sync_folder (int folder);

/**
 * namida_open_pinned: Does the same as namida_open_at() in two steps, for a file that already exists. Exported for its
 * test.
 */
int namida_open_pinned (int folder, const char *name, int flags);
