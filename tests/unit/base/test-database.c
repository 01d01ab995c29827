/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests how the database file is created, migrated, locked and checked for damage, and that an interrupted list is an
 * error. */
#include "namida-clock.h"
#include "namida-database.h"
#include "namida-database-guard.h"
#include "namida-error.h"
#include "namida-fixtures.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("namida-db-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "state.db", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  fixtures_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static gint64
ask (NamidaDatabase *database, const char *sql)
{
  sqlite3_stmt *statement;
  gint64 value;

  namida_database_lock (database);
  statement = namida_database_prepare (database, NULL, sql, "");
  g_assert_nonnull (statement);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return value;
}

static void
run_raw (const char *path, const char *sql)
{
  sqlite3 *handle;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (handle);
}

static void
test_fresh (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) database = namida_database_open (fixture->path, &error);
  struct stat info;

  g_assert_no_error (error);
  g_assert_null (namida_database_was_damaged (database));
  g_assert_cmpint (stat (fixture->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (ask (database, "PRAGMA foreign_keys"), ==, 1);
  g_assert_cmpint (ask (database, "PRAGMA synchronous"), ==, 2);
  g_assert_cmpint (ask (database, "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"), ==, 1);
  g_assert_false (namida_database_exec (database, &error, "INSERT INTO nothing VALUES (?)", "i", (gint64) 1));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
}

static void
test_migrated (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NamidaDatabase) database = NULL;

  /* Version 0 with a table of its own: the step adds to it, and takes nothing away. */
  run_raw (fixture->path, "CREATE TABLE mine (x); INSERT INTO mine VALUES (7);");
  database = namida_database_open (fixture->path, NULL);
  g_assert_nonnull (database);
  g_assert_cmpint (ask (database, "PRAGMA user_version"), >=, 1);
  g_assert_cmpint (ask (database, "SELECT x FROM mine"), ==, 7);
  g_assert_cmpint (ask (database, "SELECT count(*) FROM trusted, contents, sessions, version_files, versions"), ==, 0);
}

static void
test_newer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  run_raw (fixture->path, "CREATE TABLE mine (x); PRAGMA user_version = 9999;");
  g_assert_null (namida_database_open (fixture->path, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
  run_raw (fixture->path, "SELECT x FROM mine");
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *junk = g_strnfill (8192, 'j');
  g_autofree char *kept = NULL;
  g_autoptr (NamidaDatabase) database = NULL;

  g_assert_true (g_file_set_contents (fixture->path, junk, -1, NULL));
  database = namida_database_open (fixture->path, NULL);
  g_assert_nonnull (database);
  g_assert_nonnull (namida_database_was_damaged (database));
  g_assert_true (g_file_get_contents (namida_database_was_damaged (database), &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, junk);
  g_assert_cmpint (ask (database, "SELECT count(*) FROM trusted"), ==, 0);
}

/* Flips a page in the middle that nothing reads at opening. */
static void
damage_page (const char *path)
{
  g_autofree char *junk = g_strnfill (4096, 'j');
  int fd = open (path, O_WRONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (pwrite (fd, junk, 4096, 4096 * 30), ==, 4096);
  close (fd);
}

static void
fill (const char *path)
{
  g_autoptr (NamidaDatabase) database = namida_database_open (path, NULL);

  g_assert_true (
      namida_database_exec (database, NULL,
                            "INSERT INTO manual_addresses (place, added_at) WITH RECURSIVE n (i) AS (SELECT"
                            " 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT hex (zeroblob (30)) || i,"
                            " i FROM n",
                            ""));
}

/* Nothing reads the whole file at each start, but it is read after a month, and only by a program that is alone. */
static void
test_checked_rarely (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) first = NULL;
  g_autoptr (NamidaDatabase) second = NULL;

  fill (fixture->path);
  damage_page (fixture->path);
  first = namida_database_open (fixture->path, &error);
  g_assert_no_error (error);
  g_assert_null (namida_database_was_damaged (first));
  namida_clock_set_fake (g_get_real_time () + 31 * G_TIME_SPAN_DAY);
  /* The first one uses it. */
  second = namida_database_open (fixture->path, &error);
  g_assert_no_error (error);
  g_assert_null (namida_database_was_damaged (second));
  g_clear_object (&second);
  g_clear_object (&first);
  first = namida_database_open (fixture->path, &error);
  g_assert_no_error (error);
  g_assert_nonnull (namida_database_was_damaged (first));
  namida_clock_set_fake (-1);
}

/* A file that cannot even be opened stays where it is while another program has it. */
static void
test_damaged_in_use (Fixture *fixture, gconstpointer data)
{
  g_autofree char *junk = g_strnfill (8192, 'j');
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) first = namida_database_open (fixture->path, NULL);
  int fd = open (fixture->path, O_WRONLY | O_CLOEXEC);

  g_assert_nonnull (first);
  sqlite3_exec (namida_database_lock (first), "PRAGMA wal_checkpoint (TRUNCATE)", NULL, NULL, NULL);
  namida_database_unlock (first);
  g_assert_cmpint (pwrite (fd, junk, 8192, 0), ==, 8192);
  close (fd);
  g_assert_null (namida_database_open (fixture->path, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
  g_assert_true (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

/* A program may open the database more than once. When one of them is done, the others still hold their lock, or the
 * next program that ends takes the log for nobody's and removes it, with all that is written into it from then on. */
static void
test_opened_twice (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NamidaDatabase) first = namida_database_open (fixture->path, NULL);
  NamidaDatabase *second = namida_database_open (fixture->path, NULL);
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  int fd;

  g_assert_nonnull (first);
  g_assert_nonnull (second);
  g_object_unref (second);
  fd = open (fixture->path, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (fcntl (fd, F_OFD_GETLK, &lock), ==, 0);
  g_assert_cmpint (lock.l_type, !=, F_UNLCK);
  close (fd);
}

/* A second program neither reads all of the file nor may move it aside, however long ago it was checked. */
static void
test_guard (Fixture *fixture, gconstpointer data)
{
  NamidaDatabaseGuard first, second;

  namida_database_guard_enter (&first, fixture->path);
  g_assert_true (first.alone);
  namida_database_guard_suspect (&first);
  g_assert_true (namida_database_guard_must_check (&first, fixture->path));
  namida_database_guard_share (&first);
  namida_database_guard_enter (&second, fixture->path);
  g_assert_false (second.alone);
  g_assert_false (namida_database_guard_must_check (&second, fixture->path));
  namida_database_guard_leave (&first);
  g_assert_true (namida_database_guard_take (&second));
  g_assert_true (namida_database_guard_must_check (&second, fixture->path));
  namida_database_guard_checked (&second);
  g_assert_false (namida_database_guard_must_check (&second, fixture->path));
  namida_database_guard_leave (&second);
}

/* Reads @sql. Returns: the number of rows; -1 if the list was not whole, with STORAGE. */
static int
read_rows (NamidaDatabase *database, const char *sql)
{
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement;
  int result, n = 0;
  gboolean whole;

  namida_database_lock (database);
  statement = namida_database_prepare (database, &error, sql, "");
  while (namida_database_next (statement, &result))
    n++;
  whole = namida_database_end (database, statement, result, error == NULL ? &error : NULL);
  namida_database_unlock (database);
  if (whole)
    g_assert_no_error (error);
  else
    g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
  return whole ? n : -1;
}

/* What was read until something failed is not all that there is. */
static void
test_list_cut (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NamidaDatabase) database = namida_database_open (fixture->path, NULL);

  g_assert_nonnull (database);
  g_assert_cmpint (read_rows (database, "SELECT 1 UNION ALL SELECT 2"), ==, 2);
  g_assert_cmpint (read_rows (database, "SELECT 1 WHERE 0"), ==, 0);
  g_assert_cmpint (read_rows (database, "SELECT 1 UNION ALL SELECT abs(-9223372036854775807 - 1)"), ==, -1);
  g_assert_cmpint (read_rows (database, "SELECT nothing FROM nowhere"), ==, -1);
}

#define ADD(name, test) g_test_add (name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL); /* the damaged file is warned of */
  ADD ("/database/fresh", test_fresh);
  ADD ("/database/migrated", test_migrated);
  ADD ("/database/newer", test_newer);
  ADD ("/database/damaged", test_damaged);
  ADD ("/database/checked-rarely", test_checked_rarely);
  ADD ("/database/damaged-in-use", test_damaged_in_use);
  ADD ("/database/opened-twice", test_opened_twice);
  ADD ("/database/guard", test_guard);
  ADD ("/database/list-cut", test_list_cut);
  return g_test_run ();
}
