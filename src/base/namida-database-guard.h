/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lock file beside a database, by which the programs that use the database know of each other. Used only by
 * namida-database.c, at the start of the program, in the thread that opens the database. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NamidaDatabaseGuard: holds a lock on a file beside the database ("state.db.lock"). A program that is alone may check
 * the whole file and move it aside if it is damaged.
 */
typedef struct
{
  int fd; /* -1: there is no lock, for example because the folder is not writable. No program is ever alone then. */
  gboolean alone;
} NamidaDatabaseGuard;

/**
 * namida_database_guard_enter:
 * @self: an uninitialized guard
 * @path: (nullable): path of the database; %NULL for a database in memory
 *
 * Waits while another program checks the file. Blocking: call it in a worker thread or at the start of the program.
 */
void namida_database_guard_enter (NamidaDatabaseGuard *self, const char *path);
/**
 * namida_database_guard_must_check: Returns: whether to read the whole file @path now. This is so if no other program
 * has it open and either the last program did not close it or found damage in it, or the last check was more than 30
 * days ago.
 */
gboolean namida_database_guard_must_check (NamidaDatabaseGuard *self, const char *path);
/** namida_database_guard_take: Tries to become the only user of the database, without waiting. Returns: @alone */
gboolean namida_database_guard_take (NamidaDatabaseGuard *self);
/** namida_database_guard_checked: Records that the whole file was read without finding damage. */
void namida_database_guard_checked (NamidaDatabaseGuard *self);
/**
 * namida_database_guard_suspect: Records that damage was found while the database was in use. The next program that
 * opens the file and is alone checks it. Any thread.
 */
void namida_database_guard_suspect (NamidaDatabaseGuard *self);
/** namida_database_guard_share: Allows other programs to open the database from now on. */
void namida_database_guard_share (NamidaDatabaseGuard *self);
/** namida_database_guard_leave: Releases the lock. Any thread, once the database is closed. */
void namida_database_guard_leave (NamidaDatabaseGuard *self);

G_END_DECLS
