/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of schedules: see the header. The user's choices and the results of the runs are written by different
 * statements, so that a program that runs a schedule never overwrites what another one has just changed. */
#include "config.h"

#include "namida-schedule-row.h"

#include "namida-error.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

NamidaScheduleRow *
namida_schedule_row_copy (const NamidaScheduleRow *self)
{
  NamidaScheduleRow *copy = g_memdup2 (self, sizeof *self);

  copy->fingerprint = g_strdup (self->fingerprint);
  copy->alias = g_strdup (self->alias);
  copy->folders = g_strdupv (self->folders);
  copy->message = g_strdup (self->message);
  return copy;
}

void
namida_schedule_row_free (NamidaScheduleRow *self)
{
  if (self == NULL)
    return;
  g_free (self->fingerprint);
  g_free (self->alias);
  g_strfreev (self->folders);
  g_free (self->message);
  g_free (self);
}

static const char *const outcome_texts[] = {
  [NAMIDA_SCHEDULE_OUTCOME_NONE] = "",
  [NAMIDA_SCHEDULE_OUTCOME_DONE] = "done",
  [NAMIDA_SCHEDULE_OUTCOME_INCOMPLETE] = "incomplete",
  [NAMIDA_SCHEDULE_OUTCOME_REFUSED] = "refused",
  [NAMIDA_SCHEDULE_OUTCOME_AGAIN] = "again",
};

const char *
namida_schedule_outcome_to_text (NamidaScheduleOutcome outcome)
{
  return outcome_texts[outcome];
}

static NamidaScheduleOutcome
schedule_row_outcome_from_text (const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (outcome_texts); i++)
    if (g_strcmp0 (text, outcome_texts[i]) == 0)
      return (NamidaScheduleOutcome) i;
  return NAMIDA_SCHEDULE_OUTCOME_NONE;
}

/* ---- reading ---- */

/* One URI per line, because a URI contains no line breaks, whatever the names are. */
static char *
schedule_row_folders_to_text (GStrv folders)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; folders != NULL && folders[i] != NULL; i++)
    {
      g_autofree char *uri = g_filename_to_uri (folders[i], NULL, NULL);

      if (uri != NULL)
        g_string_append_printf (text, "%s\n", uri);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static GStrv
schedule_row_folders_from_text (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *path = *lines[i] != '\0' ? g_filename_from_uri (lines[i], NULL, NULL) : NULL;

      if (path != NULL)
        g_strv_builder_add (builder, path);
    }
  return g_strv_builder_end (builder);
}

static const char *
schedule_row_column_text (sqlite3_stmt *statement, int column)
{
  return (const char *) sqlite3_column_text (statement, column);
}

#define COLUMNS                                                                                                        \
  "id, fingerprint, alias, every, hours, at, weekday, anchor, backup, folders, rate, battery, metered, enabled,"       \
  " created_at, slot_at, started_at, ended_at, done_at, outcome, message, tries, retry_at, asked"

static NamidaScheduleRow *
row_read (sqlite3_stmt *statement)
{
  NamidaScheduleRow *row = g_new0 (NamidaScheduleRow, 1);
  int i = 0;

  row->id = sqlite3_column_int64 (statement, i++);
  row->fingerprint = g_strdup (schedule_row_column_text (statement, i++));
  row->alias = g_strdup (schedule_row_column_text (statement, i++));
  row->rule.every = (NamidaScheduleUnit) CLAMP (sqlite3_column_int (statement, i), 0, NAMIDA_SCHEDULE_HOURS);
  i++;
  row->rule.hours = (guint) sqlite3_column_int (statement, i++);
  row->rule.at = sqlite3_column_int (statement, i++);
  row->rule.weekday = sqlite3_column_int (statement, i++);
  row->rule.anchor = sqlite3_column_int64 (statement, i++);
  row->newest_backup = sqlite3_column_int (statement, i++);
  row->folders = schedule_row_folders_from_text (schedule_row_column_text (statement, i++));
  row->limit = (guint64) sqlite3_column_int64 (statement, i++);
  row->on_battery = sqlite3_column_int (statement, i++);
  row->on_metered = sqlite3_column_int (statement, i++);
  row->enabled = sqlite3_column_int (statement, i++);
  row->created_at = sqlite3_column_int64 (statement, i++);
  row->slot_at = sqlite3_column_int64 (statement, i++);
  row->started_at = sqlite3_column_int64 (statement, i++);
  row->ended_at = sqlite3_column_int64 (statement, i++);
  row->done_at = sqlite3_column_int64 (statement, i++);
  row->outcome = schedule_row_outcome_from_text (schedule_row_column_text (statement, i++));
  row->message = g_strdup (schedule_row_column_text (statement, i++));
  row->tries = (guint) sqlite3_column_int (statement, i++);
  row->retry_at = sqlite3_column_int64 (statement, i++);
  row->asked = sqlite3_column_int (statement, i++);
  return row;
}

GPtrArray *
namida_schedule_rows_list (NamidaDatabase *database, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_schedule_row_free);
  sqlite3_stmt *statement;
  gboolean read;
  int step;

  namida_database_lock (database);
  statement = namida_database_prepare (database, error, "SELECT " COLUMNS " FROM schedules ORDER BY id", "");
  while (namida_database_next (statement, &step))
    g_ptr_array_add (rows, row_read (statement));
  read = namida_database_end (database, statement, step, error);
  namida_database_unlock (database);
  return read ? g_steal_pointer (&rows) : NULL;
}

GArray *
namida_schedule_runs_list (NamidaDatabase *database, gint64 id, GError **error)
{
  g_autoptr (GArray) runs = g_array_new (FALSE, FALSE, sizeof (NamidaScheduleRun));
  sqlite3_stmt *statement;
  gboolean read;
  int step;

  namida_database_lock (database);
  statement = namida_database_prepare (
      database, error, "SELECT started_at, ended_at, outcome FROM schedule_runs WHERE schedule = ? ORDER BY id DESC",
      "i", id);
  while (namida_database_next (statement, &step))
    {
      NamidaScheduleRun run = { .started_at = sqlite3_column_int64 (statement, 0),
                                .ended_at = sqlite3_column_int64 (statement, 1),
                                .outcome = schedule_row_outcome_from_text (schedule_row_column_text (statement, 2)) };

      g_array_append_val (runs, run);
    }
  read = namida_database_end (database, statement, step, error);
  namida_database_unlock (database);
  return read ? g_steal_pointer (&runs) : NULL;
}

/* ---- writing ---- */

gboolean
namida_schedule_row_add (NamidaDatabase *database, NamidaScheduleRow *row, GError **error)
{
  g_autofree char *folders = schedule_row_folders_to_text (row->folders);
  sqlite3 *handle = namida_database_lock (database);
  gboolean written;

  if (row->rule.at != NAMIDA_SCHEDULE_ANY_TIME && row->slot_at == 0)
    row->slot_at = namida_schedule_rule_latest (&row->rule, row->created_at, NULL);
  written = namida_database_exec (
      database, error,
      "INSERT INTO schedules (fingerprint, alias, every, hours, at, weekday, anchor, backup, folders, rate, battery,"
      " metered, enabled, created_at, slot_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      "ssiiiiiisiiiiii", row->fingerprint, row->alias, (gint64) row->rule.every, (gint64) row->rule.hours,
      (gint64) row->rule.at, (gint64) row->rule.weekday, row->rule.anchor, (gint64) row->newest_backup, folders,
      (gint64) row->limit, (gint64) row->on_battery, (gint64) row->on_metered, (gint64) row->enabled, row->created_at,
      row->slot_at);
  if (written)
    row->id = sqlite3_last_insert_rowid (handle);
  namida_database_unlock (database);
  return written;
}

/* Checks that the previous statement has changed a row. */
static gboolean
row_was_there (sqlite3 *handle, gint64 id, GError **error)
{
  g_autofree char *number = NULL;

  if (sqlite3_changes (handle) > 0)
    return TRUE;
  number = g_strdup_printf ("%" G_GINT64_FORMAT, id);
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
               /* Translators: %s is the number of a schedule. */
               _ ("There is no schedule %s. “schedule list” shows all schedules."), number);
  return FALSE;
}

gboolean
namida_schedule_row_change (NamidaDatabase *database, const NamidaScheduleRow *row, GError **error)
{
  g_autofree char *folders = schedule_row_folders_to_text (row->folders);
  sqlite3 *handle = namida_database_lock (database);
  gboolean written = namida_database_exec (
      database, error,
      "UPDATE schedules SET alias = ?, every = ?, hours = ?, at = ?, weekday = ?, anchor = ?, backup = ?, folders = ?,"
      " rate = ?, battery = ?, metered = ?, enabled = ?, slot_at = ? WHERE id = ?",
      "siiiiiisiiiiii", row->alias, (gint64) row->rule.every, (gint64) row->rule.hours, (gint64) row->rule.at,
      (gint64) row->rule.weekday, row->rule.anchor, (gint64) row->newest_backup, folders, (gint64) row->limit,
      (gint64) row->on_battery, (gint64) row->on_metered, (gint64) row->enabled, row->slot_at, row->id);

  written = written && row_was_there (handle, row->id, error);
  namida_database_unlock (database);
  return written;
}

static gboolean
row_note_run (NamidaDatabase *database, const NamidaScheduleRow *row, GError **error)
{
  return namida_database_exec (database, error,
                               "INSERT INTO schedule_runs (schedule, started_at, ended_at, outcome, message)"
                               " SELECT id, ?, ?, ?, ? FROM schedules WHERE id = ?",
                               "iissi", row->started_at, row->ended_at, namida_schedule_outcome_to_text (row->outcome),
                               row->message, row->id)
         && namida_database_exec (database, error,
                                  "DELETE FROM schedule_runs WHERE schedule = ? AND id <= (SELECT id FROM schedule_runs"
                                  " WHERE schedule = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
                                  "iii", row->id, row->id, (gint64) NAMIDA_SCHEDULE_RUNS);
}

gboolean
namida_schedule_row_note (NamidaDatabase *database, const NamidaScheduleRow *row, gboolean ended, GError **error)
{
  gboolean served = ended && row->outcome != NAMIDA_SCHEDULE_OUTCOME_AGAIN;
  sqlite3 *handle = namida_database_lock (database);
  gboolean written;

  written = namida_database_exec (database, error, "BEGIN IMMEDIATE", "")
            && namida_database_exec (
                database, error,
                "UPDATE schedules SET alias = ?, slot_at = ?, started_at = ?, ended_at = ?, done_at = ?, outcome = ?,"
                " message = ?, tries = ?, retry_at = ?, asked = CASE WHEN ? THEN 0 ELSE asked END WHERE id = ?",
                "siiiissiiii", row->alias, row->slot_at, row->started_at, row->ended_at, row->done_at,
                namida_schedule_outcome_to_text (row->outcome), row->message, (gint64) row->tries, row->retry_at,
                (gint64) served, row->id)
            && (!ended || row_note_run (database, row, error)) && namida_database_exec (database, error, "COMMIT", "");
  if (!written)
    sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  namida_database_unlock (database);
  return written;
}

gboolean
namida_schedule_row_ask (NamidaDatabase *database, gint64 id, GError **error)
{
  sqlite3 *handle = namida_database_lock (database);
  gboolean written
      = namida_database_exec (database, error, "UPDATE schedules SET asked = 1, retry_at = 0 WHERE id = ?", "i", id)
        && row_was_there (handle, id, error);

  namida_database_unlock (database);
  return written;
}

gboolean
namida_schedule_row_remove (NamidaDatabase *database, gint64 id, GError **error)
{
  sqlite3 *handle = namida_database_lock (database);
  gboolean written = namida_database_exec (database, error, "DELETE FROM schedules WHERE id = ?", "i", id)
                     && row_was_there (handle, id, error);

  namida_database_unlock (database);
  return written;
}
