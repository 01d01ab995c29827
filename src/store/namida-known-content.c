/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-known-content.h"

#include "namida-file-ops.h"

struct _NamidaKnownContent
{
  NamidaDatabase *database;
  sqlite3_stmt *statement;
};

NamidaKnownContent *
namida_known_content_new (NamidaDatabase *database, GError **error)
{
  NamidaKnownContent *self = g_new0 (NamidaKnownContent, 1);

  self->database = g_object_ref (database);
  namida_database_lock (database);
  self->statement = namida_database_prepare (
      database, error,
      "SELECT * FROM (SELECT path, size, mtime_ns, inode, device FROM stored WHERE sha256 = ?1"
      " ORDER BY id DESC LIMIT 15)"
      " UNION ALL SELECT * FROM (SELECT path, size, mtime_ns, inode, device FROM hash_index WHERE sha256 = ?1 LIMIT 8)"
      " LIMIT 16",
      "");
  namida_database_unlock (database);
  if (self->statement != NULL)
    return self;
  namida_known_content_free (self);
  return NULL;
}

void
namida_known_content_free (NamidaKnownContent *self)
{
  if (self == NULL)
    return;
  namida_database_lock (self->database);
  sqlite3_finalize (self->statement);
  namida_database_unlock (self->database);
  g_object_unref (self->database);
  g_free (self);
}

GPtrArray *
namida_known_content_lookup (NamidaKnownContent *self, const char *sha256)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_hash_row_free);
  g_autofree char *lower = g_ascii_strdown (sha256, -1);

  namida_database_lock (self->database);
  sqlite3_bind_text (self->statement, 1, lower, -1, SQLITE_STATIC);
  while (sqlite3_step (self->statement) == SQLITE_ROW)
    {
      NamidaHashRow *row = g_new0 (NamidaHashRow, 1);

      row->path = g_strdup ((const char *) sqlite3_column_text (self->statement, 0));
      row->size = (guint64) sqlite3_column_int64 (self->statement, 1);
      row->mtime_ns = sqlite3_column_int64 (self->statement, 2);
      row->inode = (guint64) sqlite3_column_int64 (self->statement, 3);
      row->device = (guint64) sqlite3_column_int64 (self->statement, 4);
      row->sha256 = g_strdup (lower);
      g_ptr_array_add (rows, row);
    }
  sqlite3_reset (self->statement);
  sqlite3_clear_bindings (self->statement);
  namida_database_unlock (self->database);
  return rows;
}

gboolean
namida_hash_row_fits (const NamidaHashRow *row, const struct stat *st)
{
  return S_ISREG (st->st_mode) && row->size == (guint64) st->st_size && row->mtime_ns == namida_stat_mtime_ns (st)
         && row->inode == (guint64) st->st_ino && row->device == (guint64) st->st_dev;
}
