/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “backups usage”: the space that each version uses, and all versions of each device together, and what a number of
 * versions to keep would free. Changes nothing. Main thread; the database is read in a thread, so that Ctrl+C ends it.
 */
#include "config.h"

#include "namida-cli-backups.h"

#include "namida-cli-exit.h"
#include "namida-cli-job.h"
#include "namida-cli-output.h"
#include "namida-cli-terminal.h"
#include "namida-format.h"
#include "namida-retention-apply.h"

#include <glib/gi18n-lib.h>

/* Bytes of each version that no other version has: they are freed when it is removed. */
#define USAGE_SQL                                                                                                      \
  "SELECT v.id, v.alias, v.created_at, v.bytes, coalesce (o.bytes, 0) FROM versions v LEFT JOIN ("                     \
  "SELECT u.version AS version, sum (c.size) AS bytes FROM (SELECT i.content AS content, min (l.version) AS version"   \
  " FROM version_lists l JOIN list_items i ON i.list = l.list JOIN versions w ON w.id = l.version AND w.removing = 0"  \
  " GROUP BY i.content HAVING count (DISTINCT l.version) = 1) u JOIN contents c ON c.id = u.content"                   \
  " GROUP BY u.version) o ON o.version = v.id WHERE v.removing = 0 AND v.landing = 'backup'"                           \
  " ORDER BY v.alias, v.arrival"

/* Bytes of each device's versions; contents that several of them share are counted once. The name is that of the
 * newest version: with max(), SQLite takes the other columns from the row with the maximum. */
#define DEVICES_SQL                                                                                                    \
  "SELECT d.alias, d.fingerprint, d.n, d.bytes, coalesce ((SELECT sum (c.size) FROM contents c WHERE c.id IN ("        \
  "SELECT i.content FROM versions w JOIN version_lists l ON l.version = w.id JOIN list_items i ON i.list = l.list"     \
  " WHERE w.removing = 0 AND w.landing = 'backup' AND coalesce (w.fingerprint, w.alias) = d.device)), 0) FROM ("       \
  "SELECT coalesce (fingerprint, alias) AS device, fingerprint, alias, max (arrival), count (*) AS n,"                 \
  " sum (bytes) AS bytes FROM versions WHERE removing = 0 AND landing = 'backup' GROUP BY 1) d ORDER BY d.alias"

#define STEPS_AT_ONCE 10000 /* steps of SQLite between two checks for Ctrl+C */

/* UsageRow: a version, or all versions of a device. */
typedef struct
{
  gint64 id, created_at; /* of a version */
  char *alias;
  char *fingerprint;  /* (nullable): of a device */
  guint versions;     /* of a device */
  guint64 bytes, own; /* @own: what only this version uses, or what all versions of the device use together */
} UsageRow;

static void
usage_row_free (gpointer data)
{
  UsageRow *self = data;

  g_free (self->alias);
  g_free (self->fingerprint);
  g_free (self);
}

/* Usage: the results of reading the database. */
typedef struct
{
  GPtrArray *versions, *devices; /* (element-type UsageRow) */
  NamidaRemoval *removal;        /* (nullable): what would be removed */
  GError *error;                 /* (nullable): why @removal is not known */
} Usage;

static void
usage_free (gpointer data)
{
  Usage *self = data;

  g_clear_pointer (&self->versions, g_ptr_array_unref);
  g_clear_pointer (&self->devices, g_ptr_array_unref);
  namida_removal_free (self->removal);
  g_clear_error (&self->error);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Usage, usage_free)

/* ---- in the thread ---- */

static UsageRow *
usage_read_version (sqlite3_stmt *statement)
{
  UsageRow *row = g_new0 (UsageRow, 1);

  row->id = sqlite3_column_int64 (statement, 0);
  row->alias = g_strdup ((const char *) sqlite3_column_text (statement, 1));
  row->created_at = sqlite3_column_int64 (statement, 2);
  row->bytes = (guint64) sqlite3_column_int64 (statement, 3);
  row->own = (guint64) sqlite3_column_int64 (statement, 4);
  return row;
}

static UsageRow *
usage_read_device (sqlite3_stmt *statement)
{
  UsageRow *row = g_new0 (UsageRow, 1);

  row->alias = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  row->fingerprint = g_strdup ((const char *) sqlite3_column_text (statement, 1));
  row->versions = (guint) sqlite3_column_int (statement, 2);
  row->bytes = (guint64) sqlite3_column_int64 (statement, 3);
  row->own = (guint64) sqlite3_column_int64 (statement, 4);
  return row;
}

static int
usage_on_progress (void *cancellable)
{
  return g_cancellable_is_cancelled (cancellable);
}

/* Returns (transfer full) (nullable) (element-type UsageRow): %NULL with @error. */
static GPtrArray *
usage_query (NamidaDatabase *database,
             const char *sql,
             UsageRow *(*read) (sqlite3_stmt *statement),
             GCancellable *cancellable,
             GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (usage_row_free);
  sqlite3 *handle = namida_database_lock (database);
  sqlite3_stmt *statement;
  gboolean whole;
  int result;

  sqlite3_progress_handler (handle, STEPS_AT_ONCE, usage_on_progress, cancellable);
  statement = namida_database_prepare (database, error, sql, "");
  while (namida_database_next (statement, &result))
    g_ptr_array_add (rows, read (statement));
  whole = namida_database_end (database, statement, result, error);
  sqlite3_progress_handler (handle, 0, NULL, NULL);
  namida_database_unlock (database);
  return whole ? g_steal_pointer (&rows) : NULL;
}

typedef struct
{
  NamidaDatabase *database;
  NamidaRetention policy;
} UsageJob;

static gpointer
usage_run (gpointer data, GCancellable *cancellable, GError **error)
{
  UsageJob *job = data;
  g_autoptr (Usage) usage = g_new0 (Usage, 1);
  gint64 seen = G_MAXINT64; /* in this run, nothing has been received */

  usage->versions = usage_query (job->database, USAGE_SQL, usage_read_version, cancellable, error);
  if (usage->versions != NULL)
    usage->devices = usage_query (job->database, DEVICES_SQL, usage_read_device, cancellable, error);
  if (usage->devices == NULL)
    return NULL;
  if (job->policy.last == 0)
    return g_steal_pointer (&usage);
  usage->removal = namida_retention_apply (job->database, job->policy, &seen, TRUE, &usage->error);
  return g_steal_pointer (&usage);
}

/* ---- output ---- */

static void
usage_report_version (NamidaCliBackups *self, const UsageRow *row)
{
  if (self->cli->json)
    {
      JsonBuilder *builder = namida_cli_object ();

      namida_json_build_int (builder, "id", (guint64) row->id);
      namida_json_build_string (builder, "alias", row->alias);
      namida_json_build_int (builder, "created", (guint64) (row->created_at / 1000));
      namida_json_build_int (builder, "bytes", row->bytes);
      namida_json_build_int (builder, "only", row->own);
      namida_cli_emit (builder);
    }
  else
    {
      g_autofree char *time = namida_cli_dup_time (row->created_at);
      g_autofree char *shown = namida_format_alias (row->alias);
      g_autofree char *column = namida_cli_text_pad (shown, 16);
      g_autofree char *size = namida_format_size (row->bytes);
      g_autofree char *own = namida_format_size (row->own);

      /* Translators: the number, the date and the device of a version, its size, and the size of the files that only
       * this version has */
      namida_cli_print (_ ("%4d  %s  %s  %s, only in this version %s"), (int) row->id, time, column, size, own);
    }
}

static void
usage_report_device (NamidaCliBackups *self, const UsageRow *row)
{
  if (self->cli->json)
    {
      JsonBuilder *builder = namida_cli_object ();

      namida_json_build_string (builder, "alias", row->alias);
      namida_json_build_string (builder, "fingerprint", row->fingerprint);
      namida_json_build_int (builder, "versions", row->versions);
      namida_json_build_int (builder, "bytes", row->bytes);
      namida_json_build_int (builder, "used", row->own);
      namida_cli_emit (builder);
    }
  else
    {
      g_autofree char *shown = namida_format_alias (row->alias);
      g_autofree char *size = namida_format_size (row->own);

      /* Translators: a device, the number of its versions, and the space that all of them use together */
      namida_cli_print (ngettext ("%s: %'u version, %s", "%s: %'u versions, %s together", row->versions), shown,
                        row->versions, size);
    }
}

/* Shows what --keep of “receive” would move to the trash. */
static void
usage_report_keeping (NamidaCliBackups *self, NamidaRetention policy, const NamidaRemoval *removal)
{
  g_autofree char *size = namida_format_size (removal->bytes);

  if (self->cli->json)
    {
      JsonBuilder *builder = namida_cli_object ();

      namida_json_build_int (builder, "keep", policy.last);
      namida_json_build_int (builder, "versions", removal->versions);
      namida_json_build_int (builder, "free", removal->bytes);
      namida_cli_emit (builder);
    }
  else
    /* Translators: %d is the number of --keep, %'u the number of versions that would be moved to the trash, and %s
     * their size */
    namida_cli_print (ngettext ("With --keep %d, %'u older version would go: %s.",
                                "With --keep %d, %'u older versions would go: %s.", removal->versions),
                      (int) policy.last, removal->versions, size);
}

int
namida_cli_backups_usage (NamidaCliBackups *self, NamidaRetention policy)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) database = namida_cli_open_database_to_read (self->cli, &error);
  g_autoptr (Usage) usage = NULL;
  UsageJob job = { database, policy };

  if (database != NULL)
    usage = namida_cli_run_job (self->cli, usage_run, &job, usage_free, &error);
  if (usage == NULL)
    return namida_cli_fail (self->cli, error);
  for (guint i = 0; i < usage->versions->len; i++)
    usage_report_version (self, g_ptr_array_index (usage->versions, i));
  for (guint i = 0; i < usage->devices->len; i++)
    usage_report_device (self, g_ptr_array_index (usage->devices, i));
  if (usage->versions->len == 0)
    namida_cli_say (self->cli, _ ("No backups found. To receive one, run: namida-sync-cli receive"));
  if (usage->removal != NULL)
    usage_report_keeping (self, policy, usage->removal);
  return usage->error != NULL ? namida_cli_fail (self->cli, usage->error) : NAMIDA_CLI_EXIT_DONE;
}
