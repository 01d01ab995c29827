/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “backups usage”: the space that each version uses, and all versions of each device together, and what a number of
 * versions to keep would free. Changes nothing. Main thread. */
#include "config.h"

#include "namida-cli-backups.h"

#include "namida-cli-exit.h"
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

static void
usage_tell_version (NamidaCliBackups *self, sqlite3_stmt *statement)
{
  gint64 id = sqlite3_column_int64 (statement, 0), created = sqlite3_column_int64 (statement, 2);
  const char *alias = (const char *) sqlite3_column_text (statement, 1);
  guint64 bytes = (guint64) sqlite3_column_int64 (statement, 3), only = (guint64) sqlite3_column_int64 (statement, 4);

  if (self->cli->json)
    {
      JsonBuilder *builder = namida_cli_object ();

      namida_json_build_int (builder, "id", (guint64) id);
      namida_json_build_string (builder, "alias", alias);
      namida_json_build_int (builder, "created", (guint64) (created / 1000));
      namida_json_build_int (builder, "bytes", bytes);
      namida_json_build_int (builder, "only", only);
      namida_cli_emit (builder);
    }
  else
    {
      g_autofree char *time = namida_cli_dup_time (created);
      g_autofree char *shown = namida_format_alias (alias);
      g_autofree char *column = namida_cli_text_pad (shown, 16);
      g_autofree char *size = namida_format_size (bytes);
      g_autofree char *own = namida_format_size (only);

      /* Translators: the number, the date and the device of a version, its size, and the size of the files that only
       * this version has */
      namida_cli_print (_ ("%4d  %s  %s  %s, only in this version %s"), (int) id, time, column, size, own);
    }
}

static void
usage_tell_device (NamidaCliBackups *self, sqlite3_stmt *statement)
{
  const char *alias = (const char *) sqlite3_column_text (statement, 0);
  guint versions = (guint) sqlite3_column_int (statement, 2);
  guint64 bytes = (guint64) sqlite3_column_int64 (statement, 3), used = (guint64) sqlite3_column_int64 (statement, 4);

  if (self->cli->json)
    {
      JsonBuilder *builder = namida_cli_object ();

      namida_json_build_string (builder, "alias", alias);
      namida_json_build_string (builder, "fingerprint", (const char *) sqlite3_column_text (statement, 1));
      namida_json_build_int (builder, "versions", versions);
      namida_json_build_int (builder, "bytes", bytes);
      namida_json_build_int (builder, "used", used);
      namida_cli_emit (builder);
    }
  else
    {
      g_autofree char *shown = namida_format_alias (alias);
      g_autofree char *size = namida_format_size (used);

      /* Translators: a device, the number of its versions, and the space that all of them use together */
      namida_cli_print (ngettext ("%s: %'u version, %s", "%s: %'u versions, %s together", versions), shown, versions,
                        size);
    }
}

/* Shows what --keep of “receive” would move to the trash. In this run, nothing has been received. */
static int
usage_tell_keeping (NamidaCliBackups *self, NamidaDatabase *database, NamidaRetention policy)
{
  g_autoptr (GError) error = NULL;
  gint64 seen = G_MAXINT64;
  g_autoptr (NamidaRemoval) removal = namida_retention_apply (database, policy, &seen, TRUE, &error);
  g_autofree char *size = NULL;

  if (removal == NULL)
    return namida_cli_fail (self->cli, error);
  size = namida_format_size (removal->bytes);
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
  return NAMIDA_CLI_EXIT_DONE;
}

/* Calls @tell for each row. Returns: the number of rows; -1 with @error. */
static int
usage_query (NamidaCliBackups *self,
             NamidaDatabase *database,
             const char *sql,
             void (*tell) (NamidaCliBackups *self, sqlite3_stmt *statement),
             GError **error)
{
  sqlite3_stmt *statement;
  int n = 0, result;
  gboolean whole;

  namida_database_lock (database);
  statement = namida_database_prepare (database, error, sql, "");
  for (; namida_database_next (statement, &result); n++)
    tell (self, statement);
  whole = namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  return whole ? n : -1;
}

int
namida_cli_backups_usage (NamidaCliBackups *self, NamidaRetention policy)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) database = namida_cli_open_database_to_read (self->cli, &error);
  int n;

  if (database == NULL)
    return namida_cli_fail (self->cli, error);
  n = usage_query (self, database, USAGE_SQL, usage_tell_version, &error);
  if (n < 0 || usage_query (self, database, DEVICES_SQL, usage_tell_device, &error) < 0)
    return namida_cli_fail (self->cli, error);
  if (n == 0)
    namida_cli_say (self->cli, _ ("No backup is kept here yet. To receive one: namida-sync-cli receive"));
  return policy.last > 0 ? usage_tell_keeping (self, database, policy) : NAMIDA_CLI_EXIT_DONE;
}
