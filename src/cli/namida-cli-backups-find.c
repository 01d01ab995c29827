/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “backups find TEXT”, “usage” and “export ID DIR”: looking into all versions at once, the room that they use, and a
 * plain copy of one of them. None of them changes anything that is kept here. Main thread. */
#include "config.h"

#include "namida-cli-backups.h"

#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-format.h"
#include "namida-version-export.h"
#include "namida-version-find.h"

#include <glib/gi18n-lib.h>

/* ---- find ---- */

static void
find_emit (const NamidaFindHit *hit)
{
  JsonBuilder *builder = namida_cli_object ();

  namida_json_build_string (builder, "kind", namida_find_kind_to_text (hit->kind));
  namida_json_build_string (builder, "title", hit->title);
  namida_json_build_string (builder, "detail", hit->detail);
  namida_json_build_int (builder, "versions", hit->n_versions);
  namida_json_build_int (builder, "version", (guint64) hit->version);
  namida_json_build_int (builder, "created", (guint64) (hit->created_at / 1000));
  namida_json_build_string (builder, "alias", hit->alias);
  namida_cli_emit (builder);
}

static void
find_print (const NamidaFindHit *hit)
{
  static const char *const kinds[] = { N_ ("Song"), N_ ("Album"), N_ ("Playlist") };
  g_autofree char *time = namida_cli_dup_time (hit->created_at);
  g_autofree char *title = namida_format_alias (hit->title);
  g_autofree char *detail = namida_format_alias (hit->detail);
  g_autofree char *count
      = g_strdup_printf (ngettext ("in %u version", "in %u versions", hit->n_versions), hit->n_versions);

  namida_cli_print (*hit->detail != '\0' ? "%s: %s (%s)" : "%s: %s%s", _ (kinds[hit->kind]), title,
                    *hit->detail != '\0' ? detail : "");
  /* Translators: “in 9 versions”, then the number, the date and the device of the newest one. */
  namida_cli_print (_ ("      %s, last in version %d of %s from %s"), count, (int) hit->version, time, hit->alias);
}

int
namida_cli_backups_find (NamidaCliBackups *self, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) database = NULL;
  g_autoptr (GPtrArray) hits = NULL;

  if (!g_utf8_validate (text, -1, NULL))
    return namida_cli_usage (_ ("The text to find is not valid UTF-8."));
  database = namida_cli_open_database_to_read (self->cli, &error);
  hits = database != NULL ? namida_version_find (database, text, self->cli->cancellable, &error) : NULL;
  if (hits == NULL)
    return namida_cli_fail (self->cli, error);
  for (guint i = 0; i < hits->len; i++)
    {
      if (self->cli->json)
        find_emit (hits->pdata[i]);
      else
        find_print (hits->pdata[i]);
    }
  if (hits->len == 0)
    namida_cli_say (self->cli, _ ("No version has a song, album or playlist of that name."));
  return NAMIDA_CLI_EXIT_DONE;
}

/* ---- usage ---- */

/* Bytes of each version that no other one has: they are free when it goes. */
#define USAGE_SQL                                                                                                      \
  "SELECT v.id, v.alias, v.created_at, v.bytes, coalesce (o.bytes, 0) FROM versions v LEFT JOIN ("                     \
  "SELECT u.version AS version, sum (c.size) AS bytes FROM (SELECT i.content AS content, min (l.version) AS version"   \
  " FROM version_lists l JOIN list_items i ON i.list = l.list JOIN versions w ON w.id = l.version AND w.removing = 0"  \
  " GROUP BY i.content HAVING count (DISTINCT l.version) = 1) u JOIN contents c ON c.id = u.content"                   \
  " GROUP BY u.version) o ON o.version = v.id WHERE v.removing = 0 AND v.landing = 'backup'"                           \
  " ORDER BY v.alias, v.arrival"

static void
usage_tell (NamidaCliBackups *self, sqlite3_stmt *statement)
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
      g_autofree char *size = namida_format_size (bytes);
      g_autofree char *own = namida_format_size (only);

      /* Translators: a number, a date, a device, the size of a version, and how much only this version has. */
      namida_cli_print (_ ("%4d  %s  %s  %s, only in this version %s"), (int) id, time, shown, size, own);
    }
}

int
namida_cli_backups_usage (NamidaCliBackups *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) database = namida_cli_open_database_to_read (self->cli, &error);
  sqlite3_stmt *statement;
  guint n = 0;

  if (database == NULL)
    return namida_cli_fail (self->cli, error);
  namida_database_lock (database);
  statement = namida_database_prepare (database, &error, USAGE_SQL, "");
  while (statement != NULL && sqlite3_step (statement) == SQLITE_ROW)
    {
      usage_tell (self, statement);
      n++;
    }
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  if (error == NULL && n == 0)
    namida_cli_say (self->cli, _ ("No backup is kept here yet. To receive one: namida-sync-cli receive"));
  return error != NULL ? namida_cli_fail (self->cli, error) : NAMIDA_CLI_EXIT_DONE;
}

/* ---- export ---- */

int
namida_cli_backups_export (NamidaCliBackups *self, const char *id, const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVersions) versions = namida_cli_open_versions_to_read (self->cli, &error);
  g_autoptr (NamidaDatabase) database = versions != NULL ? namida_cli_open_database_to_read (self->cli, &error) : NULL;
  NamidaVersion *version = database != NULL ? namida_cli_find_version (versions, id, &error) : NULL;
  g_autoptr (NamidaExport) made = NULL;
  g_autofree char *shown = NULL;

  if (version != NULL)
    made = namida_version_export (database, g_ascii_strtoll (namida_version_get_id (version), NULL, 10), folder,
                                  self->cli->cancellable, &error);
  if (made == NULL)
    return namida_cli_fail (self->cli, error);
  shown = g_filename_display_name (made->folder);
  if (self->cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("end");

      namida_json_build_string (builder, "result", "done");
      namida_json_build_string (builder, "folder", shown);
      namida_json_build_int (builder, "files", made->files);
      namida_json_build_int (builder, "bytes", made->bytes);
      namida_cli_emit (builder);
    }
  else
    {
      g_autofree char *size = namida_format_size (made->bytes);

      namida_cli_say (self->cli,
                      ngettext ("Copied and verified %'u file (%s) to “%s”.",
                                "Copied and verified %'u files (%s) to “%s”.", made->files),
                      made->files, size, shown);
    }
  return NAMIDA_CLI_EXIT_DONE;
}
