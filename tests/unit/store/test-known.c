/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the folder that a cursor keeps open between two files, and which files of many rows are known by their hash,
 * inode and times. */
#include "config.h"

#include "namida-database.h"
#include "namida-file-ops.h"
#include "namida-journal.h"
#include "namida-known-content.h"
#include "namida-place-cursor.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHA "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define OTHER "0000000000000000000000000000000000000000000000000000000000000000"

/* ---- the folder that was opened last ---- */

static void
put (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, name, -1, NULL));
}

static void
assert_there (int folder, const char *basename, gboolean there)
{
  struct stat st;

  g_assert_cmpint (folder, >=, 0);
  g_assert_cmpint (fstatat (folder, basename, &st, AT_SYMLINK_NOFOLLOW) == 0, ==, there);
}

static void
assert_file (NamidaPlaceCursor *cursor, int root_fd, const char *relative, gboolean there)
{
  g_autoptr (GError) error = NULL;
  const char *name;
  int folder = namida_place_cursor_open (cursor, root_fd, relative, FALSE, &name, &error);

  g_assert_no_error (error);
  assert_there (folder, name, there);
}

static void
test_cursor (void)
{
  g_autofree char *root = g_dir_make_tmp ("namida-known-XXXXXX", NULL);
  g_autofree char *a = g_build_filename (root, "a", NULL), *b = g_build_filename (root, "b", NULL);
  g_autofree char *link = g_build_filename (root, "link", NULL);
  g_auto (NamidaPlaceCursor) cursor = { .fd = -1 };
  g_autoptr (GError) error = NULL;
  int first, root_fd = open (root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const char *name;

  g_assert_cmpint (g_mkdir (a, 0700) | g_mkdir (b, 0700) | symlink (a, link), ==, 0);
  put (a, "1");
  put (b, "2");
  first = namida_place_cursor_open (&cursor, root_fd, "a/1", FALSE, &name, &error);
  g_assert_no_error (error);
  assert_there (first, name, TRUE);
  g_assert_cmpint (namida_place_cursor_open (&cursor, root_fd, "a/2", FALSE, &name, &error), ==, first);
  assert_there (first, name, FALSE);
  /* It is the open folder, not looked for anew. */
  g_assert_cmpint (renameat (root_fd, "a", root_fd, "elsewhere"), ==, 0);
  assert_file (&cursor, root_fd, "a/1", TRUE);
  g_assert_cmpint (renameat (root_fd, "elsewhere", root_fd, "a"), ==, 0);
  assert_file (&cursor, root_fd, "b/2", TRUE);
  /* A name may begin with the folder's. */
  assert_file (&cursor, root_fd, "b2", FALSE);

  /* What is no name stays none in an open folder; and no link is followed. */
  assert_file (&cursor, root_fd, "a/1", TRUE);
  g_assert_cmpint (namida_place_cursor_open (&cursor, root_fd, "a/..", FALSE, &name, &error), ==, -1);
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_cmpint (namida_place_cursor_open (&cursor, root_fd, "link/1", FALSE, &name, &error), ==, -1);
  g_assert_nonnull (error);
  g_clear_error (&error);

  /* What is missing is remembered, until it is to be made. */
  g_assert_cmpint (namida_place_cursor_open (&cursor, root_fd, "c/1", FALSE, &name, NULL), ==, -1);
  g_assert_cmpint (mkdirat (root_fd, "c", 0755), ==, 0);
  g_assert_cmpint (namida_place_cursor_open (&cursor, root_fd, "c/2", FALSE, &name, NULL), ==, -1);
  g_assert_cmpint (namida_place_cursor_open (&cursor, root_fd, "c/2", TRUE, &name, &error), >=, 0);
  g_assert_no_error (error);
  close (root_fd);
  g_assert_true (namida_tree_remove (AT_FDCWD, root));
}

/* ---- what the tables know ---- */

static const char *
stored_at (guint i, char *buffer, gsize size)
{
  g_snprintf (buffer, (gulong) size, "a/%u", i);
  return buffer;
}

static void
finish (NamidaDatabase *database, const char *id, GArray *rows)
{
  NamidaJournalSession session = { .id = (char *) id,
                                   .direction = (char *) "receive",
                                   .alias = (char *) "Desk",
                                   .offer_key = (char *) "key",
                                   .landing = (char *) "library",
                                   .state = (char *) "finished",
                                   .title = (char *) "Music" };
  g_autoptr (GError) error = NULL;

  g_assert_true (namida_journal_finish (database, &session, rows, "/music", &error));
  g_assert_no_error (error);
}

static gint64
ask (NamidaDatabase *database, const char *sql)
{
  sqlite3 *handle = namida_database_lock (database);
  sqlite3_stmt *statement = NULL;
  gint64 value;

  g_assert_cmpint (sqlite3_prepare_v2 (handle, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return value;
}

/* As many as take the roomy way, and all of one content: nothing may be looked for by that alone. */
static void
test_many (void)
{
  const guint n = 6000;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) database = namida_database_open (NULL, &error);
  g_autoptr (NamidaKnownContent) known = NULL;
  g_autoptr (GArray) rows = g_array_new (FALSE, TRUE, sizeof (NamidaStoredRow));
  g_autoptr (GStringChunk) texts = g_string_chunk_new (4096);
  struct stat st
      = { .st_mode = S_IFREG, .st_size = 3, .st_ino = 17, .st_dev = 5, .st_mtim = { 1, 2 }, .st_ctim = { 3, 4 } };
  char buffer[16];
  gint64 written;

  for (guint i = 0; i < n; i++)
    {
      const char *path = g_string_chunk_insert (texts, stored_at (i, buffer, sizeof buffer));
      NamidaStoredRow row = { .kind = NAMIDA_VERSION_FILE_FILE,
                              .folder = "/music",
                              .relative = path,
                              .label = "a",
                              .below = path + 2,
                              .size = 3,
                              .inode = i,
                              .device = 5,
                              .mtime_ns = 1000000002,
                              .ctime_ns = 3000000004,
                              .read_at = 5,
                              .sha256 = SHA };

      g_array_append_val (rows, row);
    }
  finish (database, "one", rows);
  g_assert_cmpint (ask (database, "SELECT count (*) FROM contents"), ==, n);
  g_assert_cmpint (ask (database, "SELECT count (*) FROM version_files"), ==, n);

  known = namida_known_content_new (database, &error);
  g_assert_no_error (error);
  g_assert_true (namida_known_content_has (known, SHA, &st));
  g_assert_false (namida_known_content_has (known, OTHER, &st));
  g_assert_true (namida_known_content_is_stored (known, "one", "/music/a/17", &st));
  g_assert_false (namida_known_content_is_stored (known, "two", "/music/a/17", &st));
  g_assert_false (namida_known_content_is_stored (known, "one", "/music/a/18", &st));
  st.st_mtim.tv_nsec++;
  g_assert_false (namida_known_content_has (known, SHA, &st));
  g_assert_null (namida_known_content_dup_hash (known, &st));
  st.st_mtim.tv_nsec--;
  st.st_ctim.tv_nsec++;
  g_assert_false (namida_known_content_has (known, SHA, &st));
  g_assert_null (namida_known_content_dup_hash (known, &st));
  st.st_ctim.tv_nsec--;
  {
    g_autofree char *hash = namida_known_content_dup_hash (known, &st);

    g_assert_cmpstr (hash, ==, SHA);
  }

  /* The same commit again writes nothing twice, and the version stays as it is: not one row of it is written. */
  finish (database, "one", rows);
  g_assert_cmpint (ask (database, "SELECT count (*) FROM contents"), ==, n);
  written = ask (database, "SELECT total_changes ()");
  finish (database, "one", rows);
  g_assert_cmpint (ask (database, "SELECT total_changes ()") - written, <, 10);

  /* One that has changed, or is gone, makes it anew. */
  g_array_index (rows, NamidaStoredRow, 1).mtime_ns++;
  finish (database, "one", rows);
  g_assert_cmpint (ask (database, "SELECT count (*) FROM version_files WHERE mtime_ns = 1000000003"), ==, 1);
  g_array_set_size (rows, n - 1);
  finish (database, "one", rows);
  g_assert_cmpint (ask (database, "SELECT count (*) FROM version_files"), ==, n - 1);
  g_assert_cmpint (ask (database, "SELECT count (*) FROM versions"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/known/cursor", test_cursor);
  g_test_add_func ("/known/many", test_many);
  return g_test_run ();
}
