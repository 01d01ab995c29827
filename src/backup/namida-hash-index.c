/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looks up and stores hashes of files in the table of contents; see the header. Worker threads. */
#include "config.h"

#include "namida-hash-index.h"

#include "namida-clock.h"
#include "namida-content.h"
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
  row->ctime_ns = namida_content_ctime_ns (st);
  row->read_at = namida_clock_real ();
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
hash_index_fill_one (sqlite3_stmt *statement, NamidaEntry *entry)
{
  gboolean found = FALSE;

  sqlite3_bind_int64 (statement, 1, (sqlite3_int64) entry->inode);
  sqlite3_bind_int64 (statement, 2, (sqlite3_int64) entry->device);
  sqlite3_bind_int64 (statement, 3, (sqlite3_int64) entry->size);
  sqlite3_bind_int64 (statement, 4, entry->mtime_ns);
  sqlite3_bind_int64 (statement, 5, entry->ctime_ns);
  if (sqlite3_step (statement) == SQLITE_ROW)
    {
      char *sha256 = namida_content_dup_hash (statement, 0);

      /* A damaged row counts as none. */
      if (sha256 != NULL)
        {
          g_free (entry->sha256);
          entry->sha256 = sha256;
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

  /* Use one read transaction, which takes one lock and one snapshot for all entries. */
  sqlite3_exec (handle, "BEGIN", NULL, NULL, NULL);
  statement = namida_database_prepare (database, NULL,
                                       "SELECT sha256 FROM contents WHERE inode = ? AND device = ? AND size = ?"
                                       " AND mtime_ns = ? AND ctime_ns = ? AND ctime_ns <> 0 AND damaged = 0 LIMIT 1",
                                       "");
  for (guint i = 0; statement != NULL && i < entries->len; i++)
    {
      NamidaEntry *entry = g_ptr_array_index (entries, i);

      if (entry->source != NULL && entry->kind != NAMIDA_ENTRY_FOLDER)
        filled += hash_index_fill_one (statement, entry);
    }
  sqlite3_finalize (statement);
  sqlite3_exec (handle, "COMMIT", NULL, NULL, NULL);
  namida_database_unlock (database);
  return filled;
}

static gboolean
hash_index_fail (sqlite3 *handle, GError **error)
{
  g_set_error (error, NAMIDA_ERROR,
               sqlite3_errcode (handle) == SQLITE_FULL ? NAMIDA_ERROR_NO_SPACE : NAMIDA_ERROR_STORAGE,
               _ ("The checksums could not be remembered (%s). The next transfer will read these files again."),
               sqlite3_errmsg (handle));
  return FALSE;
}

static gboolean
hash_index_store_all (NamidaDatabase *database, GPtrArray *rows, GError **error)
{
  g_autoptr (NamidaContentWriter) writer = namida_content_writer_new (database, error);
  gboolean fine = writer != NULL;

  for (guint i = 0; fine && i < rows->len; i++)
    {
      const NamidaHashRow *row = g_ptr_array_index (rows, i);
      NamidaFileContent content = { .path = row->path,
                                    .size = row->size,
                                    .mtime_ns = row->mtime_ns,
                                    .ctime_ns = row->ctime_ns,
                                    .inode = row->inode,
                                    .device = row->device,
                                    .read_at = row->read_at,
                                    .sha256 = row->sha256 };

      fine = namida_content_writer_enter (writer, &content, NULL, error) != 0;
    }
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
    fine = hash_index_fail (handle, error);
  else
    {
      fine = hash_index_store_all (database, rows, error);
      if (fine && sqlite3_exec (handle, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        fine = hash_index_fail (handle, error);
      if (!fine && !sqlite3_get_autocommit (handle))
        sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
    }
  if (many)
    namida_database_set_roomy (database, FALSE);
  namida_database_unlock (database);
  return fine;
}
