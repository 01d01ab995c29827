/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the end of a session and the version that it created, in one transaction with the database locked. Called by
 * the commit in a worker. */
#include "config.h"

#include "namida-journal.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-sent-content.h"
#include "namida-store-mark.h"
#include "namida-version-lists.h"
#include "namida-version-record.h"

#include <glib/gi18n-lib.h>

#define MANY_ROWS 5000u

/* Returns the ID of the version that @session wrote before (the commit is repeated), or of the same backup in the same
 * folders of the user; 0 if there is none. */
static gboolean
journal_finish_find_version (
    NamidaDatabase *database, const NamidaJournalSession *session, const char *path, gint64 *id, GError **error)
{
  g_autofree char *device = g_path_get_dirname (path);
  g_autofree char *store = g_path_get_dirname (device);
  g_autofree char *uuid = namida_store_mark_dup_uuid (store);
  /* The version at the same path on another drive is another version. */
  sqlite3_stmt *statement = namida_database_prepare (
      database, error,
      "SELECT id FROM versions WHERE removing = 0 AND landing = ?1 AND (session = ?2 OR (landing = 'backup' AND path ="
      " ?3 AND coalesce (store = ?7, 1)) OR (landing = 'library' AND fingerprint IS ?4 AND alias = ?5 AND offer_key ="
      " ?6)) ORDER BY id DESC LIMIT 1",
      "sssssss", session->landing, session->id, path, session->fingerprint, session->alias, session->offer_key, uuid);
  int result;

  *id = namida_database_next (statement, &result) ? sqlite3_column_int64 (statement, 0) : 0;
  return namida_database_end (database, statement, result, error);
}

/* The parameter is the current time, so that the numbers of a new database are comparable with those of an older one.
 * max() makes the numbers grow even if the clock was set back. */
#define NEXT_ARRIVAL "max (?, (SELECT coalesce (max (arrival), 0) + 1 FROM versions))"

gint64
namida_journal_get_next_arrival (NamidaDatabase *database)
{
  gint64 next = namida_clock_real ();
  sqlite3_stmt *statement;

  namida_database_lock (database);
  statement = namida_database_prepare (database, NULL, "SELECT " NEXT_ARRIVAL, "i", next);
  if (statement != NULL && sqlite3_step (statement) == SQLITE_ROW)
    next = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return next;
}

static gboolean
journal_finish_write_head (NamidaDatabase *database,
                           sqlite3 *handle,
                           const NamidaJournalSession *session,
                           const char *path,
                           gint64 *id,
                           GError **error)
{
  gint64 complete = namida_journal_session_is_complete (session);

  if (!journal_finish_find_version (database, session, path, id, error))
    return FALSE;
  if (*id != 0)
    return namida_database_exec (database, error,
                                 "UPDATE versions SET session = ?, fingerprint = ?, alias = ?, title = ?,"
                                 " offer_key = ?, path = ?, created_at = ?, complete = ?,"
                                 " left_out = ?, verified_at = NULL, damaged = -1, arrival = " NEXT_ARRIVAL
                                 " WHERE id = ?",
                                 "ssssssiiiii", session->id, session->fingerprint, session->alias, session->title,
                                 session->offer_key, path, namida_clock_real (), complete, (gint64) session->left_out,
                                 namida_clock_real (), *id);
  if (!namida_database_exec (
          database, error,
          "INSERT INTO versions (session, fingerprint, alias, path, created_at, landing, title,"
          " offer_key, complete, left_out, arrival) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, " NEXT_ARRIVAL ")",
          "ssssisssiii", session->id, session->fingerprint, session->alias, path, namida_clock_real (),
          session->landing, session->title, session->offer_key, complete, (gint64) session->left_out,
          namida_clock_real ()))
    return FALSE;
  *id = sqlite3_last_insert_rowid (handle);
  return TRUE;
}

static gboolean
journal_finish_write_version (NamidaDatabase *database,
                              sqlite3 *handle,
                              const NamidaJournalSession *session,
                              GArray *rows,
                              const char *version,
                              GError **error)
{
  gint64 id;

  return journal_finish_write_head (database, handle, session, version, &id, error)
         && namida_version_lists_write (database, id, session->landing, version, rows, error)
         && namida_version_record_note_store (database, id, error);
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
         && namida_sent_content_add (database, session->fingerprint, rows, error)
         && (version == NULL || journal_finish_write_version (database, handle, session, rows, version, error))
         && namida_database_exec (database, error, "COMMIT", "");

  if (!fine && !sqlite3_get_autocommit (handle))
    sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  if (many)
    namida_database_set_roomy (database, FALSE);
  namida_database_unlock (database);
  return fine;
}
