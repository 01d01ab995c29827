/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-hash-index.h"

#include "namida-digest.h"
#include "namida-error.h"

#include <glib/gi18n-lib.h>

#define MANY_ROWS 5000u

NamidaHashRow *
namida_hash_row_new (const char *path, const struct stat *st, const char *sha256)
{
  NamidaHashRow *row = g_new0 (NamidaHashRow, 1);

  row->path = g_strdup (path);
  row->size = (guint64) st->st_size;
  row->mtime_ns = (gint64) st->st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + st->st_mtim.tv_nsec;
  row->inode = (guint64) st->st_ino;
  row->device = (guint64) st->st_dev;
  row->sha256 = g_ascii_strdown (sha256, -1);
  return row;
}

void
namida_hash_row_free (NamidaHashRow *row)
{
  if (row == NULL)
    return;
  g_free (row->path);
  g_free (row->sha256);
  g_free (row);
}

static gboolean
fill_one (sqlite3_stmt *statement, NamidaEntry *entry)
{
  gboolean found = FALSE;

  sqlite3_bind_int64 (statement, 1, (sqlite3_int64) entry->inode);
  sqlite3_bind_int64 (statement, 2, (sqlite3_int64) entry->device);
  sqlite3_bind_int64 (statement, 3, (sqlite3_int64) entry->size);
  sqlite3_bind_int64 (statement, 4, entry->mtime_ns);
  if (sqlite3_step (statement) == SQLITE_ROW)
    {
      const char *sha256 = (const char *) sqlite3_column_text (statement, 0);

      /* A damaged row is as good as none. */
      if (sha256 != NULL && namida_digest_is_hex (sha256))
        {
          g_free (entry->sha256);
          entry->sha256 = g_strdup (sha256);
          found = TRUE;
        }
    }
  sqlite3_reset (statement);
  return found;
}

guint
namida_hash_index_fill (NamidaDatabase *database, NamidaBackup *backup)
{
  GPtrArray *entries = namida_backup_get_entries (backup);
  sqlite3 *handle = namida_database_lock (database);
  sqlite3_stmt *statement;
  guint filled = 0;

  /* One read transaction: one lock and one snapshot for all of them. */
  sqlite3_exec (handle, "BEGIN", NULL, NULL, NULL);
  statement = namida_database_prepare (database, NULL,
                                       "SELECT sha256 FROM hash_index WHERE inode = ? AND device = ? AND size = ?"
                                       " AND mtime_ns = ? LIMIT 1",
                                       "");
  for (guint i = 0; statement != NULL && i < entries->len; i++)
    {
      NamidaEntry *entry = g_ptr_array_index (entries, i);

      if (entry->source != NULL && entry->kind != NAMIDA_ENTRY_FOLDER)
        filled += fill_one (statement, entry);
    }
  sqlite3_finalize (statement);
  sqlite3_exec (handle, "COMMIT", NULL, NULL, NULL);
  namida_database_unlock (database);
  return filled;
}

static gboolean
fail (sqlite3 *handle, GError **error)
{
  g_set_error (error, NAMIDA_ERROR,
               sqlite3_errcode (handle) == SQLITE_FULL ? NAMIDA_ERROR_NO_SPACE : NAMIDA_ERROR_STORAGE,
               _ ("The checksums could not be remembered (%s). The next transfer will read these files again."),
               sqlite3_errmsg (handle));
  return FALSE;
}

static gboolean
store_one (sqlite3_stmt *statement, const NamidaHashRow *row)
{
  int result;

  sqlite3_bind_text (statement, 1, row->path, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 2, (sqlite3_int64) row->size);
  sqlite3_bind_int64 (statement, 3, row->mtime_ns);
  sqlite3_bind_int64 (statement, 4, (sqlite3_int64) row->inode);
  sqlite3_bind_int64 (statement, 5, (sqlite3_int64) row->device);
  sqlite3_bind_text (statement, 6, row->sha256, -1, SQLITE_STATIC);
  result = sqlite3_step (statement);
  sqlite3_reset (statement);
  return result == SQLITE_DONE;
}

static gboolean
store_all (NamidaDatabase *database, sqlite3 *handle, GPtrArray *rows, GError **error)
{
  sqlite3_stmt *statement = namida_database_prepare (database, error,
                                                     "INSERT OR REPLACE INTO hash_index"
                                                     " (path, size, mtime_ns, inode, device, sha256)"
                                                     " VALUES (?, ?, ?, ?, ?, ?)",
                                                     "");
  gboolean fine = statement != NULL;

  for (guint i = 0; fine && i < rows->len; i++)
    if (!store_one (statement, g_ptr_array_index (rows, i)))
      fine = fail (handle, error);
  sqlite3_finalize (statement);
  return fine;
}

gboolean
namida_hash_index_store (NamidaDatabase *database, GPtrArray *rows, GError **error)
{
  sqlite3 *handle = namida_database_lock (database);
  gboolean fine, many = rows->len >= MANY_ROWS;

  if (many)
    namida_database_set_roomy (database, TRUE);
  if (sqlite3_exec (handle, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
    fine = fail (handle, error);
  else
    {
      fine = store_all (database, handle, rows, error);
      if (fine && sqlite3_exec (handle, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        fine = fail (handle, error);
      if (!fine && !sqlite3_get_autocommit (handle))
        sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
    }
  if (many)
    namida_database_set_roomy (database, FALSE);
  namida_database_unlock (database);
  return fine;
}
