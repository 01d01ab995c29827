/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-backup.h"
#include <sys/stat.h>
#include "namida-database.h"

G_BEGIN_DECLS

/* The hash index: path, size, mtime (ns), inode, device → sha256; any change makes an entry void, but of the path: a
 * file that was renamed is still the same. Worker threads. */

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
  char *sha256;
} NamidaHashRow;
NamidaHashRow *namida_hash_row_new (const char *path, const struct stat *st, const char *sha256);
void namida_hash_row_free (NamidaHashRow *row);
/** namida_hash_index_store: @rows: (element-type NamidaHashRow), one transaction. */
gboolean namida_hash_index_store (NamidaDatabase *database, GPtrArray *rows, GError **error);

G_END_DECLS
