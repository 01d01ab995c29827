/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes files so that runs of zeros become holes. Used wherever received or restored bytes are written. Any thread. */
#pragma once

#include <glib.h>
#include <sys/types.h>

/**
 * namida_sparse_pwrite:
 * @fd: a regular file that is open for writing
 * @data: @length bytes
 * @length: in bytes; may be 0
 * @offset: in bytes from the start of the file
 *
 * Like pwrite(2), but turns whole blocks of zeros into holes, so that a sparse file does not take its full size on the
 * disk. The content of the file is the same as after pwrite(2), whatever it was before. Any thread; blocking.
 *
 * Returns: the number of bytes written, at least one unless @length is 0; -1 with errno set as by pwrite(2)
 */
ssize_t namida_sparse_pwrite (int fd, const void *data, gsize length, guint64 offset);
