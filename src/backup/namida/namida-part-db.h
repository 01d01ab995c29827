/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads and writes Namida's databases in backups. Used by the inspection, fit, merge and compare, in worker threads.
 * Blocking. */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* A key-value database of Namida, unpacked from a backup: one table, named like the file, with the columns "key" and
 * "value". It is untrusted: nothing in its schema is ever executed, sizes are limited, and it is read and written
 * through a descriptor, never by name. Each object belongs to one thread. */

typedef struct
{
  sqlite3 *db;
  char *table;        /* quoted for SQL */
  guint64 steps_left; /* steps of the SQLite machine that are left; this limits what a crafted file can do */
  GCancellable *cancellable;
} NamidaPartDb;

/** NamidaPartDbFunc: Called for one row. @value: (nullable). Returns: %FALSE with an error, which ends the reading. */
typedef gboolean (*NamidaPartDbFunc) (
    gpointer user_data, const char *key, gsize key_length, const char *value, gsize value_length, GError **error);

/**
 * namida_part_db_open:
 * @name: name of the table, which is the name of the file without ".db"
 * @fd: the file; borrowed. It is changed: either its header is set to a mode without WAL, or the WAL is written into it
 * @wal_fd: the "-wal" file beside it, or -1; borrowed
 *
 * Opens a database for reading and checks it completely (PRAGMA quick_check), which takes a while. Blocking.
 *
 * Returns: (transfer full) (nullable): %NULL with CHECKSUM (damaged, or not a database of Namida), STORAGE or CANCELLED
 */
NamidaPartDb *namida_part_db_open (const char *name, int fd, int wal_fd, GCancellable *cancellable, GError **error);
/**
 * namida_part_db_create: Creates an empty database in the empty file @fd. Call namida_part_db_finish() at the end.
 * Returns: (transfer full) (nullable): %NULL with STORAGE, NO_SPACE or CHECKSUM.
 */
NamidaPartDb *namida_part_db_create (const char *name, int fd, GError **error);
/** namida_part_db_free: @self: (transfer full) */
void namida_part_db_free (NamidaPartDb *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaPartDb, namida_part_db_free)

/**
 * namida_part_db_foreach: Calls @func for each row in the order of the file. Returns: %FALSE with CHECKSUM, or with the
 * error of @func.
 */
gboolean namida_part_db_foreach (NamidaPartDb *self, NamidaPartDbFunc func, gpointer user_data, GError **error);

/** NamidaPartDbWriter: adds rows to a database that namida_part_db_create() created. */
typedef struct _NamidaPartDbWriter NamidaPartDbWriter;
/** namida_part_db_writer_new: Returns: (transfer full) (nullable): %NULL with STORAGE. */
NamidaPartDbWriter *namida_part_db_writer_new (NamidaPartDb *self, GError **error);
/** namida_part_db_writer_free: @self: (transfer full) */
void namida_part_db_writer_free (NamidaPartDbWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaPartDbWriter, namida_part_db_writer_free)
/**
 * namida_part_db_writer_add: Adds a row. If two rows have the same key, the value that namida_part_db_compare() sorts
 * last is kept. Returns: %FALSE with STORAGE, NO_SPACE or CHECKSUM.
 */
gboolean namida_part_db_writer_add (
    NamidaPartDbWriter *self, const char *key, gsize key_length, const char *value, gsize value_length, GError **error);
/** namida_part_db_finish: Writes what is left. Returns: %FALSE with STORAGE or NO_SPACE. */
gboolean namida_part_db_finish (NamidaPartDb *self, GError **error);

/**
 * namida_part_db_compare: A total order of values: the older change first ("_mt", otherwise "dateModified"), then by
 * bytes. Returns: like strcmp().
 */
int namida_part_db_compare (const char *one, gsize one_length, const char *other, gsize other_length);

G_END_DECLS
