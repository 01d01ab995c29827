/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>
#include <sqlite3.h>

G_BEGIN_DECLS

#define NAMIDA_TYPE_DATABASE (namida_database_get_type ())
G_DECLARE_FINAL_TYPE (NamidaDatabase, namida_database, NAMIDA, DATABASE, GObject)

/**
 * namida_database_open:
 * @path: (nullable): the file "state.db" (made when missing, mode 0600); %NULL for one in memory
 *
 * Opens in WAL mode with synchronous=FULL and foreign keys, and brings it to the newest schema (PRAGMA user_version;
 * the steps are one array of SQL in namida-database.c, the only place where tables are made). A newer file than this
 * program knows is refused. All of it is read only when no other program has it open, and the last one was killed,
 * found damage, or a month has passed; a damaged one is moved aside ("state.db.damaged-<time>") then, and a fresh one
 * made. Blocking: worker threads, or the start of the program.
 *
 * Returns: (transfer full) (nullable)
 */
NamidaDatabase *namida_database_open (const char *path, GError **error);

/**
 * namida_database_open_or_copy: as namida_database_open(). When the file cannot be written (a full disk, a folder that
 * is read-only), what can be read of it is copied into memory, or an empty one is begun there when there is no file:
 * nothing that is written to that one lasts. Blocking.
 *
 * Returns: (transfer full) (nullable)
 */
NamidaDatabase *namida_database_open_or_copy (const char *path, GError **error);

/** namida_database_get_copy_reason: Returns: (transfer none) (nullable): a sentence, when the database is a copy in
 * memory. */
const char *namida_database_get_copy_reason (NamidaDatabase *self);

/** namida_database_was_damaged: Returns: (transfer none) (nullable): where the damaged file was moved to at opening. */
const char *namida_database_was_damaged (NamidaDatabase *self);

/**
 * namida_database_lock:
 *
 * Takes the database for the calling worker thread (recursive). Returns: (transfer none): the handle until
 * namida_database_unlock().
 */
sqlite3 *namida_database_lock (NamidaDatabase *self);
void namida_database_unlock (NamidaDatabase *self);
/**
 * namida_database_set_roomy: locked: before and after a transaction of many thousand rows. What SQLite keeps by itself
 * (2 MB) would be written out and read back while each index grows at a thousand places; half of the time went there.
 */
void namida_database_set_roomy (NamidaDatabase *self, gboolean roomy);

/**
 * namida_database_prepare: (locked)
 * @format: one type letter per following argument: s (const char *, nullable), i (gint64)
 * Returns: (transfer full) (nullable): a bound statement, for sqlite3_step() and sqlite3_finalize().
 */
sqlite3_stmt *namida_database_prepare (NamidaDatabase *self, GError **error, const char *sql, const char *format, ...);
/** namida_database_next: @statement: (nullable). Steps to the next row, and keeps in @result why there is none.
 * Returns: whether there is a row. Locked. */
gboolean namida_database_next (sqlite3_stmt *statement, int *result);
/**
 * namida_database_end: (locked)
 * @statement: (transfer full) (nullable): what namida_database_next() has read to its end
 * @result: of the last step
 *
 * Returns: whether all rows were read. %FALSE with STORAGE: the disk failed in between, and what was read until then
 * must not be taken for all that there is. Of no statement the error is that of namida_database_prepare().
 */
gboolean namida_database_end (NamidaDatabase *self, sqlite3_stmt *statement, int result, GError **error);
/** namida_database_exec: prepare, step to the end, finalize. Takes the lock itself. */
gboolean namida_database_exec (NamidaDatabase *self, GError **error, const char *sql, const char *format, ...);

G_END_DECLS
