/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-known-content.h"

#include "namida-file-ops.h"

#define SAME_FILE " size = ?1 AND mtime_ns = ?2 AND inode = ?3 AND device = ?4"

/* Thousands of questions are asked of one object: each kind is prepared once. */
enum
{
  LOOKUP,
  HAS,
  IS_STORED,
  DUP_HASH,
  N_STATEMENTS
};

/* What is stored is found by its path, never by its content alone: a hundred thousand files may have the same. */
static const char *const queries[N_STATEMENTS] = {
  [LOOKUP] = "SELECT * FROM (SELECT path, size, mtime_ns, inode, device FROM stored WHERE sha256 = ?1"
             " ORDER BY id DESC LIMIT 15)"
             " UNION ALL SELECT * FROM (SELECT path, size, mtime_ns, inode, device FROM hash_index WHERE sha256 = ?1"
             " LIMIT 8) LIMIT 16",
  [HAS] = "SELECT 1 FROM hash_index WHERE" SAME_FILE " AND +sha256 = ?5"
          " UNION ALL SELECT 1 FROM stored WHERE path = ?6 AND" SAME_FILE " AND +sha256 = ?5 LIMIT 1",
  [IS_STORED] = "SELECT 1 FROM stored WHERE +session = ?5 AND path = ?6 AND" SAME_FILE " LIMIT 1",
  [DUP_HASH] = "SELECT sha256 FROM stored WHERE path = ?6 AND" SAME_FILE
               " UNION ALL SELECT sha256 FROM hash_index WHERE path = ?6 AND" SAME_FILE " LIMIT 1",
};

struct _NamidaKnownContent
{
  NamidaDatabase *database;
  sqlite3_stmt *statements[N_STATEMENTS];
};

NamidaKnownContent *
namida_known_content_new (NamidaDatabase *database, GError **error)
{
  NamidaKnownContent *self = g_new0 (NamidaKnownContent, 1);
  gboolean fine = TRUE;

  self->database = g_object_ref (database);
  namida_database_lock (database);
  for (guint i = 0; i < N_STATEMENTS && fine; i++)
    {
      self->statements[i] = namida_database_prepare (database, error, queries[i], "");
      fine = self->statements[i] != NULL;
    }
  namida_database_unlock (database);
  if (fine)
    return self;
  namida_known_content_free (self);
  return NULL;
}

void
namida_known_content_free (NamidaKnownContent *self)
{
  if (self == NULL)
    return;
  namida_database_lock (self->database);
  for (guint i = 0; i < N_STATEMENTS; i++)
    sqlite3_finalize (self->statements[i]);
  namida_database_unlock (self->database);
  g_object_unref (self->database);
  g_free (self);
}

void
namida_known_content_hold (NamidaKnownContent *self)
{
  sqlite3 *handle = namida_database_lock (self->database);

  /* Without it each question is a transaction of its own: slower, not wrong. */
  sqlite3_exec (handle, "BEGIN", NULL, NULL, NULL);
}

void
namida_known_content_release (NamidaKnownContent *self)
{
  sqlite3 *handle = namida_database_lock (self->database);

  if (!sqlite3_get_autocommit (handle))
    sqlite3_exec (handle, "COMMIT", NULL, NULL, NULL);
  namida_database_unlock (self->database);
  namida_database_unlock (self->database);
}

GPtrArray *
namida_known_content_lookup (NamidaKnownContent *self, const char *sha256)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_hash_row_free);
  g_autofree char *lower = g_ascii_strdown (sha256, -1);
  sqlite3_stmt *statement = self->statements[LOOKUP];

  namida_database_lock (self->database);
  sqlite3_bind_text (statement, 1, lower, -1, SQLITE_STATIC);
  while (sqlite3_step (statement) == SQLITE_ROW)
    {
      NamidaHashRow *row = g_new0 (NamidaHashRow, 1);

      row->path = g_strdup ((const char *) sqlite3_column_text (statement, 0));
      row->size = (guint64) sqlite3_column_int64 (statement, 1);
      row->mtime_ns = sqlite3_column_int64 (statement, 2);
      row->inode = (guint64) sqlite3_column_int64 (statement, 3);
      row->device = (guint64) sqlite3_column_int64 (statement, 4);
      row->sha256 = g_strdup (lower);
      g_ptr_array_add (rows, row);
    }
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  namida_database_unlock (self->database);
  return rows;
}

gboolean
namida_hash_row_fits (const NamidaHashRow *row, const struct stat *st)
{
  return S_ISREG (st->st_mode) && row->size == (guint64) st->st_size && row->mtime_ns == namida_stat_mtime_ns (st)
         && row->inode == (guint64) st->st_ino && row->device == (guint64) st->st_dev;
}

/* Locked. @value: 5th parameter. */
static gboolean
ask (sqlite3_stmt *statement, const char *value, const char *path, const struct stat *st)
{
  sqlite3_bind_int64 (statement, 1, (sqlite3_int64) st->st_size);
  sqlite3_bind_int64 (statement, 2, namida_stat_mtime_ns (st));
  sqlite3_bind_int64 (statement, 3, (sqlite3_int64) st->st_ino);
  sqlite3_bind_int64 (statement, 4, (sqlite3_int64) st->st_dev);
  if (value != NULL)
    sqlite3_bind_text (statement, 5, value, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 6, path, -1, SQLITE_STATIC);
  return sqlite3_step (statement) == SQLITE_ROW;
}

static void
forget (sqlite3_stmt *statement)
{
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
}

static gboolean
ask_once (NamidaKnownContent *self, guint query, const char *value, const char *path, const struct stat *st)
{
  gboolean found;

  namida_database_lock (self->database);
  found = ask (self->statements[query], value, path, st);
  forget (self->statements[query]);
  namida_database_unlock (self->database);
  return found;
}

gboolean
namida_known_content_has (NamidaKnownContent *self, const char *sha256, const char *path, const struct stat *st)
{
  return S_ISREG (st->st_mode) && ask_once (self, HAS, sha256, path, st);
}

gboolean
namida_known_content_is_stored (NamidaKnownContent *self, const char *id, const char *path, const struct stat *st)
{
  return ask_once (self, IS_STORED, id, path, st);
}

char *
namida_known_content_dup_hash (NamidaKnownContent *self, const char *path, const struct stat *st)
{
  char *hash = NULL;

  namida_database_lock (self->database);
  if (ask (self->statements[DUP_HASH], NULL, path, st))
    hash = g_strdup ((const char *) sqlite3_column_text (self->statements[DUP_HASH], 0));
  forget (self->statements[DUP_HASH]);
  namida_database_unlock (self->database);
  return hash;
}
