/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests migrating a database of version 0.1.0: nothing about its versions is lost, the new one needs a fraction of the
 * space, and the migration may be interrupted at any time. Also tests the size of a new database, and the rows that two
 * versions share. */
#include "../failing-query.h"
#include "namida-error.h"
#include "namida-known-content.h"
#include "namida-version-lists.h"
#include "namida-version-record.h"
#include "namida-version.h"

#include <glib/gstdio.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* The schema of version 0.1.0. */
static const char schema[]
    = "CREATE TABLE trusted ( fingerprint TEXT PRIMARY KEY, uuid TEXT, alias TEXT NOT NULL, trusted_at INTEGER NOT "
      "NULL, last_seen INTEGER NOT NULL DEFAULT 0, last_address TEXT, auto_accept INTEGER NOT NULL DEFAULT 1, "
      "may_restore INTEGER NOT NULL DEFAULT 0, landing TEXT);"
      "CREATE TABLE hash_index ( path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode "
      "INTEGER NOT NULL, device INTEGER NOT NULL, sha256 TEXT NOT NULL, seen_at INTEGER NOT NULL DEFAULT 0, looked_at "
      "INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
      "CREATE INDEX hash_index_sha256 ON hash_index (sha256);"
      "CREATE TABLE sessions ( id TEXT PRIMARY KEY, direction TEXT NOT NULL, fingerprint TEXT, alias TEXT NOT NULL, "
      "title TEXT NOT NULL, offer_key TEXT NOT NULL, landing TEXT, destination TEXT, state TEXT NOT NULL, started_at "
      "INTEGER NOT NULL, updated_at INTEGER NOT NULL, total_bytes INTEGER NOT NULL, total_files INTEGER NOT NULL, "
      "stored_files INTEGER NOT NULL DEFAULT 0, kept_files INTEGER NOT NULL DEFAULT 0, failed_files INTEGER NOT NULL "
      "DEFAULT 0, error TEXT, hidden INTEGER NOT NULL DEFAULT 0, ask INTEGER NOT NULL DEFAULT 0, scope TEXT NOT NULL "
      "DEFAULT '', wish TEXT, paused INTEGER NOT NULL DEFAULT 0);"
      "CREATE INDEX sessions_offer ON sessions (fingerprint, offer_key, state);"
      "CREATE INDEX sessions_started_at ON sessions (started_at);"
      "CREATE TABLE stored ( id INTEGER PRIMARY KEY, session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, "
      "file_id TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode INTEGER NOT "
      "NULL, device INTEGER NOT NULL, sha256 TEXT NOT NULL, stored_at INTEGER NOT NULL);"
      "CREATE INDEX stored_session ON stored (session);"
      "CREATE INDEX stored_path ON stored (path);"
      "CREATE INDEX stored_sha256 ON stored (sha256);"
      "CREATE TABLE manual_addresses (place TEXT PRIMARY KEY, added_at INTEGER NOT NULL) WITHOUT ROWID;"
      "CREATE INDEX hash_index_inode ON hash_index (inode, device);"
      "CREATE TABLE \"versions\" ( id INTEGER PRIMARY KEY AUTOINCREMENT, session TEXT NOT NULL, fingerprint TEXT, "
      "alias TEXT NOT NULL, path TEXT NOT NULL, created_at INTEGER NOT NULL, pinned INTEGER NOT NULL DEFAULT 0, "
      "verified_at INTEGER, landing TEXT NOT NULL, title TEXT NOT NULL, offer_key TEXT NOT NULL, complete INTEGER NOT "
      "NULL, damaged INTEGER NOT NULL DEFAULT -1, removing INTEGER NOT NULL DEFAULT 0);"
      "CREATE INDEX versions_session ON versions (session);"
      "CREATE TABLE version_files ( version INTEGER NOT NULL REFERENCES versions (id) ON DELETE CASCADE, path TEXT NOT "
      "NULL, kind INTEGER NOT NULL, label TEXT NOT NULL, relative TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns "
      "INTEGER NOT NULL, inode INTEGER NOT NULL, device INTEGER NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (version, "
      "path)) WITHOUT ROWID;"
      "CREATE INDEX version_files_sha256 ON version_files (sha256);"
      "CREATE TABLE restores ( id TEXT PRIMARY KEY, source TEXT NOT NULL, started_at INTEGER NOT NULL, state TEXT NOT "
      "NULL);"
      "CREATE TABLE restored ( id INTEGER PRIMARY KEY, restore TEXT NOT NULL REFERENCES restores (id) ON DELETE "
      "CASCADE, kind INTEGER NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL DEFAULT 0, mtime_ns INTEGER NOT NULL "
      "DEFAULT 0, inode INTEGER NOT NULL DEFAULT 0, device INTEGER NOT NULL DEFAULT 0, sha256 TEXT, kept TEXT);"
      "CREATE INDEX restored_restore ON restored (restore);"
      "CREATE TABLE device (id INTEGER PRIMARY KEY CHECK (id = 1), fingerprint TEXT NOT NULL);"
      "PRAGMA user_version = 2;";

static void
run_sql (NamidaDatabase *database, const char *sql)
{
  char *message = NULL;

  sqlite3_exec (namida_database_lock (database), sql, NULL, NULL, &message);
  namida_database_unlock (database);
  g_assert_cmpstr (message, ==, NULL);
}

static gint64
ask (NamidaDatabase *database, const char *sql)
{
  sqlite3_stmt *statement;
  gint64 value;

  namida_database_lock (database);
  statement = namida_database_prepare (database, NULL, sql, "");
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return value;
}

static NamidaDatabase *
open_database (const char *path)
{
  g_autoptr (GError) error = NULL;
  NamidaDatabase *database = namida_database_open (path, &error);

  g_assert_no_error (error);
  return database;
}

static void run_old (sqlite3 *handle, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
run_old (sqlite3 *handle, const char *format, ...)
{
  g_autofree char *sql = NULL;
  char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  sql = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  sqlite3_exec (handle, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
}

/* @n versions of @files files each as 0.1.0 wrote them: version i has its own file 0, all share the others. */
static void
write_old (const char *path, guint n, guint files)
{
  sqlite3 *handle = NULL;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  run_old (handle, "BEGIN");
  run_old (handle, "%s", schema);
  for (guint i = 1; i <= n; i++)
    {
      run_old (
          handle,
          "INSERT INTO versions (session, fingerprint, alias, path, created_at, landing, title, offer_key, complete)"
          " VALUES ('s%u', 'AB', 'Phone', '/store/Phone/%u', %u, 'backup', 'Music', 'key', 1)",
          i, i, i * 1000);
      for (guint j = 0; j < files; j++)
        {
          guint inode = j == 0 ? 1000000 + i : 1000 + j;

          run_old (handle,
                   "INSERT INTO version_files VALUES (%u, 'Music/Music/album %u/song %u.flac', 1, 'Music',"
                   " 'album %u/song %u.flac', 7, 5, %u, 1, '" SHA "')",
                   i, j / 12, j, j / 12, j, inode);
          run_old (handle,
                   "INSERT INTO hash_index (path, size, mtime_ns, inode, device, sha256) VALUES"
                   " ('/store/Phone/%u/Music/Music/album %u/song %u.flac', 7, 5, %u, 1, '" SHA "')",
                   i, j / 12, j, inode);
        }
      run_old (
          handle,
          "INSERT INTO version_files VALUES (%u, 'Namida Backup - 1.zip', 0, '', 'Namida Backup - 1.zip', 9, 5, 77, 1,"
          " '" SHA "')",
          i);
      run_old (handle, "INSERT INTO version_files VALUES (%u, 'Music/Music/void', 2, 'Music', 'void', 0, 0, 0, 0, '')",
               i);
    }
  run_old (handle, "INSERT INTO hash_index (path, size, mtime_ns, inode, device, sha256) VALUES ('/home/a', 1, 2, 3, 4,"
                   " '" SHA "')");
  run_old (handle, "COMMIT");
  sqlite3_close (handle);
}

static void
assert_version (NamidaDatabase *database, const char *id, guint files)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVersionRecord) record = namida_version_record_find (database, id, &error);
  g_autoptr (GPtrArray) list = namida_version_record_files (database, record, &error);
  const NamidaVersionFile *file;
  guint zips = 0, folders = 0, songs = 0;

  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, files + 2);
  for (guint i = 0; i < list->len; i++)
    {
      file = g_ptr_array_index (list, i);
      zips += file->kind == NAMIDA_VERSION_FILE_ZIP && g_str_equal (file->below, "Namida Backup - 1.zip");
      folders += file->kind == NAMIDA_VERSION_FILE_FOLDER && g_str_equal (file->path, "Music/Music/void");
      if (file->kind != NAMIDA_VERSION_FILE_FILE)
        continue;
      songs++;
      g_assert_cmpstr (file->label, ==, "Music");
      g_assert_true (g_str_has_prefix (file->below, "album "));
      g_assert_true (g_str_has_suffix (file->path, file->below));
      g_assert_cmpuint (file->size, ==, 7);
      g_assert_cmpint (file->mtime_ns, ==, 5);
      g_assert_cmpint (file->ctime_ns, ==, 0); /* 0.1.0 did not know it */
      g_assert_cmpstr (file->sha256, ==, SHA);
    }
  g_assert_cmpuint (zips, ==, 1);
  g_assert_cmpuint (folders, ==, 1);
  g_assert_cmpuint (songs, ==, files);
}

static void
test_migrated (void)
{
  g_autofree char *dir = g_dir_make_tmp ("namida-migrate-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "state.db", NULL);
  g_autofree char *command = g_strdup_printf ("rm -rf -- '%s'", dir);
  g_autoptr (NamidaDatabase) database = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = NULL;
  const NamidaVersionRecord *record;
  struct stat before, after;

  write_old (path, 20, 500);
  g_assert_cmpint (g_stat (path, &before), ==, 0);
  database = open_database (path);
  /* One version that is asked for comes first, and no more. */
  assert_version (database, "7", 500);
  g_assert_cmpint (ask (database, "SELECT count (*) FROM versions WHERE migrated = 1"), ==, 1);
  /* Out of time: nothing is begun, and nothing is lost. */
  g_assert_true (namida_version_migrate (database, 0, 1, NULL, &error));
  g_assert_cmpint (ask (database, "SELECT count (*) FROM versions WHERE migrated = 1"), ==, 1);
  g_clear_object (&database);
  database = open_database (path);
  records = namida_version_record_list (database, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (records->len, ==, 20);
  record = g_ptr_array_index (records, 19);
  g_assert_cmpint (record->id, ==, 1);
  g_assert_cmpuint (record->files, ==, 501);
  g_assert_cmpuint (record->bytes, ==, 500 * 7 + 9);
  g_assert_cmpstr (record->zip, ==, "Namida Backup - 1.zip");
  g_assert_cmpuint (record->labels->len, ==, 1);
  g_assert_cmpuint (((NamidaVersionMusic *) g_ptr_array_index (record->labels, 0))->files, ==, 500);
  /* Read when it arrived first. */
  g_assert_cmpint (record->read_at, ==, 1000);
  assert_version (database, "1", 500);
  assert_version (database, "20", 500);
  g_assert_cmpint (ask (database, "SELECT count (*) FROM sqlite_schema WHERE name LIKE 'old_%'"), ==, 0);
  /* 499 that all share, one of each, the zip, and the file that is in no version. */
  g_assert_cmpint (ask (database, "SELECT count (*) FROM contents"), ==, 499 + 20 + 1 + 1);
  g_assert_cmpint (ask (database, "SELECT count (*) FROM contents WHERE path = '/home/a'"), ==, 1);
  g_assert_cmpint (ask (database, "SELECT count (*) FROM names"), ==, 502);
  run_sql (database, "PRAGMA wal_checkpoint (TRUNCATE)");
  g_assert_cmpint (g_stat (path, &after), ==, 0);
  g_assert_cmpint (after.st_size, <, before.st_size / 8);

  /* A removal takes what only this version has. */
  g_assert_true (namida_version_record_delete (database, record, &error));
  g_assert_no_error (error);
  g_assert_cmpint (ask (database, "SELECT count (*) FROM contents"), ==, 499 + 19 + 1 + 1);
  g_assert_cmpint (ask (database, "SELECT count (*) FROM lists WHERE id NOT IN (SELECT list FROM version_lists)"), ==,
                   0);
  assert_version (database, "2", 500);
  g_clear_object (&database);
  g_assert_cmpint (system (command), ==, 0);
}

/* The first query for a list of files fails. The list is not read as one that has no files. */
static void
test_unknown_tables (void)
{
  g_autofree char *dir = g_dir_make_tmp ("namida-migrate-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "state.db", NULL);
  g_autofree char *command = g_strdup_printf ("rm -rf -- '%s'", dir);
  g_autoptr (NamidaDatabase) database = NULL;
  g_autoptr (NamidaVersionRecord) record = NULL;
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GError) error = NULL;
  gboolean due;

  write_old (path, 1, 3);
  database = open_database (path);
  record = namida_version_record_find (database, "1", &error);
  g_assert_no_error (error);
  failing_query_once (database, &due);
  files = namida_version_record_files (database, record, &error);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
  g_assert_null (files);
  g_assert_false (due);
  assert_version (database, "1", 3);
  g_clear_object (&database);
  g_assert_cmpint (system (command), ==, 0);
}

/* “Into my folders”: its files lie where the person wanted them, each with its whole path. */
static void
test_migrated_library (void)
{
  g_autofree char *dir = g_dir_make_tmp ("namida-migrate-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "state.db", NULL);
  g_autofree char *command = g_strdup_printf ("rm -rf -- '%s'", dir);
  g_autoptr (NamidaDatabase) database = NULL;
  g_autoptr (NamidaVersionRecord) record = NULL;
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GError) error = NULL;
  sqlite3 *handle = NULL;
  const NamidaVersionFile *file;
  g_autofree char *whole = NULL;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  run_old (handle, "%s", schema);
  run_old (handle,
           "INSERT INTO versions (session, fingerprint, alias, path, created_at, landing, title, offer_key, complete)"
           " VALUES ('s', 'AB', 'Phone', '/home/me/Music', 1000, 'library', 'Music', 'key', 1)");
  run_old (handle, "INSERT INTO version_files VALUES (1, '/home/me/Music/an album/song.flac', 1, 'Music',"
                   " 'an album/song.flac', 7, 5, 3, 1, '" SHA "')");
  sqlite3_close (handle);
  database = open_database (path);
  record = namida_version_record_find (database, "1", &error);
  g_assert_no_error (error);
  g_assert_cmpint (record->landing, ==, NAMIDA_LANDING_LIBRARY);
  files = namida_version_record_files (database, record, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (files->len, ==, 1);
  file = g_ptr_array_index (files, 0);
  g_assert_cmpstr (file->path, ==, "/home/me/Music/an album/song.flac");
  g_assert_cmpstr (file->below, ==, "an album/song.flac");
  g_assert_cmpstr (file->sha256, ==, SHA);
  whole = namida_version_file_dup_path (file, record);
  g_assert_cmpstr (whole, ==, file->path);
  g_clear_object (&database);
  g_assert_cmpint (system (command), ==, 0);
}

/* ---- today's, as it grows ---- */

static void
add_version (NamidaDatabase *database, gint64 number, guint files, guint changed)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (NamidaStoredRow));
  g_autoptr (GStringChunk) texts = g_string_chunk_new (4096);
  g_autofree char *path = g_strdup_printf ("/store/Phone/%" G_GINT64_FORMAT, number);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < files; i++)
    {
      g_autofree char *below
          = g_strdup_printf ("Artist %u/Some album of %u/%02u A song with a name.flac", i / 100, i / 12, i);
      g_autofree char *name = g_strdup_printf ("Music/Music/%s", below);
      g_autofree char *hash = g_strdup_printf ("%064x", i);
      gboolean new = (i + (guint) number * 7) % files < changed;
      NamidaStoredRow row = { .kind = NAMIDA_VERSION_FILE_FILE,
                              .folder = path,
                              .relative = g_string_chunk_insert (texts, name),
                              .label = "Music",
                              .below = g_string_chunk_insert (texts, below),
                              .size = 5000000 + i,
                              .mtime_ns = G_GINT64_CONSTANT (1700000000000000000) + i,
                              .ctime_ns = G_GINT64_CONSTANT (1800000000000000000) + number,
                              .inode = 70000000 + i + (new ? (guint) number *files : 0),
                              .device = 2049,
                              .first_at = number,
                              .sha256 = g_string_chunk_insert (texts, hash) };

      g_array_append_val (rows, row);
    }
  run_sql (database, "BEGIN IMMEDIATE");
  g_assert_true (namida_database_exec (database, NULL,
                                       "INSERT INTO versions (id, session, alias, path, created_at, landing, title,"
                                       " offer_key, complete) VALUES (?, 's', 'Phone', ?, 1, 'backup', '', '', 1)",
                                       "is", number, path));
  g_assert_true (namida_version_lists_write (database, number, "backup", path, rows, &error));
  g_assert_no_error (error);
  run_sql (database, "COMMIT");
}

static gint64
size_of (NamidaDatabase *database)
{
  return ask (database, "SELECT page_count * page_size FROM pragma_page_count (), pragma_page_size ()");
}

/* The bars are for 2,000 files a version; with @changed new ones each time. */
static void
test_size (void)
{
  g_autofree char *dir = g_dir_make_tmp ("namida-size-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "state.db", NULL);
  g_autofree char *command = g_strdup_printf ("rm -rf -- '%s'", dir);
  g_autoptr (NamidaDatabase) database = open_database (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = NULL;
  const guint n = 30, files = 2000;
  gint64 first;

  run_sql (database, "PRAGMA synchronous = OFF");
  add_version (database, 1, files, 0);
  first = size_of (database);
  g_test_message ("the first version: %" G_GINT64_FORMAT " bytes", first);
  for (guint i = 2; i <= n; i++)
    add_version (database, i, files, 20);
  g_test_message ("each of the next: %" G_GINT64_FORMAT " bytes", (size_of (database) - first) / (n - 1));
  g_assert_cmpint (first, <, 1000000);
  g_assert_cmpint (size_of (database) / n, <, 250000);
  g_assert_cmpint ((size_of (database) - first) / (n - 1), <, 60000);
  /* All contents but the changed ones are one row for all versions, with the change time of the last link. */
  g_assert_cmpint (ask (database, "SELECT count (*) FROM contents"), ==, files + (n - 1) * 20);
  records = namida_version_record_list (database, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (records->len, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_true (namida_version_record_delete (database, g_ptr_array_index (records, i), &error));
  for (guint i = 0; i < 3; i++)
    {
      static const char *const left[]
          = { "SELECT count (*) FROM contents", "SELECT count (*) FROM lists", "SELECT count (*) FROM list_items" };

      g_assert_cmpint (ask (database, left[i]), ==, 0);
    }
  g_clear_object (&database);
  g_assert_cmpint (system (command), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/migrate/migrated", test_migrated);
  g_test_add_func ("/migrate/unknown-tables", test_unknown_tables);
  g_test_add_func ("/migrate/library", test_migrated_library);
  g_test_add_func ("/migrate/size", test_size);
  return g_test_run ();
}
