/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records which device replaced which other one. Written by "backups succeed" and the window, read when a device asks
 * for the backups that are kept for it. Blocking: worker threads. */
#include "config.h"

#include "namida-succession.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-identity.h"
#include "namida-format.h"

#include <glib/gi18n-lib.h>

static gboolean
succession_write (NamidaDatabase *database, const char *successor, const char *predecessor, GError **error)
{
  sqlite3 *handle = namida_database_lock (database);
  gboolean fine = namida_database_exec (database, error, "BEGIN IMMEDIATE", "")
                  && namida_database_exec (database, error, "UPDATE trusted SET may_restore = 1 WHERE fingerprint = ?",
                                           "s", successor);

  if (fine && sqlite3_changes (handle) == 0)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE,
                           _ ("The new device is not trusted here. Pair the two devices first."));
      fine = FALSE;
    }
  fine = fine
         && namida_database_exec (database, error,
                                  "INSERT OR IGNORE INTO succession (fingerprint, predecessor, agreed_at)"
                                  " VALUES (?, ?, ?)",
                                  "ssi", successor, predecessor, namida_clock_real ())
         && namida_database_exec (database, error, "COMMIT", "");
  if (!fine && !sqlite3_get_autocommit (handle))
    sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  namida_database_unlock (database);
  return fine;
}

gboolean
namida_succession_add (NamidaDatabase *database, const char *successor, const char *predecessor, GError **error)
{
  if (g_strcmp0 (successor, predecessor) == 0)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                           _ ("A device cannot be its own successor. Name the old device, then the new one."));
      return FALSE;
    }
  return succession_write (database, successor, predecessor, error);
}

static gboolean
succession_fits (const char *fingerprint, const char *alias, gboolean trusted, const char *text)
{
  g_autofree char *typed = namida_format_fold (text);
  g_autofree char *name = namida_format_fold (alias);

  return g_str_equal (typed, name) || namida_fingerprint_is_named (fingerprint, text, trusted);
}

char *
namida_succession_find_sender (NamidaDatabase *database, const char *text, guint *versions, GError **error)
{
  g_autofree char *shown = g_utf8_make_valid (text, -1);
  g_autofree char *found = NULL;
  gboolean several = FALSE, whole;
  int result;
  sqlite3_stmt *statement;

  *versions = 0;
  namida_database_lock (database);
  statement
      = namida_database_prepare (database, error,
                                 "SELECT fingerprint, alias, count (*),"
                                 " EXISTS (SELECT 1 FROM trusted WHERE trusted.fingerprint = versions.fingerprint)"
                                 " FROM versions"
                                 " WHERE fingerprint IS NOT NULL AND removing = 0 GROUP BY fingerprint, alias",
                                 "");
  while (namida_database_next (statement, &result))
    {
      const char *fingerprint = (const char *) sqlite3_column_text (statement, 0);

      if (!succession_fits (fingerprint, (const char *) sqlite3_column_text (statement, 1),
                            sqlite3_column_int (statement, 3) != 0, shown))
        continue;
      several |= found != NULL && !g_str_equal (found, fingerprint);
      if (found == NULL)
        found = g_strdup (fingerprint);
      *versions += (guint) sqlite3_column_int (statement, 2);
    }
  whole = namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  if (!whole)
    return NULL;
  if (found != NULL && !several)
    return g_steal_pointer (&found);
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE,
               several
                   ? _ ("Several devices named “%s” sent backups. Give the fingerprint: “backups list --json” shows "
                        "it.")
                   : _ ("No device named “%s” sent the backups that are kept here. “backups list” shows them."),
               shown);
  return NULL;
}

gboolean
namida_succession_covers (NamidaDatabase *database, const char *fingerprint, const char *sender)
{
  sqlite3_stmt *statement;
  gboolean covers = FALSE;

  if (fingerprint == NULL || sender == NULL)
    return FALSE;
  if (g_str_equal (fingerprint, sender))
    return TRUE;
  namida_database_lock (database);
  /* UNION instead of UNION ALL ends the recursion if two devices succeed each other. */
  statement = namida_database_prepare (database, NULL,
                                       "WITH RECURSIVE before (device) AS (SELECT ?1 UNION SELECT predecessor FROM"
                                       " succession JOIN before ON fingerprint = device)"
                                       " SELECT 1 FROM before WHERE device = ?2",
                                       "ss", fingerprint, sender);
  covers = statement != NULL && sqlite3_step (statement) == SQLITE_ROW;
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return covers;
}
