/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records in the database what a restore adds, so that it can be undone. Called by apply, fit and undo, in workers. */
#include "config.h"

#include "namida-restore-private.h"

#include "namida-clock.h"
#include "namida-digest.h"

NamidaRestoredRow *
namida_restored_row_new (NamidaRestoredKind kind, const char *path)
{
  NamidaRestoredRow *self = g_new0 (NamidaRestoredRow, 1);

  self->kind = kind;
  self->path = g_strdup (path);
  return self;
}

void
namida_restored_row_free (NamidaRestoredRow *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_free (self->sha256);
  g_free (self->kept);
  g_free (self);
}

/* Returns (transfer full) (nullable): the text in the first column of the first row; %NULL without @error if there is
 * no row. */
static char *
restore_record_ask_text (NamidaDatabase *database, const char *sql, const char *value)
{
  sqlite3_stmt *statement;
  char *text = NULL;

  namida_database_lock (database);
  statement = namida_database_prepare (database, NULL, sql, "s", value);
  if (statement != NULL && sqlite3_step (statement) == SQLITE_ROW)
    text = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return text;
}

char *
namida_restore_record_begin (NamidaDatabase *database, const char *source, GError **error)
{
  g_autofree char *id = restore_record_ask_text (
      database, "SELECT id FROM restores WHERE state = 'open' AND source = ? ORDER BY started_at DESC", source);

  /* Restart the time limit, so that files that are set aside from now on can be put back for as long as those of any
   * other restore. */
  if (id != NULL)
    return namida_database_exec (database, error, "UPDATE restores SET started_at = ? WHERE id = ?", "is",
                                 namida_clock_real (), id)
               ? g_steal_pointer (&id)
               : NULL;
  id = namida_random_hex (8);
  if (!namida_database_exec (database, error,
                             "INSERT INTO restores (id, source, started_at, state) VALUES (?, ?, ?, 'open')", "ssi", id,
                             source, namida_clock_real ()))
    return NULL;
  return g_steal_pointer (&id);
}

gboolean
namida_restore_record_reopen (NamidaDatabase *database, const char *id, GError **error)
{
  return namida_database_exec (database, error, "UPDATE restores SET state = 'open' WHERE id = ?", "s", id);
}

gboolean
namida_restore_record_add (NamidaDatabase *database, const char *id, GPtrArray *rows, GError **error)
{
  sqlite3 *handle;
  gboolean fine;

  if (rows->len == 0)
    return TRUE;
  handle = namida_database_lock (database);
  fine = namida_database_exec (database, error, "BEGIN IMMEDIATE", NULL);
  for (guint i = 0; fine && i < rows->len; i++)
    {
      const NamidaRestoredRow *row = rows->pdata[i];

      fine = namida_database_exec (
          database, error,
          "INSERT INTO restored (restore, kind, path, size, mtime_ns, inode, device, sha256, kept)"
          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
          "sisiiiiss", id, (gint64) row->kind, row->path, (gint64) row->size, row->mtime_ns, (gint64) row->inode,
          (gint64) row->device, row->sha256, row->kept);
    }
  fine = fine && namida_database_exec (database, error, "COMMIT", NULL);
  /* Otherwise everything that is written later would be part of this transaction and would be lost with it. */
  if (!fine && !sqlite3_get_autocommit (handle))
    sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  namida_database_unlock (database);
  return fine;
}

gboolean
namida_restore_record_drop (NamidaDatabase *database, const char *id, const NamidaRestoredRow *row, GError **error)
{
  return namida_database_exec (database, error,
                               "DELETE FROM restored WHERE restore = ? AND path = ? AND inode = ? AND device = ?",
                               "ssii", id, row->path, (gint64) row->inode, (gint64) row->device);
}

gboolean
namida_restore_record_forget (NamidaDatabase *database, const char *id, GError **error)
{
  return namida_database_exec (database, error, "DELETE FROM restores WHERE id = ?", "s", id);
}

gboolean
namida_restore_record_drop_empty (NamidaDatabase *database, const char *id, GError **error)
{
  return namida_database_exec (database, error,
                               "DELETE FROM restores WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM restored"
                               " WHERE restore = ?1 AND kind < 2)",
                               "s", id);
}

gboolean
namida_restore_record_end (NamidaDatabase *database, const char *id, GError **error)
{
  return namida_database_exec (database, error, "UPDATE restores SET state = 'done' WHERE id = ?", "s", id)
         && namida_restore_record_drop_empty (database, id, error);
}

static NamidaRestoredRow *
restore_record_read_row (sqlite3_stmt *statement)
{
  NamidaRestoredRow *row = namida_restored_row_new ((NamidaRestoredKind) sqlite3_column_int (statement, 1),
                                                    (const char *) sqlite3_column_text (statement, 2));

  row->id = sqlite3_column_int64 (statement, 0);
  row->size = (guint64) sqlite3_column_int64 (statement, 3);
  row->mtime_ns = sqlite3_column_int64 (statement, 4);
  row->inode = (guint64) sqlite3_column_int64 (statement, 5);
  row->device = (guint64) sqlite3_column_int64 (statement, 6);
  row->sha256 = g_strdup ((const char *) sqlite3_column_text (statement, 7));
  row->kept = g_strdup ((const char *) sqlite3_column_text (statement, 8));
  return row;
}

GPtrArray *
namida_restore_record_rows (NamidaDatabase *database, const char *id, GError **error)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_restored_row_free);
  sqlite3_stmt *statement;
  int result;

  namida_database_lock (database);
  statement = namida_database_prepare (database, error,
                                       "SELECT id, kind, path, size, mtime_ns, inode, device, sha256, kept"
                                       " FROM restored WHERE restore = ? ORDER BY id DESC",
                                       "s", id);
  while (namida_database_next (statement, &result))
    g_ptr_array_add (rows, restore_record_read_row (statement));
  /* An incomplete list would leave the remaining files behind when the restore is undone. */
  if (!namida_database_end (database, statement, result, error))
    g_clear_pointer (&rows, g_ptr_array_unref);
  namida_database_unlock (database);
  return rows;
}

GPtrArray *
namida_restore_record_old (NamidaDatabase *database, GError **error)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  gint64 before = namida_clock_real () - (gint64) NAMIDA_RESTORE_UNDO_DAYS * 24 * 3600 * G_USEC_PER_SEC;
  sqlite3_stmt *statement;
  int result;

  namida_database_lock (database);
  statement = namida_database_prepare (database, error, "SELECT id FROM restores WHERE started_at < ?", "i", before);
  while (namida_database_next (statement, &result))
    g_ptr_array_add (ids, g_strdup ((const char *) sqlite3_column_text (statement, 0)));
  if (!namida_database_end (database, statement, result, error))
    g_clear_pointer (&ids, g_ptr_array_unref);
  namida_database_unlock (database);
  return ids;
}

static void
record_free (gpointer data)
{
  NamidaRestoreRecord *self = data;

  g_free (self->id);
  g_free (self->source);
  g_free (self);
}

GPtrArray *
namida_restore_list (NamidaDatabase *database, GError **error)
{
  GPtrArray *records = g_ptr_array_new_with_free_func (record_free);
  sqlite3_stmt *statement;
  int result;

  namida_database_lock (database);
  statement = namida_database_prepare (
      database, error,
      "SELECT r.id, r.source, r.started_at, r.state = 'done', count (x.id), coalesce (sum (x.size), 0) FROM restores r"
      " LEFT JOIN restored x ON x.restore = r.id AND x.kind = 0 GROUP BY r.id ORDER BY r.started_at DESC, r.rowid DESC",
      NULL);
  while (namida_database_next (statement, &result))
    {
      NamidaRestoreRecord *record = g_new0 (NamidaRestoreRecord, 1);

      record->id = g_strdup ((const char *) sqlite3_column_text (statement, 0));
      record->source = g_strdup ((const char *) sqlite3_column_text (statement, 1));
      record->time = sqlite3_column_int64 (statement, 2);
      record->whole = sqlite3_column_int (statement, 3) != 0;
      record->files = (guint64) sqlite3_column_int64 (statement, 4);
      record->bytes = (guint64) sqlite3_column_int64 (statement, 5);
      g_ptr_array_add (records, record);
    }
  if (!namida_database_end (database, statement, result, error))
    g_clear_pointer (&records, g_ptr_array_unref);
  namida_database_unlock (database);
  return records;
}
