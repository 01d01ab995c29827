/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “backups compare ID ID”: which files were added, removed and changed between two versions, by the hashes that were
 * recorded when they were received. No files are read. Main thread. */
#include "config.h"

#include "namida-cli-backups.h"

#include "namida-cli-exit.h"
#include "namida-cli-output.h"

#include <glib/gi18n-lib.h>

/* Returns: (transfer full) (nullable): name → hash for the files of @version. */
static GHashTable *
compare_read (NamidaDatabase *database, NamidaVersion *version, GError **error)
{
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  sqlite3_stmt *statement;
  int step = SQLITE_ERROR;

  namida_database_lock (database);
  statement = namida_database_prepare (
      database, error, "SELECT label, relative, sha256 FROM version_files WHERE version = ? AND kind IN (0, 1)", "i",
      g_ascii_strtoll (namida_version_get_id (version), NULL, 10));
  while (namida_database_next (statement, &step))
    {
      const char *label = (const char *) sqlite3_column_text (statement, 0);
      const char *relative = (const char *) sqlite3_column_text (statement, 1);
      const char *hash = (const char *) sqlite3_column_text (statement, 2);

      g_hash_table_insert (files, g_build_filename (label != NULL ? label : "", relative, NULL), g_strdup (hash));
    }
  if (statement != NULL && step != SQLITE_DONE)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE, _ ("The list of versions could not be read."));
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return step == SQLITE_DONE ? g_steal_pointer (&files) : NULL;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

static void
compare_report (NamidaCliBackups *self, const char *what, const char *sign, GPtrArray *names)
{
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *shown = g_filename_display_name (names->pdata[i]);

      if (self->cli->json)
        {
          JsonBuilder *builder = namida_cli_object ();

          namida_json_build_string (builder, "change", what);
          namida_json_build_string (builder, "file", shown);
          namida_cli_emit (builder);
        }
      else
        namida_cli_print ("%s %s", sign, shown);
    }
}

static void
compare_run (NamidaCliBackups *self, GHashTable *first, GHashTable *second)
{
  g_autoptr (GPtrArray) added = g_ptr_array_new (), gone = g_ptr_array_new (), changed = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name, hash;

  g_hash_table_iter_init (&iter, second);
  while (g_hash_table_iter_next (&iter, &name, &hash))
    {
      const char *before = g_hash_table_lookup (first, name);

      if (!g_hash_table_contains (first, name))
        g_ptr_array_add (added, name);
      else if (g_strcmp0 (before, hash) != 0)
        g_ptr_array_add (changed, name);
    }
  g_hash_table_iter_init (&iter, first);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (second, name))
      g_ptr_array_add (gone, name);
  compare_report (self, "added", "+", added);
  compare_report (self, "removed", "-", gone);
  compare_report (self, "changed", "~", changed);
  if (added->len + gone->len + changed->len == 0)
    namida_cli_say (self->cli, _ ("Both versions have the same files."));
}

int
namida_cli_backups_compare (NamidaCliBackups *self, const char *first, const char *second)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVersions) versions = namida_cli_open_versions_to_read (self->cli, &error);
  g_autoptr (NamidaDatabase) database = versions != NULL ? namida_cli_open_database_to_read (self->cli, &error) : NULL;
  NamidaVersion *one = database != NULL ? namida_cli_find_version (versions, first, &error) : NULL;
  NamidaVersion *other = one != NULL ? namida_cli_find_version (versions, second, &error) : NULL;
  g_autoptr (GHashTable) before = other != NULL ? compare_read (database, one, &error) : NULL;
  g_autoptr (GHashTable) after = before != NULL ? compare_read (database, other, &error) : NULL;

  if (after == NULL)
    return namida_cli_fail (self->cli, error);
  compare_run (self, before, after);
  return NAMIDA_CLI_EXIT_DONE;
}
