/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements the journal (namida-journal.h) with the table sessions of the database. Each function locks the database
 * for itself. Blocking: worker threads. */
#include "config.h"

#include "namida-journal.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-journal-columns.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>

#define DAYS_KEY "namida-journal-days"

gboolean
namida_journal_session_is_transfer (const NamidaJournalSession *self)
{
  return g_strcmp0 (self->direction, "send") == 0 || g_strcmp0 (self->direction, "receive") == 0;
}

void
namida_journal_session_free (NamidaJournalSession *self)
{
  if (self == NULL)
    return;
  namida_journal_columns_clear (self);
  g_free (self);
}

gboolean
namida_journal_session_is_complete (const NamidaJournalSession *session)
{
  return session->failed_files == 0 && session->left_out == 0;
}

void
namida_journal_set_days (NamidaDatabase *database, guint days)
{
  g_object_set_data (G_OBJECT (database), DAYS_KEY, GUINT_TO_POINTER (days));
}

/* The oldest time of a session that may still be resumed, in microseconds since 1970. */
static gint64
journal_oldest_parked (NamidaDatabase *database)
{
  guint days = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (database), DAYS_KEY));

  return namida_clock_real () - (days > 0 ? days : NAMIDA_LIMIT_PARKED_DAYS) * G_TIME_SPAN_DAY;
}

gboolean
namida_journal_set_state (
    NamidaDatabase *database, const char *id, const char *state, const char *error_text, GError **error)
{
  return namida_database_exec (database, error, "UPDATE sessions SET state = ?, error = ?, updated_at = ? WHERE id = ?",
                               "ssis", state, error_text, namida_clock_real (), id);
}

gboolean
namida_journal_drop_parked (NamidaDatabase *database, const char *fingerprint, const char *id, GError **error)
{
  return namida_database_exec (database, error,
                               "UPDATE sessions SET state = 'cancelled', updated_at = ?"
                               " WHERE id = ? AND direction = 'receive' AND state = 'parked'"
                               " AND (? IS NULL OR fingerprint = ?)",
                               "isss", namida_clock_real (), id, fingerprint, fingerprint);
}

gboolean
namida_journal_drop_device (NamidaDatabase *database, const char *fingerprint, GError **error)
{
  g_return_val_if_fail (fingerprint != NULL, FALSE);

  return namida_database_exec (database, error,
                               "UPDATE sessions SET state = 'cancelled', updated_at = ?"
                               " WHERE fingerprint = ? AND direction = 'receive' AND state = 'parked'"
                               " AND offer_key NOT LIKE 'fetch:%'",
                               "is", namida_clock_real (), fingerprint);
}

gboolean
namida_journal_ask_again (NamidaDatabase *database, const char *id, GError **error)
{
  return namida_database_exec (database, error, "UPDATE sessions SET ask = 1 WHERE id = ?", "s", id);
}

gboolean
namida_journal_set_paused (NamidaDatabase *database, const char *id, gboolean paused, GError **error)
{
  return namida_database_exec (database, error,
                               "UPDATE sessions SET paused = ?, updated_at = CASE WHEN ? THEN updated_at ELSE ? END"
                               " WHERE id = ? AND direction = 'receive'",
                               "iiis", (gint64) paused, (gint64) paused, namida_clock_real (), id);
}

gboolean
namida_journal_set_destination (NamidaDatabase *database, const char *id, const char *destination, GError **error)
{
  return namida_database_exec (database, error, "UPDATE sessions SET destination = ?, updated_at = ? WHERE id = ?",
                               "sis", destination, namida_clock_real (), id);
}

gboolean
namida_journal_write_session (NamidaDatabase *database, const NamidaJournalSession *session, GError **error)
{
  sqlite3_stmt *statement;
  gboolean done;
  int result;

  g_return_val_if_fail (session != NULL && session->id != NULL, FALSE);

  namida_database_lock (database);
  statement = namida_journal_columns_prepare_write (database, session, error);
  namida_database_next (statement, &result);
  done = namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  return done;
}

/* Reads one row and unlocks the database. @statement: (nullable): of JOURNAL_SELECT. */
static NamidaJournalSession *
journal_read_one (NamidaDatabase *database, sqlite3_stmt *statement, GError **error)
{
  NamidaJournalSession *session = NULL;
  int result;

  if (namida_database_next (statement, &result))
    session = namida_journal_columns_read (statement);
  namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  return session;
}

#define FIND_PARKED                                                                                                    \
  JOURNAL_SELECT " FROM sessions WHERE state = 'parked' AND direction = 'receive' AND fingerprint IS ?"                \
                 " AND updated_at >= ?"
#define NEWEST " ORDER BY updated_at DESC LIMIT 1"

NamidaJournalSession *
namida_journal_find_resumable (NamidaDatabase *database, const char *fingerprint, const char *offer_key, GError **error)
{
  if (offer_key == NULL)
    return NULL;
  namida_database_lock (database);
  return journal_read_one (database,
                           namida_database_prepare (database, error, FIND_PARKED " AND offer_key = ?" NEWEST, "sis",
                                                    fingerprint, journal_oldest_parked (database), offer_key),
                           error);
}

NamidaJournalSession *
namida_journal_find_similar (NamidaDatabase *database, const char *fingerprint, const char *scope, GError **error)
{
  if (fingerprint == NULL || scope == NULL)
    return NULL;
  namida_database_lock (database);
  return journal_read_one (database,
                           namida_database_prepare (database, error,
                                                    FIND_PARKED " AND scope = ? AND scope <> ''" NEWEST, "sis",
                                                    fingerprint, journal_oldest_parked (database), scope),
                           error);
}

gboolean
namida_journal_session_covers (const NamidaJournalSession *session, guint64 bytes, guint files)
{
  return session->agreed_by != NULL && files <= session->agreed_files && bytes <= session->agreed_bytes;
}

/* Reads all rows and unlocks the database. @statement: (nullable): of JOURNAL_SELECT. */
static GPtrArray *
journal_read_all (NamidaDatabase *database, sqlite3_stmt *statement, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_journal_session_free);
  gboolean fine;
  int result;

  while (namida_database_next (statement, &result))
    g_ptr_array_add (list, namida_journal_columns_read (statement));
  fine = namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  return fine ? g_steal_pointer (&list) : NULL;
}

GPtrArray *
namida_journal_list (NamidaDatabase *database, guint most, GError **error)
{
  namida_database_lock (database);
  return journal_read_all (database,
                           namida_database_prepare (database, error,
                                                    JOURNAL_SELECT " FROM sessions WHERE hidden = 0"
                                                                   " ORDER BY started_at DESC, rowid DESC LIMIT ?",
                                                    "i", (gint64) most),
                           error);
}

#define FIND_SENDS                                                                                                     \
  JOURNAL_SELECT " FROM sessions WHERE direction = 'send' AND state = 'parked' AND wish IS NOT NULL"                   \
                 " AND updated_at >= ?"

GPtrArray *
namida_journal_list_sends (NamidaDatabase *database, GError **error)
{
  namida_database_lock (database);
  return journal_read_all (database,
                           namida_database_prepare (database, error, FIND_SENDS " ORDER BY started_at", "i",
                                                    journal_oldest_parked (database)),
                           error);
}

NamidaJournalSession *
namida_journal_find_send (NamidaDatabase *database, const char *id, GError **error)
{
  namida_database_lock (database);
  return journal_read_one (database,
                           namida_database_prepare (database, error, FIND_SENDS " AND id = ?", "is",
                                                    journal_oldest_parked (database), id),
                           error);
}

GPtrArray *
namida_journal_list_paused (NamidaDatabase *database, GError **error)
{
  namida_database_lock (database);
  return journal_read_all (database,
                           namida_database_prepare (database, error,
                                                    JOURNAL_SELECT
                                                    " FROM sessions WHERE direction = 'receive'"
                                                    " AND state = 'parked' AND paused = 1 AND updated_at >= ?"
                                                    " ORDER BY started_at",
                                                    "i", journal_oldest_parked (database)),
                           error);
}

gboolean
namida_journal_clear (NamidaDatabase *database, GError **error)
{
  return namida_database_exec (database, error,
                               "DELETE FROM sessions WHERE state NOT IN ('open', 'parked')"
                               " AND NOT EXISTS (SELECT 1 FROM versions WHERE versions.session = sessions.id)",
                               "")
         && namida_database_exec (database, error,
                                  "UPDATE sessions SET hidden = 1 WHERE state NOT IN ('open', 'parked')", "");
}

gboolean
namida_journal_set_hidden (NamidaDatabase *database, const char *id, gboolean hidden, GError **error)
{
  return namida_database_exec (database, error,
                               "UPDATE sessions SET hidden = ? WHERE id = ? AND state NOT IN ('open', 'parked')", "is",
                               (gint64) hidden, id);
}

/* Reads a set of IDs and finalizes @statement. The database must be locked. Returns: (transfer full) (nullable). */
static GHashTable *
journal_take_ids (NamidaDatabase *database, sqlite3_stmt *statement, GError **error)
{
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  int result;

  while (namida_database_next (statement, &result))
    g_hash_table_add (ids, g_strdup ((const char *) sqlite3_column_text (statement, 0)));
  return namida_database_end (database, statement, result, error) ? g_steal_pointer (&ids) : NULL;
}

GHashTable *
namida_journal_list_kept (NamidaDatabase *database, GError **error)
{
  GHashTable *ids;

  namida_database_lock (database);
  ids = journal_take_ids (database,
                          namida_database_prepare (database, error,
                                                   "SELECT id FROM sessions WHERE direction = 'receive'"
                                                   " AND state IN ('open', 'parked') AND updated_at >= ?",
                                                   "i", journal_oldest_parked (database)),
                          error);

  namida_database_unlock (database);
  return ids;
}

GHashTable *
namida_journal_list_known (NamidaDatabase *database, GError **error)
{
  GHashTable *ids;

  namida_database_lock (database);
  ids = journal_take_ids (
      database, namida_database_prepare (database, error, "SELECT id FROM sessions WHERE direction = 'receive'", ""),
      error);

  namida_database_unlock (database);
  return ids;
}

guint
namida_journal_count_open (NamidaDatabase *database, const char *direction)
{
  sqlite3_stmt *statement;
  guint n = 0;

  namida_database_lock (database);
  statement = namida_database_prepare (database, NULL,
                                       "SELECT count (*) FROM sessions WHERE state = 'open' AND direction = ?", "s",
                                       direction);
  if (statement != NULL && sqlite3_step (statement) == SQLITE_ROW)
    n = (guint) sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return n;
}

gboolean
namida_journal_park_open (NamidaDatabase *database, GError **error)
{
  gint64 oldest = journal_oldest_parked (database);

  /* Keep updated_at: it says since when the parts have been kept. */
  return namida_database_exec (database, error, "UPDATE sessions SET state = 'parked' WHERE state = 'open'", "")
         && namida_database_exec (
             database, error,
             "UPDATE sessions SET state = 'failed', error = ? WHERE state = 'parked' AND updated_at < ?", "si",
             _ ("It was interrupted and nobody went on with it. Send it again."), oldest);
}

gboolean
namida_journal_park_sends (NamidaDatabase *database, GError **error)
{
  return namida_database_exec (database, error,
                               "UPDATE sessions SET state = 'parked' WHERE state = 'open' AND direction = 'send'", "");
}

gboolean
namida_journal_write_send (NamidaDatabase *database, const NamidaJournalSession *session, GError **error)
{
  return namida_journal_write_session (database, session, error)
         && namida_database_exec (database, error, "UPDATE sessions SET wish = ?, paused = ? WHERE id = ?", "sis",
                                  session->wish, (gint64) session->paused, session->id)
         && namida_database_exec (database, error,
                                  "DELETE FROM sessions WHERE direction = 'send' AND state = 'parked'"
                                  " AND fingerprint = ? AND offer_key = ? AND offer_key <> '' AND id <> ?",
                                  "sss", session->fingerprint, session->offer_key, session->id);
}
