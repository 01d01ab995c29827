/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sys/types.h>

/**
 * namida_open_at:
 * @folder: an open folder, or AT_FDCWD
 * @name: below @folder
 * @flags: of open(2); O_NOFOLLOW and O_CLOEXEC go without saying
 * @mode: with O_CREAT
 *
 * openat(2) of a file that must not be a symbolic link, also in a folder that the desktop's portal shows to a sandbox.
 * Any thread.
 *
 * Returns: a file descriptor, or -1 with errno set: ELOOP for a symbolic link
 */
int namida_open_at (int folder, const char *name, int flags, mode_t mode);

/**
 * namida_open_parent:
 * @path: absolute, or below the working directory; may be longer than PATH_MAX, as a deep tree of folders may be
 * @basename: (out): the last component, within @path
 *
 * Opens the folder that holds @path, through links if there are any. Any thread.
 *
 * Returns: a file descriptor, or -1 with errno set
 */
int namida_open_parent (const char *path, const char **basename);

/* For namida_open_at() and its test: the same in two steps, for what is there already. */
int namida_open_pinned (int folder, const char *name, int flags);
