/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Locks in a file of the data folder, with which two programs that use the folder divide their work: a schedule is run
 * and a waiting transfer is resumed by one of them. Used by src/session and the command line. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_lock_file_take:
 * @path: the file, whose name ends in ".lock"; it is created if necessary
 * @at: number of the byte, at least 0; the file need not have that many
 *
 * Locks byte @at of the file. The lock is released when the program ends, however it ends. Any thread.
 *
 * Returns: a file descriptor to close; -1 without @error if the byte is already locked, by this process or another one,
 * or with @error (a NamidaError) if the file cannot be used
 */
int namida_lock_file_take (const char *path, gint64 at, GError **error);
/** namida_lock_file_place: Returns: the number of the byte for @id, for namida_lock_file_take(). Any thread. */
gint64 namida_lock_file_place (const char *id);

G_END_DECLS
