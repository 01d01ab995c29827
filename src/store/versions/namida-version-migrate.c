/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moves the files of versions that version 0.1.0 wrote (one row for each file and version, in three tables) into the
 * lists that versions share. Called when a store is opened and before anything reads a version. Runs in a worker
 * thread, in many short transactions, and continues where it was interrupted. */
#include "config.h"

#include "namida-version-lists.h"

#include "namida-clock.h"
#include "namida-content.h"
#include "namida-error.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#define ROWS_AT_ONCE 5000

typedef struct
{
  gint64 id;
  char *landing, *path;
  gint64 created_at, verified_at;
} OldVersion;

static void
migrate_clear (OldVersion *old)
{
  g_free (old->landing);
  g_free (old->path);
}

/* @found: (out): whether there is another one. */
static gboolean
migrate_next (NamidaDatabase *database, gint64 version, OldVersion *old, gboolean *found, GError **error)
{
  sqlite3_stmt *statement
      = namida_database_prepare (database, error,
                                 "SELECT id, landing, path, created_at, CASE damaged WHEN 0 THEN coalesce (verified_at,"
                                 " 0) ELSE 0 END FROM versions WHERE migrated = 0 AND (?1 = 0 OR id = ?1) ORDER BY id"
                                 " LIMIT 1",
                                 "i", version);

  int result;

  /* Do not take an error for the end of the list, after which the older tables are deleted. */
  *found = namida_database_next (statement, &result);
  if (*found)
    *old = (OldVersion){ .id = sqlite3_column_int64 (statement, 0),
                         .landing = g_strdup ((const char *) sqlite3_column_text (statement, 1)),
                         .path = g_strdup ((const char *) sqlite3_column_text (statement, 2)),
                         .created_at = sqlite3_column_int64 (statement, 3),
                         .verified_at = sqlite3_column_int64 (statement, 4) };
  return namida_database_end (database, statement, *found ? SQLITE_DONE : result, error);
}

static const char *
migrate_text (GStringChunk *texts, sqlite3_stmt *statement, int column)
{
  const char *text = (const char *) sqlite3_column_text (statement, column);

  return g_string_chunk_insert (texts, text != NULL ? text : "");
}

static gboolean
migrate_rows (NamidaDatabase *database, const OldVersion *old, GStringChunk *texts, GArray *rows, GError **error)
{
  sqlite3_stmt *statement = namida_database_prepare (
      database, error,
      "SELECT kind, path, label, relative, size, mtime_ns, inode, device, sha256 FROM old_version_files"
      " WHERE version = ?",
      "i", old->id);
  int result;

  while (namida_database_next (statement, &result))
    {
      const char *path = migrate_text (texts, statement, 1);
      NamidaStoredRow row = { .kind = (NamidaVersionFileKind) sqlite3_column_int (statement, 0),
                              .label = migrate_text (texts, statement, 2),
                              .below = migrate_text (texts, statement, 3),
                              .folder = old->path,
                              .relative = path,
                              .size = (guint64) sqlite3_column_int64 (statement, 4),
                              .mtime_ns = sqlite3_column_int64 (statement, 5),
                              .inode = (guint64) sqlite3_column_int64 (statement, 6),
                              .device = (guint64) sqlite3_column_int64 (statement, 7),
                              .sha256 = migrate_text (texts, statement, 8),
                              .read_at = old->verified_at,
                              .first_at = old->created_at };
      guint8 hash[NAMIDA_SHA256_BYTES];

      /* The path is absolute for "library". */
      if (*path == '/')
        {
          row.folder = "";
          row.relative = path + 1;
        }
      if (row.kind == NAMIDA_VERSION_FILE_FOLDER || namida_content_pack_hash (row.sha256, hash))
        g_array_append_val (rows, row);
    }
  return namida_database_end (database, statement, result, error);
}

/* Migrates one version in one transaction. @found: (out): whether there was one. */
static gboolean
migrate_version (NamidaDatabase *database, gint64 version, gboolean *found, GError **error)
{
  g_autoptr (GStringChunk) texts = g_string_chunk_new (4096);
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (NamidaStoredRow));
  sqlite3 *handle = namida_database_lock (database);
  OldVersion old = { 0 };
  gboolean fine;

  *found = FALSE;
  fine = namida_database_exec (database, error, "BEGIN IMMEDIATE", "")
         && migrate_next (database, version, &old, found, error);
  if (fine && *found)
    fine = migrate_rows (database, &old, texts, rows, error)
           && namida_version_lists_write (database, old.id, old.landing, old.path, rows, error);
  fine = fine && namida_database_exec (database, error, "COMMIT", "");
  if (!fine && !sqlite3_get_autocommit (handle))
    sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  namida_database_unlock (database);
  migrate_clear (&old);
  return fine;
}

/* @has: (out): whether there is the table. Returns: %FALSE with STORAGE if that is not known. */
static gboolean
migrate_has_table (NamidaDatabase *database, const char *name, gboolean *has, GError **error)
{
  sqlite3_stmt *statement;
  gboolean fine;
  int result;

  namida_database_lock (database);
  statement = namida_database_prepare (database, error, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?",
                                       "s", name);
  *has = namida_database_next (statement, &result);
  fine = namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  return fine;
}

/* Migrates the older hash index: what is known about files that are in no version. @more: (out): whether there may be
 * more rows. */
static gboolean
migrate_hashes (NamidaDatabase *database, gboolean *more, GError **error)
{
  g_autoptr (NamidaContentWriter) writer = NULL;
  g_autofree char *last = NULL;
  sqlite3 *handle = namida_database_lock (database);
  sqlite3_stmt *statement = NULL;
  gboolean fine = namida_database_exec (database, error, "BEGIN IMMEDIATE", "");
  guint n = 0;
  int result;

  writer = fine ? namida_content_writer_new (database, error) : NULL;
  if (writer != NULL)
    statement = namida_database_prepare (
        database, error,
        "SELECT path, size, mtime_ns, inode, device, sha256 FROM old_hash_index h WHERE NOT EXISTS (SELECT 1 FROM"
        " contents c WHERE c.inode = h.inode AND c.size = h.size AND c.mtime_ns = h.mtime_ns) ORDER BY path LIMIT ?",
        "i", (gint64) ROWS_AT_ONCE);
  fine = statement != NULL;
  while (fine && namida_database_next (statement, &result))
    {
      NamidaFileContent content = { .path = (const char *) sqlite3_column_text (statement, 0),
                                    .size = (guint64) sqlite3_column_int64 (statement, 1),
                                    .mtime_ns = sqlite3_column_int64 (statement, 2),
                                    .inode = (guint64) sqlite3_column_int64 (statement, 3),
                                    .device = (guint64) sqlite3_column_int64 (statement, 4),
                                    .sha256 = (const char *) sqlite3_column_text (statement, 5) };
      guint8 hash[NAMIDA_SHA256_BYTES];

      if (namida_content_pack_hash (content.sha256, hash))
        fine = namida_content_writer_enter (writer, &content, NULL, error) != 0;
      g_free (last);
      last = g_strdup (content.path);
      n++;
    }
  fine = namida_database_end (database, statement, fine ? result : SQLITE_DONE, error) && fine;
  g_clear_pointer (&writer, namida_content_writer_free);
  fine = fine
         && (last == NULL
             || namida_database_exec (database, error, "DELETE FROM old_hash_index WHERE path <= ?", "s", last))
         && namida_database_exec (database, error, "COMMIT", "");
  if (!fine && !sqlite3_get_autocommit (handle))
    sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  namida_database_unlock (database);
  *more = n == ROWS_AT_ONCE;
  return fine;
}

/* Deletes the older tables, and gives their space back to the file system unless another program uses the database. */
static gboolean
migrate_drop (NamidaDatabase *database, GError **error)
{
  static const char *const drops[]
      = { "DROP TABLE IF EXISTS old_hash_index", "DROP TABLE IF EXISTS old_stored", "DROP TABLE old_version_files" };
  gboolean fine = TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (drops) && fine; i++)
    fine = namida_database_exec (database, error, drops[i], "");
  if (fine)
    namida_database_exec (database, NULL, "VACUUM", "");
  return fine;
}

static gboolean
migrate_may_go_on (gint64 until, GCancellable *cancellable, GError **error)
{
  return !g_cancellable_set_error_if_cancelled (cancellable, error)
         && (until == 0 || namida_clock_monotonic () < until);
}

gboolean
namida_version_migrate (
    NamidaDatabase *database, gint64 version, gint64 until, GCancellable *cancellable, GError **error)
{
  gboolean more;

  if (!migrate_has_table (database, "old_version_files", &more, error))
    return FALSE;
  if (!more)
    return TRUE;
  while (more)
    {
      if (!migrate_may_go_on (until, cancellable, error))
        return cancellable == NULL || !g_cancellable_is_cancelled (cancellable);
      if (!migrate_version (database, version, &more, error))
        return FALSE;
      if (version != 0)
        return TRUE;
    }
  if (!migrate_has_table (database, "old_hash_index", &more, error))
    return FALSE;
  while (more)
    {
      if (!migrate_may_go_on (until, cancellable, error))
        return cancellable == NULL || !g_cancellable_is_cancelled (cancellable);
      if (!migrate_hashes (database, &more, error))
        return FALSE;
    }
  return migrate_drop (database, error);
}
