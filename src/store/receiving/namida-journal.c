/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-journal.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>

#define DAYS_KEY "namida-journal-days"

#define SESSION_COLUMNS                                                                                                \
  "id, direction, fingerprint, alias, title, offer_key, landing, destination, state, started_at, updated_at,"          \
  " total_bytes, total_files, stored_files, kept_files, failed_files, error, scope, left_out, unproven,"               \
  " healed_files, healed_versions, skipped, can_resume, advice"
#define AGREED_COLUMNS "agreed_files, agreed_bytes, agreed_at, agreed_by, agreed_names, folder, declined"
#define READ_COLUMNS SESSION_COLUMNS ", ask, wish, paused, " AGREED_COLUMNS

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
  g_free (self->id);
  g_free (self->direction);
  g_free (self->fingerprint);
  g_free (self->alias);
  g_free (self->title);
  g_free (self->offer_key);
  g_free (self->landing);
  g_free (self->destination);
  g_free (self->state);
  g_free (self->error);
  g_free (self->advice);
  g_free (self->scope);
  g_free (self->wish);
  g_free (self->agreed_by);
  g_free (self->agreed_names);
  g_free (self->folder);
  g_free (self->declined);
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

/* In microseconds since 1970. */
static gint64
oldest_parked (NamidaDatabase *database)
{
  guint days = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (database), DAYS_KEY));

  return namida_clock_real () - (days > 0 ? days : NAMIDA_LIMIT_PARKED_DAYS) * G_TIME_SPAN_DAY;
}

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

/* An upsert, not INSERT OR REPLACE: that would delete the old row first, and with it (ON DELETE CASCADE) what the
 * session has stored. */
gboolean
namida_journal_write_session (NamidaDatabase *database, const NamidaJournalSession *session, GError **error)
{
  g_return_val_if_fail (session != NULL && session->id != NULL, FALSE);

  return namida_database_exec (
      database, error,
      "INSERT INTO sessions (" SESSION_COLUMNS ", " AGREED_COLUMNS
      ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
      " ON CONFLICT (id) DO UPDATE SET direction = excluded.direction, fingerprint = excluded.fingerprint,"
      " alias = excluded.alias, title = excluded.title, offer_key = excluded.offer_key, landing = excluded.landing,"
      " destination = excluded.destination, state = excluded.state, started_at = excluded.started_at,"
      " updated_at = excluded.updated_at, total_bytes = excluded.total_bytes, total_files = excluded.total_files,"
      " stored_files = excluded.stored_files, kept_files = excluded.kept_files,"
      " failed_files = excluded.failed_files, error = excluded.error, scope = excluded.scope, ask = 0, paused = 0,"
      " left_out = excluded.left_out, unproven = excluded.unproven, healed_files = excluded.healed_files,"
      " healed_versions = excluded.healed_versions, skipped = excluded.skipped,"
      " can_resume = excluded.can_resume, advice = excluded.advice,"
      " agreed_files = excluded.agreed_files, agreed_bytes = excluded.agreed_bytes, agreed_at = excluded.agreed_at,"
      " agreed_by = excluded.agreed_by, agreed_names = excluded.agreed_names, folder = excluded.folder,"
      " declined = excluded.declined",
      "sssssssssiiiiiiissiiiiiisiiissss", session->id, or_empty (session->direction), session->fingerprint,
      or_empty (session->alias), or_empty (session->title), or_empty (session->offer_key), session->landing,
      session->destination, or_empty (session->state), session->started_at, session->updated_at,
      (gint64) session->total_bytes, (gint64) session->total_files, (gint64) session->stored_files,
      (gint64) session->kept_files, (gint64) session->failed_files, session->error, or_empty (session->scope),
      (gint64) session->left_out, (gint64) session->unproven, (gint64) session->healed_files,
      (gint64) session->healed_versions, (gint64) session->skipped, (gint64) session->can_resume, session->advice,
      (gint64) session->agreed_files, (gint64) session->agreed_bytes, session->agreed_at, session->agreed_by,
      session->agreed_names, session->folder, session->declined);
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

static char *
dup_text (sqlite3_stmt *statement, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}

static NamidaJournalSession *
read_session (sqlite3_stmt *statement)
{
  NamidaJournalSession *session = g_new0 (NamidaJournalSession, 1);

  session->id = dup_text (statement, 0);
  session->direction = dup_text (statement, 1);
  session->fingerprint = dup_text (statement, 2);
  session->alias = dup_text (statement, 3);
  session->title = dup_text (statement, 4);
  session->offer_key = dup_text (statement, 5);
  session->landing = dup_text (statement, 6);
  session->destination = dup_text (statement, 7);
  session->state = dup_text (statement, 8);
  session->started_at = sqlite3_column_int64 (statement, 9);
  session->updated_at = sqlite3_column_int64 (statement, 10);
  session->total_bytes = (guint64) sqlite3_column_int64 (statement, 11);
  session->total_files = (guint) sqlite3_column_int64 (statement, 12);
  session->stored_files = (guint) sqlite3_column_int64 (statement, 13);
  session->kept_files = (guint) sqlite3_column_int64 (statement, 14);
  session->failed_files = (guint) sqlite3_column_int64 (statement, 15);
  session->error = dup_text (statement, 16);
  session->scope = dup_text (statement, 17);
  session->left_out = (guint) sqlite3_column_int64 (statement, 18);
  session->unproven = sqlite3_column_int (statement, 19) != 0;
  session->healed_files = (guint) sqlite3_column_int64 (statement, 20);
  session->healed_versions = (guint) sqlite3_column_int64 (statement, 21);
  session->skipped = (guint) sqlite3_column_int64 (statement, 22);
  session->can_resume = sqlite3_column_int (statement, 23) != 0;
  session->advice = dup_text (statement, 24);
  session->ask = sqlite3_column_int (statement, 25) != 0;
  session->wish = dup_text (statement, 26);
  session->paused = sqlite3_column_int (statement, 27) != 0;
  session->agreed_files = (guint) sqlite3_column_int64 (statement, 28);
  session->agreed_bytes = (guint64) sqlite3_column_int64 (statement, 29);
  session->agreed_at = sqlite3_column_int64 (statement, 30);
  session->agreed_by = dup_text (statement, 31);
  session->agreed_names = dup_text (statement, 32);
  session->folder = dup_text (statement, 33);
  session->declined = dup_text (statement, 34);
  return session;
}

/* Locked. What a step that gave no row means; finalizes. */
static gboolean
end_steps (sqlite3 *handle, sqlite3_stmt *statement, int result, GError **error)
{
  gboolean fine = result == SQLITE_DONE || result == SQLITE_ROW;

  if (!fine)
    g_set_error (error, NAMIDA_ERROR, (result & 0xff) == SQLITE_FULL ? NAMIDA_ERROR_NO_SPACE : NAMIDA_ERROR_STORAGE,
                 _ ("The history of transfers could not be used (%s). Check the disk and try again."),
                 sqlite3_errmsg (handle));
  sqlite3_finalize (statement);
  return fine;
}

/* @statement: (nullable): of READ_COLUMNS. Unlocks. */
static NamidaJournalSession *
read_one (NamidaDatabase *database, sqlite3 *handle, sqlite3_stmt *statement, GError **error)
{
  NamidaJournalSession *session = NULL;

  if (statement != NULL)
    {
      int result = sqlite3_step (statement);

      if (result == SQLITE_ROW)
        session = read_session (statement);
      end_steps (handle, statement, result, error);
    }
  namida_database_unlock (database);
  return session;
}

#define FIND_PARKED                                                                                                    \
  "SELECT " READ_COLUMNS " FROM sessions WHERE state = 'parked' AND direction = 'receive' AND fingerprint IS ?"        \
  " AND updated_at >= ?"
#define NEWEST " ORDER BY updated_at DESC LIMIT 1"

NamidaJournalSession *
namida_journal_find_resumable (NamidaDatabase *database, const char *fingerprint, const char *offer_key, GError **error)
{
  sqlite3 *handle;

  if (offer_key == NULL)
    return NULL;
  handle = namida_database_lock (database);
  return read_one (database, handle,
                   namida_database_prepare (database, error, FIND_PARKED " AND offer_key = ?" NEWEST, "sis",
                                            fingerprint, oldest_parked (database), offer_key),
                   error);
}

NamidaJournalSession *
namida_journal_find_similar (NamidaDatabase *database, const char *fingerprint, const char *scope, GError **error)
{
  sqlite3 *handle;

  if (fingerprint == NULL || scope == NULL)
    return NULL;
  handle = namida_database_lock (database);
  return read_one (database, handle,
                   namida_database_prepare (database, error, FIND_PARKED " AND scope = ? AND scope <> ''" NEWEST, "sis",
                                            fingerprint, oldest_parked (database), scope),
                   error);
}

gboolean
namida_journal_session_covers (const NamidaJournalSession *session, guint64 bytes, guint files)
{
  return session->agreed_by != NULL && files <= session->agreed_files && bytes <= session->agreed_bytes;
}

/* @statement: (nullable): of READ_COLUMNS. Unlocks. */
static GPtrArray *
read_all (NamidaDatabase *database, sqlite3 *handle, sqlite3_stmt *statement, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_journal_session_free);
  gboolean fine = FALSE;

  if (statement != NULL)
    {
      int result;

      while ((result = sqlite3_step (statement)) == SQLITE_ROW)
        g_ptr_array_add (list, read_session (statement));
      fine = end_steps (handle, statement, result, error);
    }
  namida_database_unlock (database);
  return fine ? g_steal_pointer (&list) : NULL;
}

GPtrArray *
namida_journal_list (NamidaDatabase *database, guint most, GError **error)
{
  sqlite3 *handle = namida_database_lock (database);

  return read_all (database, handle,
                   namida_database_prepare (database, error,
                                            "SELECT " READ_COLUMNS " FROM sessions WHERE hidden = 0"
                                            " ORDER BY started_at DESC, rowid DESC LIMIT ?",
                                            "i", (gint64) most),
                   error);
}

GPtrArray *
namida_journal_list_wishes (NamidaDatabase *database, GError **error)
{
  sqlite3 *handle = namida_database_lock (database);

  return read_all (database, handle,
                   namida_database_prepare (database, error,
                                            "SELECT " READ_COLUMNS " FROM sessions WHERE direction = 'send'"
                                            " AND state = 'parked' AND wish IS NOT NULL AND updated_at >= ?"
                                            " ORDER BY started_at",
                                            "i", oldest_parked (database)),
                   error);
}

GPtrArray *
namida_journal_list_paused (NamidaDatabase *database, GError **error)
{
  sqlite3 *handle = namida_database_lock (database);

  return read_all (database, handle,
                   namida_database_prepare (database, error,
                                            "SELECT " READ_COLUMNS " FROM sessions WHERE direction = 'receive'"
                                            " AND state = 'parked' AND paused = 1 AND updated_at >= ?"
                                            " ORDER BY started_at",
                                            "i", oldest_parked (database)),
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

/* Locked: ends @statement. (transfer full) (nullable) */
static GHashTable *
journal_take_ids (sqlite3 *handle, sqlite3_stmt *statement, GError **error)
{
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  int result;

  if (statement == NULL)
    return NULL;
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    g_hash_table_add (ids, dup_text (statement, 0));
  return end_steps (handle, statement, result, error) ? g_steal_pointer (&ids) : NULL;
}

GHashTable *
namida_journal_list_kept (NamidaDatabase *database, GError **error)
{
  sqlite3 *handle = namida_database_lock (database);
  GHashTable *ids = journal_take_ids (handle,
                                      namida_database_prepare (database, error,
                                                               "SELECT id FROM sessions WHERE direction = 'receive'"
                                                               " AND state IN ('open', 'parked') AND updated_at >= ?",
                                                               "i", oldest_parked (database)),
                                      error);

  namida_database_unlock (database);
  return ids;
}

GHashTable *
namida_journal_list_known (NamidaDatabase *database, GError **error)
{
  sqlite3 *handle = namida_database_lock (database);
  GHashTable *ids = journal_take_ids (
      handle, namida_database_prepare (database, error, "SELECT id FROM sessions WHERE direction = 'receive'", ""),
      error);

  namida_database_unlock (database);
  return ids;
}

gboolean
namida_journal_park_open (NamidaDatabase *database, GError **error)
{
  gint64 oldest = oldest_parked (database);

  /* updated_at stays: it says since when the parts lie there. */
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
         && namida_database_exec (database, error, "UPDATE sessions SET wish = ? WHERE id = ?", "ss", session->wish,
                                  session->id)
         && namida_database_exec (database, error,
                                  "DELETE FROM sessions WHERE direction = 'send' AND state = 'parked'"
                                  " AND fingerprint = ? AND offer_key = ? AND id <> ?",
                                  "sss", session->fingerprint, session->offer_key, session->id);
}
