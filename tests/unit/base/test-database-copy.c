/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that a database whose file cannot be written can still be read, and that the file does not change. */
#include "namida-database.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>

static gint64
read_number (NamidaDatabase *database, const char *sql)
{
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement;
  gint64 number;

  namida_database_lock (database);
  statement = namida_database_prepare (database, &error, sql, "");
  g_assert_no_error (error);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  number = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return number;
}

static void
make_database (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) database = namida_database_open_or_copy (path, &error);

  g_assert_no_error (error);
  g_assert_null (namida_database_get_copy_reason (database));
  namida_database_exec (database, &error, "INSERT INTO device (id, fingerprint) VALUES (1, 'x')", "");
  g_assert_no_error (error);
}

static void
remove_all (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_unlink (path) != 0)
        g_rmdir (path);
    }
  g_rmdir (folder);
}

/* As on a full disk, also for root, whom no mode stops: no file may grow. */
static void
let_files_grow (gboolean grow)
{
  struct rlimit limit;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = grow ? limit.rlim_max : 0;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static void
test_copy (void)
{
  g_autofree char *folder = g_dir_make_tmp ("namida-copy-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "state.db", NULL);
  g_autoptr (NamidaDatabase) copy = NULL;
  g_autoptr (NamidaDatabase) again = NULL;
  g_autoptr (GError) error = NULL;

  make_database (path);
  let_files_grow (FALSE);
  g_assert_null (namida_database_open (path, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  copy = namida_database_open_or_copy (path, &error);
  let_files_grow (TRUE);
  g_assert_no_error (error);
  g_assert_nonnull (namida_database_get_copy_reason (copy));
  g_assert_cmpint (read_number (copy, "SELECT count(*) FROM device WHERE fingerprint = 'x'"), ==, 1);
  g_assert_true (namida_database_exec (copy, &error, "DELETE FROM device", ""));
  g_clear_object (&copy);

  again = namida_database_open_or_copy (path, &error);
  g_assert_no_error (error);
  g_assert_null (namida_database_get_copy_reason (again));
  g_assert_cmpint (read_number (again, "SELECT count(*) FROM device WHERE fingerprint = 'x'"), ==, 1);
  g_clear_object (&again);
  remove_all (folder);
}

/* What is no question of writing stays an error. */
static void
test_no_copy (void)
{
  g_autofree char *folder = g_dir_make_tmp ("namida-copy-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "state.db", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  g_assert_null (namida_database_open_or_copy (path, &error));
  g_assert_nonnull (error);
  remove_all (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/database/copy", test_copy);
  g_test_add_func ("/database/no-copy", test_no_copy);
  return g_test_run ();
}
