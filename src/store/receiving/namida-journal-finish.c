/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-journal.h"

#include "namida-clock.h"
#include "namida-error.h"

#include <glib/gi18n-lib.h>

#define MANY_ROWS 5000u

/* The end of a session: what it stored, and the version that this is. All locked, in one transaction. */

static gboolean
check (sqlite3 *handle, int result, GError **error)
{
  if (result == SQLITE_DONE || result == SQLITE_ROW || result == SQLITE_OK)
    return TRUE;
  g_set_error (error, NAMIDA_ERROR, (result & 0xff) == SQLITE_FULL ? NAMIDA_ERROR_NO_SPACE : NAMIDA_ERROR_STORAGE,
               _ ("The history of transfers could not be used (%s). Check the disk and try again."),
               sqlite3_errmsg (handle));
  return FALSE;
}

static const char *
write_path (const NamidaStoredRow *row, GString *path)
{
  g_string_assign (path, row->folder);
  g_string_append_c (path, '/');
  g_string_append (path, row->relative);
  return path->str;
}

/* Whether an earlier commit of @session was cut off behind its journal. */
static gboolean
has_stored (NamidaDatabase *database, const char *session)
{
  sqlite3_stmt *statement
      = namida_database_prepare (database, NULL, "SELECT 1 FROM stored WHERE session = ? LIMIT 1", "s", session);
  gboolean found = statement == NULL || sqlite3_step (statement) == SQLITE_ROW;

  sqlite3_finalize (statement);
  return found;
}

/* Binds what @row is written with; @path: what its path may be kept in until then. Returns: whether it is written. */
typedef gboolean (*BindRow) (sqlite3_stmt *statement, const NamidaStoredRow *row, GString *path);

/* @statement: (transfer full) (nullable): NULL with @error set */
static gboolean
insert_rows (sqlite3 *handle, sqlite3_stmt *statement, GArray *rows, BindRow bind, GError **error)
{
  g_autoptr (GString) path = g_string_new (NULL);
  int result = SQLITE_DONE;
  gboolean fine;

  if (statement == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len && result == SQLITE_DONE; i++)
    if (bind (statement, &g_array_index (rows, NamidaStoredRow, i), path))
      {
        result = sqlite3_step (statement);
        if (result == SQLITE_DONE)
          sqlite3_reset (statement);
      }
  fine = check (handle, result, error);
  sqlite3_finalize (statement);
  return fine;
}

#define INSERT_STORED                                                                                                  \
  "INSERT INTO stored (session, file_id, path, size, mtime_ns, inode, device, sha256, stored_at)"                      \
  " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9"

static gboolean
bind_stored (sqlite3_stmt *statement, const NamidaStoredRow *row, GString *path)
{
  if (row->known)
    return FALSE;
  sqlite3_bind_text (statement, 2, row->file_id, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 3, write_path (row, path), -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 4, (gint64) row->size);
  sqlite3_bind_int64 (statement, 5, row->mtime_ns);
  sqlite3_bind_int64 (statement, 6, (gint64) row->inode);
  sqlite3_bind_int64 (statement, 7, (gint64) row->device);
  sqlite3_bind_text (statement, 8, row->sha256, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 9, namida_clock_real ());
  return TRUE;
}

/* A repeated commit writes its rows once. The plus keeps SQLite from looking by the content: a hundred thousand files
 * may have the same. */
static gboolean
write_stored (NamidaDatabase *database, sqlite3 *handle, const char *session, GArray *rows, GError **error)
{
  sqlite3_stmt *statement = namida_database_prepare (database, error,
                                                     has_stored (database, session) ? INSERT_STORED
                                                         " WHERE NOT EXISTS (SELECT 1 FROM stored WHERE +session = ?1"
                                                         " AND path = ?3 AND +sha256 = ?8 AND inode = ?6)"
                                                                                    : INSERT_STORED,
                                                     "s", session);

  return insert_rows (handle, statement, rows, bind_stored, error);
}

/* The version that @session wrote before (a repeated commit), or that is the same backup in the same person's folders.
 * 0: none. */
static gboolean
find_version (NamidaDatabase *database,
              sqlite3 *handle,
              const NamidaJournalSession *session,
              const char *path,
              gint64 *id,
              GError **error)
{
  sqlite3_stmt *statement = namida_database_prepare (
      database, error,
      "SELECT id FROM versions WHERE removing = 0 AND landing = ?1 AND (session = ?2 OR (landing = 'backup' AND path ="
      " ?3) OR (landing = 'library' AND fingerprint IS ?4 AND alias = ?5 AND offer_key = ?6)) ORDER BY id DESC LIMIT 1",
      "ssssss", session->landing, session->id, path, session->fingerprint, session->alias, session->offer_key);
  gboolean fine;
  int result;

  *id = 0;
  if (statement == NULL)
    return FALSE;
  result = sqlite3_step (statement);
  if (result == SQLITE_ROW)
    *id = sqlite3_column_int64 (statement, 0);
  fine = check (handle, result, error);
  sqlite3_finalize (statement);
  return fine;
}

#define NEXT_ARRIVAL "(SELECT coalesce (max (arrival), 0) + 1 FROM versions)"

static gboolean
write_head (NamidaDatabase *database,
            sqlite3 *handle,
            const NamidaJournalSession *session,
            const char *path,
            gint64 *id,
            GError **error)
{
  gint64 complete = namida_journal_session_is_complete (session);

  if (!find_version (database, handle, session, path, id, error))
    return FALSE;
  if (*id != 0)
    return namida_database_exec (database, error,
                                 "UPDATE versions SET session = ?, path = ?, created_at = ?, complete = ?,"
                                 " verified_at = NULL, damaged = -1, arrival = " NEXT_ARRIVAL " WHERE id = ?",
                                 "ssiii", session->id, path, namida_clock_real (), complete, *id);
  if (!namida_database_exec (database, error,
                             "INSERT INTO versions (session, fingerprint, alias, path, created_at, landing, title,"
                             " offer_key, complete, arrival) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, " NEXT_ARRIVAL ")",
                             "ssssisssi", session->id, session->fingerprint, session->alias, path, namida_clock_real (),
                             session->landing, session->title, session->offer_key, complete))
    return FALSE;
  *id = sqlite3_last_insert_rowid (handle);
  return TRUE;
}

static const char *
path_in_version (const NamidaJournalSession *session, const NamidaStoredRow *row, const char *version, GString *path)
{
  gsize length = strlen (version);

  write_path (row, path);
  if (g_strcmp0 (session->landing, "backup") == 0 && g_str_has_prefix (path->str, version) && path->str[length] == '/')
    return path->str + length + 1;
  return path->str;
}

static int
step_row (sqlite3_stmt *statement, const NamidaStoredRow *row, const char *path)
{
  sqlite3_bind_text (statement, 2, path, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 3, row->kind);
  sqlite3_bind_text (statement, 4, row->label != NULL ? row->label : "", -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 5, row->below != NULL ? row->below : "", -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 6, (gint64) row->size);
  sqlite3_bind_int64 (statement, 7, row->mtime_ns);
  sqlite3_bind_int64 (statement, 8, (gint64) row->inode);
  sqlite3_bind_int64 (statement, 9, (gint64) row->device);
  sqlite3_bind_text (statement, 10, row->sha256 != NULL ? row->sha256 : "", -1, SQLITE_STATIC);
  return sqlite3_step (statement);
}

/* All of @rows, until @wanted is not what one gives. Returns: the last result. */
static int
step_rows (sqlite3_stmt *statement, const NamidaJournalSession *session, GArray *rows, const char *version, int wanted)
{
  g_autoptr (GString) path = g_string_new (NULL);
  int result = wanted;

  for (guint i = 0; i < rows->len && result == wanted; i++)
    {
      const NamidaStoredRow *row = &g_array_index (rows, NamidaStoredRow, i);

      result = step_row (statement, row, path_in_version (session, row, version, path));
      if (result == wanted)
        sqlite3_reset (statement);
    }
  return result;
}

static gint64
count_files (NamidaDatabase *database, gint64 id)
{
  sqlite3_stmt *statement
      = namida_database_prepare (database, NULL, "SELECT count (*) FROM version_files WHERE version = ?", "i", id);
  gint64 n = -1;

  if (statement != NULL && sqlite3_step (statement) == SQLITE_ROW)
    n = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return n;
}

/* A backup that was sent again unchanged: to read its rows costs a tenth of writing them anew. */
static gboolean
is_unchanged (
    NamidaDatabase *database, const NamidaJournalSession *session, GArray *rows, const char *version, gint64 id)
{
  sqlite3_stmt *statement;
  gboolean same;

  if (count_files (database, id) != rows->len)
    return FALSE;
  statement = namida_database_prepare (database, NULL,
                                       "SELECT 1 FROM version_files WHERE version = ? AND path = ? AND kind = ?"
                                       " AND label = ? AND relative = ? AND size = ? AND mtime_ns = ? AND inode = ?"
                                       " AND device = ? AND +sha256 = ?",
                                       "i", id);
  same = statement != NULL && step_rows (statement, session, rows, version, SQLITE_ROW) == SQLITE_ROW;
  sqlite3_finalize (statement);
  return same;
}

static gboolean
write_version (NamidaDatabase *database,
               sqlite3 *handle,
               const NamidaJournalSession *session,
               GArray *rows,
               const char *version,
               GError **error)
{
  sqlite3_stmt *statement;
  gboolean fine;
  gint64 id;

  if (!write_head (database, handle, session, version, &id, error))
    return FALSE;
  if (is_unchanged (database, session, rows, version, id))
    return TRUE;
  if (!namida_database_exec (database, error, "DELETE FROM version_files WHERE version = ?", "i", id))
    return FALSE;
  statement = namida_database_prepare (database, error,
                                       "INSERT OR REPLACE INTO version_files (version, path, kind, label, relative,"
                                       " size, mtime_ns, inode, device, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                       "i", id);
  if (statement == NULL)
    return FALSE;
  fine = check (handle, step_rows (statement, session, rows, version, SQLITE_DONE), error);
  sqlite3_finalize (statement);
  return fine;
}

gboolean
namida_journal_finish (
    NamidaDatabase *database, const NamidaJournalSession *session, GArray *rows, const char *version, GError **error)
{
  sqlite3 *handle = namida_database_lock (database);
  gboolean many = rows->len >= MANY_ROWS, fine;

  if (many)
    namida_database_set_roomy (database, TRUE);
  fine = namida_database_exec (database, error, "BEGIN IMMEDIATE", "")
         && namida_journal_write_session (database, session, error)
         && write_stored (database, handle, session->id, rows, error)
         && (version == NULL || write_version (database, handle, session, rows, version, error))
         && namida_database_exec (database, error, "COMMIT", "");

  if (!fine && !sqlite3_get_autocommit (handle))
    sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  if (many)
    namida_database_set_roomy (database, FALSE);
  namida_database_unlock (database);
  return fine;
}

void
namida_journal_remember_hashes (NamidaDatabase *database, const NamidaJournalSession *session)
{
  g_autoptr (GError) error = NULL;
  gboolean many = session->stored_files >= MANY_ROWS;

  namida_database_lock (database);
  if (many)
    namida_database_set_roomy (database, TRUE);
  if (!namida_database_exec (database, &error,
                             "INSERT OR REPLACE INTO hash_index (path, size, mtime_ns, inode, device, sha256)"
                             " SELECT path, size, mtime_ns, inode, device, sha256 FROM stored"
                             " WHERE session = ? AND sha256 <> '' ORDER BY id",
                             "s", session->id))
    g_message ("%s", error->message);
  if (many)
    namida_database_set_roomy (database, FALSE);
  namida_database_unlock (database);
}
