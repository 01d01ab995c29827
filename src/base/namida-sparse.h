/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

/**
 * namida_sparse_pwrite:
 * @fd: a regular file that is open for writing
 * @data: @length bytes
 * @length: bytes; 0 is legal
 * @offset: bytes from the start of the file
 *
 * pwrite(2) that makes holes of whole blocks of zeros, so that a sparse file does not take its full size on the disk.
 * What the file says afterwards is the same as after pwrite(2), whatever was there before. Any thread; blocking.
 *
 * Returns: how many bytes were taken care of, at least one unless @length is 0; -1 with errno set as by pwrite(2)
 */
ssize_t namida_sparse_pwrite (int fd, const void *data, gsize length, guint64 offset);
