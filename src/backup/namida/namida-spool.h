/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Temporary files without a name: what is unpacked from a backup, and what a new one is made from. They never take part
 * in memory limits and are gone with their descriptor, also after a crash. Used by everything in this folder. Blocking:
 * worker threads. */

/**
 * namida_spool_new:
 * @folder: (nullable): where there is space for it; the folder for temporary files when %NULL
 *
 * Returns: a descriptor to read and write that the caller closes, or -1 with %NAMIDA_ERROR_STORAGE or NO_SPACE.
 */
int namida_spool_new (const char *folder, GError **error);
/** namida_spool_write: appends all of @data at the descriptor's position. Returns: %FALSE with NO_SPACE or STORAGE. */
gboolean namida_spool_write (int fd, const void *data, gsize length, GError **error);
/** namida_spool_write_at: likewise at @offset, without moving the position. */
gboolean namida_spool_write_at (int fd, const void *data, gsize length, guint64 offset, GError **error);
/** namida_spool_read_at: exactly @length bytes. Returns: %FALSE with STORAGE, also when there are fewer. */
gboolean namida_spool_read_at (int fd, void *data, gsize length, guint64 offset, GError **error);

G_END_DECLS
