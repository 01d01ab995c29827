/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Unnamed temporary files for what is unpacked from a backup and for what a new one is made from. They do not count
 * toward memory limits and disappear with their descriptor, even after a crash. Used by everything in this folder.
 * Blocking: worker threads. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * namida_spool_new:
 * @folder: (nullable): a folder with enough space; %NULL for the folder for temporary files
 *
 * Returns: a descriptor for reading and writing, which the caller closes; -1 with %NAMIDA_ERROR_STORAGE or NO_SPACE
 */
int namida_spool_new (const char *folder, GError **error);
/**
 * namida_spool_write: Writes all of @data at the position of the descriptor. Returns: %FALSE with NO_SPACE or STORAGE.
 */
gboolean namida_spool_write (int fd, const void *data, gsize length, GError **error);
/** namida_spool_write_at: Like namida_spool_write(), but at @offset and without moving the position. Returns: %FALSE
 * with NO_SPACE or STORAGE. */
gboolean namida_spool_write_at (int fd, const void *data, gsize length, guint64 offset, GError **error);
/** namida_spool_read_at: Reads exactly @length bytes. Returns: %FALSE with STORAGE, also if there are fewer bytes. */
gboolean namida_spool_read_at (int fd, void *data, gsize length, guint64 offset, GError **error);

G_END_DECLS
