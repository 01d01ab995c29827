/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* Namida's key-value databases, as they come out of a backup: one table, named like the file, of "key" and "value".
 * They are untrusted: nothing in their schema is ever executed, sizes are limited, and they are read and written
 * through a descriptor, never by a name. One thread for each. */

typedef struct
{
  sqlite3 *db;
  char *table;        /* quoted for SQL */
  guint64 steps_left; /* of the SQLite machine: what a crafted file runs into */
  GCancellable *cancellable;
} NamidaPartDb;

/** One row. @value: (nullable). Returns: %FALSE with an error, which ends the reading. */
typedef gboolean (*NamidaPartDbFunc) (
    gpointer user_data, const char *key, gsize key_length, const char *value, gsize value_length, GError **error);

/**
 * namida_part_db_open:
 * @name: of the table: that of the file without ".db"
 * @fd: the file, which is changed: the header is set to a mode without WAL, or the WAL is written into it; borrowed
 * @wal_fd: what was beside it as "-wal", or -1; borrowed
 *
 * Opens a database for reading and checks all of it (PRAGMA quick_check), so it takes a while. Blocking.
 *
 * Returns: (transfer full) (nullable): %NULL with CHECKSUM (damaged, or no database of Namida), STORAGE or CANCELLED
 */
NamidaPartDb *namida_part_db_open (const char *name, int fd, int wal_fd, GCancellable *cancellable, GError **error);
/** namida_part_db_create: (transfer full) (nullable): an empty one in the empty file @fd; ended by
 * namida_part_db_finish(). */
NamidaPartDb *namida_part_db_create (const char *name, int fd, GError **error);
void namida_part_db_free (NamidaPartDb *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaPartDb, namida_part_db_free)

/** namida_part_db_foreach: each row in the order of the file. Returns: %FALSE with CHECKSUM, or the error of @func. */
gboolean namida_part_db_foreach (NamidaPartDb *self, NamidaPartDbFunc func, gpointer user_data, GError **error);

/** Adds rows to a database that namida_part_db_create() made. */
typedef struct _NamidaPartDbWriter NamidaPartDbWriter;
NamidaPartDbWriter *namida_part_db_writer_new (NamidaPartDb *self, GError **error);
void namida_part_db_writer_free (NamidaPartDbWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaPartDbWriter, namida_part_db_writer_free)
/** namida_part_db_writer_add: a row; of two with one key the value that namida_part_db_compare() puts last stays. */
gboolean namida_part_db_writer_add (
    NamidaPartDbWriter *self, const char *key, gsize key_length, const char *value, gsize value_length, GError **error);
/** namida_part_db_finish: writes what is left. Returns: %FALSE with STORAGE or NO_SPACE. */
gboolean namida_part_db_finish (NamidaPartDb *self, GError **error);

/** namida_part_db_compare: a total order of values: the older change first ("_mt", else "dateModified"), then by bytes.
 * Returns: as strcmp(). */
int namida_part_db_compare (const char *one, gsize one_length, const char *other, gsize other_length);

G_END_DECLS
