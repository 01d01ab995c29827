/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SQLite database "state.db" of a data folder: opening, locking, the schema and bound statements. The trust
 * store, the journal, the version store and the hub share one object and call it from worker threads;
 * namida_database_lock() serializes them. */
#pragma once

#include <glib-object.h>
#include <sqlite3.h>

G_BEGIN_DECLS

#define NAMIDA_TYPE_DATABASE (namida_database_get_type ())
G_DECLARE_FINAL_TYPE (NamidaDatabase, namida_database, NAMIDA, DATABASE, GObject)

/**
 * namida_database_open:
 * @path: (nullable): path of "state.db" (created with mode 0600 if it is missing); %NULL for a database in memory
 *
 * Opens the database in WAL mode with synchronous=FULL and foreign keys, and brings it to the newest schema (PRAGMA
 * user_version; the steps are one array of SQL in namida-database.c, the only place that creates tables). A file that
 * is newer than this program is refused.
 *
 * The whole file is read only if no other program has it open and the last program was killed or found damage, or if a
 * month has passed since the last check. A damaged file is then moved aside ("state.db.damaged-<time>") and replaced by
 * a new one. Blocking: call it in a worker thread or at the start of the program.
 *
 * Returns: (transfer full) (nullable): %NULL with STORAGE or NO_SPACE
 */
NamidaDatabase *namida_database_open (const char *path, GError **error);

/**
 * namida_database_open_or_copy:
 * @path: (nullable): as for namida_database_open()
 *
 * Like namida_database_open(). If the file cannot be written (full disk, read-only folder), copies what can be read of
 * it into memory, or begins with an empty database in memory if there is no file. Changes to a database in memory are
 * lost at the end of the program. Blocking.
 *
 * Returns: (transfer full) (nullable): %NULL with STORAGE or NO_SPACE
 */
NamidaDatabase *namida_database_open_or_copy (const char *path, GError **error);

/**
 * namida_database_get_copy_reason: Returns: (transfer none) (nullable): a translated sentence that says why the
 * database is a copy in memory; %NULL if it is the file itself.
 */
const char *namida_database_get_copy_reason (NamidaDatabase *self);

/** namida_database_dup_folder: Returns: (transfer full) (nullable): the folder of the file; %NULL: in memory. */
char *namida_database_dup_folder (NamidaDatabase *self);

/** namida_database_was_alone: Returns: whether no other program had the file open when this one opened it. Any thread.
 */
gboolean namida_database_was_alone (NamidaDatabase *self);

/**
 * namida_database_was_damaged: Returns: (transfer none) (nullable): the path that a damaged file was moved to when the
 * database was opened.
 */
const char *namida_database_was_damaged (NamidaDatabase *self);

/**
 * namida_database_lock:
 *
 * Locks the database for the calling worker thread. The lock is recursive.
 *
 * Returns: (transfer none): the handle, valid until namida_database_unlock()
 */
sqlite3 *namida_database_lock (NamidaDatabase *self);
/** namida_database_unlock: Releases one namida_database_lock() of the calling thread. */
void namida_database_unlock (NamidaDatabase *self);
/**
 * namida_database_set_roomy:
 * @roomy: %TRUE before a transaction of many thousand rows, %FALSE after it
 *
 * Enlarges the page cache of SQLite. With the usual 2 MB, pages are written out and read back while each index grows in
 * thousands of places, which took half of the time. The caller holds the lock.
 */
void namida_database_set_roomy (NamidaDatabase *self, gboolean roomy);

/**
 * namida_database_prepare:
 * @format: one type letter for each following argument: s (const char *, nullable), i (gint64)
 *
 * The caller holds the lock.
 *
 * Returns: (transfer full) (nullable): a bound statement for sqlite3_step() and sqlite3_finalize()
 */
sqlite3_stmt *namida_database_prepare (NamidaDatabase *self, GError **error, const char *sql, const char *format, ...);
/**
 * namida_database_next:
 * @statement: (nullable): of namida_database_prepare()
 * @result: (out): the result code of SQLite; SQLITE_DONE after the last row
 *
 * Steps to the next row. The caller holds the lock, and passes @result on to namida_database_end().
 *
 * Returns: whether there is a row
 */
gboolean namida_database_next (sqlite3_stmt *statement, int *result);
/**
 * namida_database_end:
 * @statement: (transfer full) (nullable): a statement whose rows namida_database_next() has read
 * @result: of the last namida_database_next()
 *
 * Finalizes @statement. The caller holds the lock.
 *
 * Returns: whether all rows were read; %FALSE with STORAGE if the disk failed in between, so that the rows read so far
 * are not all. If @statement is %NULL, @error is left as namida_database_prepare() has set it.
 */
gboolean namida_database_end (NamidaDatabase *self, sqlite3_stmt *statement, int result, GError **error);
/**
 * namida_database_exec: Runs a statement that returns no rows; the arguments are those of namida_database_prepare().
 * Takes the lock itself. Worker thread. Returns: %FALSE with STORAGE.
 */
gboolean namida_database_exec (NamidaDatabase *self, GError **error, const char *sql, const char *format, ...);

G_END_DECLS
