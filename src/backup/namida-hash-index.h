/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-backup.h"
#include <sys/stat.h>
#include "namida-database.h"

G_BEGIN_DECLS

/* The hash index: what the table of contents knows of this device's files by size, modification time, change time,
 * inode and device. Any change makes a row void, but of the path: a file that was renamed and read again is still the
 * same. Worker threads. */

/** namida_hash_index_fill: sets @sha256 of entries whose source is known and unchanged (one transaction). Returns: how
 * many. */
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
  gint64 content;  /* the row's number in the table of contents; 0: not known */
  char *sha256;
} NamidaHashRow;
NamidaHashRow *namida_hash_row_new (const char *path, const struct stat *st, const char *sha256);
void namida_hash_row_free (NamidaHashRow *row);
/** namida_hash_index_store: @rows: (element-type NamidaHashRow), one transaction. */
gboolean namida_hash_index_store (NamidaDatabase *database, GPtrArray *rows, GError **error);

G_END_DECLS
