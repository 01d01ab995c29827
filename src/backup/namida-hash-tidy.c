/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks in small portions whether the files of the hash index still exist; see the header. Blocking; worker
 * threads. */
#include "config.h"

#include "namida-hash-tidy.h"

#include "namida-clock.h"
#include "namida-error.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>

typedef struct
{
  char *path;
  gint64 id;
  gint64 seen_at; /* 0: unknown */
  gboolean gone;
} Row;

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free (row->path);
  g_free (row);
}

static gboolean
hash_tidy_fail (sqlite3 *handle, GError **error)
{
  g_set_error (error, NAMIDA_ERROR,
               (sqlite3_errcode (handle) & 0xff) == SQLITE_FULL ? NAMIDA_ERROR_NO_SPACE : NAMIDA_ERROR_STORAGE,
               _ ("Old checksums could not be removed (%s)."), sqlite3_errmsg (handle));
  return FALSE;
}

/* Returns the rows that have not been checked for the longest time. */
static GPtrArray *
hash_tidy_read_rows (NamidaDatabase *database, gint64 now, guint most, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (row_free);
  sqlite3 *handle = namida_database_lock (database);
  sqlite3_stmt *statement
      = namida_database_prepare (database, error,
                                 "SELECT path, seen_at, id FROM contents WHERE looked_at < ? AND path IS NOT NULL"
                                 " ORDER BY looked_at LIMIT ?",
                                 "ii", now - NAMIDA_HASH_LOOK_DAYS * G_TIME_SPAN_DAY, (gint64) most);
  int result = SQLITE_ERROR;

  while (namida_database_next (statement, &result))
    {
      Row *row = g_new0 (Row, 1);

      row->path = g_strdup ((const char *) sqlite3_column_text (statement, 0));
      row->seen_at = sqlite3_column_int64 (statement, 1);
      row->id = sqlite3_column_int64 (statement, 2);
      g_ptr_array_add (rows, row);
    }
  if (statement != NULL && result != SQLITE_DONE)
    hash_tidy_fail (handle, error);
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return result == SQLITE_DONE ? g_steal_pointer (&rows) : NULL;
}

/* Runs without the database lock, because a sleeping disk must not block others. */
static void
hash_tidy_look (Row *row)
{
  struct stat st;

  row->gone = row->path == NULL || (lstat (row->path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR));
}

static gboolean
hash_tidy_step (sqlite3_stmt *statement, const Row *row, gint64 now, gint64 seen_at)
{
  int result;

  sqlite3_bind_int64 (statement, 1, now);
  sqlite3_bind_int64 (statement, 2, seen_at);
  sqlite3_bind_int64 (statement, 3, row->id);
  sqlite3_bind_int64 (statement, 4, row->seen_at);
  result = sqlite3_step (statement);
  sqlite3_reset (statement);
  return result == SQLITE_DONE;
}

/* The condition on seen_at skips a row that was entered again meanwhile. */
#define UPDATE "UPDATE contents SET looked_at = ?1, seen_at = ?2 WHERE id = ?3 AND seen_at = ?4"
/* A row that a version refers to records what the version should contain, so only its path is removed. */
#define FORGET "UPDATE contents SET looked_at = ?1, path = NULL WHERE id = ?3 AND seen_at = ?4 AND ?1 > ?2"
#define DELETE                                                                                                         \
  "DELETE FROM contents WHERE id = ?3 AND path IS NULL"                                                                \
  " AND NOT EXISTS (SELECT 1 FROM list_items WHERE list_items.content = contents.id)"

static gboolean
hash_tidy_write_rows (
    NamidaDatabase *database, sqlite3 *handle, GPtrArray *rows, gint64 now, NamidaHashTidied *tidied, GError **error)
{
  sqlite3_stmt *update = namida_database_prepare (database, error, UPDATE, "");
  sqlite3_stmt *forget = update != NULL ? namida_database_prepare (database, error, FORGET, "") : NULL;
  sqlite3_stmt *delete = forget != NULL ? namida_database_prepare (database, error, DELETE, "") : NULL;
  gboolean fine = delete != NULL;

  for (guint i = 0; fine && i < rows->len; i++)
    {
      const Row *row = g_ptr_array_index (rows, i);
      gint64 seen_at = row->gone && row->seen_at > 0 ? row->seen_at : now;
      gboolean old = now - seen_at > NAMIDA_HASH_DAYS * G_TIME_SPAN_DAY;

      fine = hash_tidy_step (old ? forget : update, row, now, seen_at) || hash_tidy_fail (handle, error);
      tidied->removed += fine && old && sqlite3_changes (handle) > 0;
      if (fine && old)
        fine = hash_tidy_step (delete, row, now, seen_at) || hash_tidy_fail (handle, error);
    }
  sqlite3_finalize (update);
  sqlite3_finalize (forget);
  sqlite3_finalize (delete);
  return fine;
}

gboolean
namida_hash_tidy (NamidaDatabase *database, guint most, NamidaHashTidied *tidied, GError **error)
{
  gint64 now = namida_clock_real ();
  g_autoptr (GPtrArray) rows = hash_tidy_read_rows (database, now, most, error);
  sqlite3 *handle;
  gboolean fine;

  *tidied = (NamidaHashTidied){ .looked = rows != NULL ? rows->len : 0 };
  if (rows == NULL)
    return FALSE;
  if (rows->len == 0)
    return TRUE;
  for (guint i = 0; i < rows->len; i++)
    hash_tidy_look (g_ptr_array_index (rows, i));
  handle = namida_database_lock (database);
  if (sqlite3_exec (handle, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
    fine = hash_tidy_fail (handle, error);
  else
    {
      fine = hash_tidy_write_rows (database, handle, rows, now, tidied, error);
      if (fine && sqlite3_exec (handle, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        fine = hash_tidy_fail (handle, error);
      if (!fine && !sqlite3_get_autocommit (handle))
        sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
    }
  namida_database_unlock (database);
  return fine;
}
