/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SHA-256 of files that were read before, so that unchanged files need not be read again. Used by senders before
 * they offer and by the store. Worker threads. */
#pragma once

#include "namida-backup.h"
#include <sys/stat.h>
#include "namida-database.h"

G_BEGIN_DECLS

/* The hash index consists of what the table of contents knows about this device's files by size, modification time,
 * change time, inode and device. Any change makes a row invalid, except a change of the path: a file that was
 * renamed and read again is still the same. */

/**
 * namida_hash_index_fill: Sets @sha256 of the entries whose source is known and unchanged, in one transaction. Returns:
 * the number of these entries.
 */
guint namida_hash_index_fill (NamidaDatabase *database, NamidaBackup *backup);
typedef struct
{
  char *path;
  guint64 size;
  gint64 mtime_ns;
  guint64 inode;
  guint64 device;
  gint64 ctime_ns; /* 0: unknown */
  gint64 read_at;  /* microseconds since 1970 */
  gint64 content;  /* the id of the row in the table of contents; 0: unknown */
  char *sha256;
} NamidaHashRow;
/** namida_hash_row_new: @st: the file at @path. @sha256: 64 hex digits, just computed. Returns: (transfer full) */
NamidaHashRow *namida_hash_row_new (const char *path, const struct stat *st, const char *sha256);
/** namida_hash_row_free: @row: (transfer full) */
void namida_hash_row_free (NamidaHashRow *row);
/**
 * namida_hash_index_store: @rows: (element-type NamidaHashRow). Stores all rows in one transaction. Returns: %FALSE
 * with STORAGE or NO_SPACE.
 */
gboolean namida_hash_index_store (NamidaDatabase *database, GPtrArray *rows, GError **error);

G_END_DECLS
