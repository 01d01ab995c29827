/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaKnownContent: queries of the table of contents, each with a statement that is prepared once. Used by
 * prepare, preview and commit of a session, in its worker. */
#include "config.h"

#include "namida-known-content.h"

#include "namida-content.h"
#include "namida-file-ops.h"
#include "namida-sent-content.h"

/* The same file with the same bytes, in which no damage has been found since. */
#define SAME_FILE                                                                                                      \
  " c.size = ?1 AND c.mtime_ns = ?2 AND c.inode = ?3 AND c.device = ?4 AND c.ctime_ns = ?7 AND c.damaged = 0"

#define MOST_CONTENTS "8"
#define MOST_PLACES "2" /* for one content, which may occur in a thousand versions */

/* One object runs thousands of queries, so each statement is prepared once. */
enum
{
  LOOKUP,
  PLACES,
  HAS,
  IS_STORED,
  DUP_HASH,
  WAS_SENT,
  N_STATEMENTS
};

/* PLACES: finds the newest list that has the content and the newest version that has the list. Each takes one index
 * lookup, regardless of the number of versions. */
static const char *const queries[N_STATEMENTS] = {
  [LOOKUP] = "SELECT id, size, mtime_ns, inode, device, ctime_ns, read_at, path FROM contents"
             " WHERE substr (sha256, 1, 8) = substr (?1, 1, 8) AND +sha256 = ?1 AND damaged = 0"
             " ORDER BY id DESC LIMIT " MOST_CONTENTS,
  [PLACES]
  = "SELECT CASE v.landing WHEN 'backup' THEN v.path || '/' || n.path ELSE n.path END"
    " FROM list_items i JOIN names n ON n.id = i.name JOIN versions v"
    " ON v.id = (SELECT l.version FROM version_lists l JOIN versions x ON x.id = l.version WHERE l.list = i.list"
    " AND x.removing = 0 ORDER BY l.version DESC LIMIT 1) WHERE i.content = ?1 ORDER BY i.list DESC LIMIT " MOST_PLACES,
  [HAS] = "SELECT 1 FROM contents c WHERE" SAME_FILE " AND +sha256 = ?5 LIMIT 1",
  [IS_STORED] = "SELECT 1 FROM contents c JOIN list_items i ON i.content = c.id JOIN version_lists l"
                " ON l.list = i.list JOIN versions v ON v.id = l.version JOIN names n ON n.id = i.name"
                " WHERE" SAME_FILE " AND +v.session = ?5"
                " AND CASE v.landing WHEN 'backup' THEN v.path || '/' || n.path ELSE n.path END = ?6 LIMIT 1",
  [DUP_HASH] = "SELECT sha256 FROM contents c WHERE" SAME_FILE " LIMIT 1",
  [WAS_SENT] = NAMIDA_SENT_CONTENT_QUERY,
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

  /* If this fails, each query is a transaction of its own, which is slower but correct. */
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

static void
known_content_forget (sqlite3_stmt *statement)
{
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
}

static void
known_content_add_place (GPtrArray *rows, const NamidaHashRow *content, const char *path)
{
  NamidaHashRow *row = g_memdup2 (content, sizeof *content);

  row->path = g_strdup (path);
  row->sha256 = g_strdup (content->sha256);
  g_ptr_array_add (rows, row);
}

GPtrArray *
namida_known_content_lookup (NamidaKnownContent *self, const char *sha256)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_hash_row_free);
  g_autofree char *lower = g_ascii_strdown (sha256, -1);
  sqlite3_stmt *statement = self->statements[LOOKUP];
  sqlite3_stmt *places = self->statements[PLACES];
  int result;
  guint8 hash[NAMIDA_SHA256_BYTES];

  if (!namida_content_pack_hash (lower, hash))
    return rows;
  namida_database_lock (self->database);
  sqlite3_bind_blob (statement, 1, hash, sizeof hash, SQLITE_STATIC);
  /* An error that cuts the list short is harmless: at worst, the file is sent once more. */
  while (namida_database_next (statement, &result))
    {
      const char *path = (const char *) sqlite3_column_text (statement, 7);
      NamidaHashRow content = { .content = sqlite3_column_int64 (statement, 0),
                                .size = (guint64) sqlite3_column_int64 (statement, 1),
                                .mtime_ns = sqlite3_column_int64 (statement, 2),
                                .inode = (guint64) sqlite3_column_int64 (statement, 3),
                                .device = (guint64) sqlite3_column_int64 (statement, 4),
                                .ctime_ns = sqlite3_column_int64 (statement, 5),
                                .read_at = sqlite3_column_int64 (statement, 6),
                                .sha256 = lower };

      sqlite3_bind_int64 (places, 1, content.content);
      while (namida_database_next (places, &result))
        known_content_add_place (rows, &content, (const char *) sqlite3_column_text (places, 0));
      known_content_forget (places);
      if (path != NULL)
        known_content_add_place (rows, &content, path);
    }
  known_content_forget (statement);
  namida_database_unlock (self->database);
  return rows;
}

gboolean
namida_hash_row_fits (const NamidaHashRow *row, const struct stat *st)
{
  return S_ISREG (st->st_mode) && row->size == (guint64) st->st_size && row->mtime_ns == namida_stat_mtime_ns (st)
         && row->inode == (guint64) st->st_ino && row->device == (guint64) st->st_dev && row->ctime_ns != 0
         && row->ctime_ns == namida_content_ctime_ns (st);
}

/* The database must be locked. The caller binds the fifth parameter. */
static gboolean
known_content_ask (sqlite3_stmt *statement, const char *path, const struct stat *st)
{
  sqlite3_bind_int64 (statement, 1, (sqlite3_int64) st->st_size);
  sqlite3_bind_int64 (statement, 2, namida_stat_mtime_ns (st));
  sqlite3_bind_int64 (statement, 3, (sqlite3_int64) st->st_ino);
  sqlite3_bind_int64 (statement, 4, (sqlite3_int64) st->st_dev);
  sqlite3_bind_text (statement, 6, path, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 7, namida_content_ctime_ns (st));
  return sqlite3_step (statement) == SQLITE_ROW;
}

gboolean
namida_known_content_has (NamidaKnownContent *self, const char *sha256, const struct stat *st)
{
  sqlite3_stmt *statement = self->statements[HAS];
  guint8 hash[NAMIDA_SHA256_BYTES];
  gboolean found;

  if (!S_ISREG (st->st_mode) || !namida_content_pack_hash (sha256, hash))
    return FALSE;
  namida_database_lock (self->database);
  sqlite3_bind_blob (statement, 5, hash, sizeof hash, SQLITE_STATIC);
  found = known_content_ask (statement, NULL, st);
  known_content_forget (statement);
  namida_database_unlock (self->database);
  return found;
}

gboolean
namida_known_content_is_stored (NamidaKnownContent *self, const char *id, const char *path, const struct stat *st)
{
  sqlite3_stmt *statement = self->statements[IS_STORED];
  gboolean found;

  namida_database_lock (self->database);
  sqlite3_bind_text (statement, 5, id, -1, SQLITE_STATIC);
  found = known_content_ask (statement, path, st);
  known_content_forget (statement);
  namida_database_unlock (self->database);
  return found;
}

char *
namida_known_content_dup_hash (NamidaKnownContent *self, const struct stat *st)
{
  sqlite3_stmt *statement = self->statements[DUP_HASH];
  char *hash = NULL;

  namida_database_lock (self->database);
  if (known_content_ask (statement, NULL, st))
    hash = namida_content_dup_hash (statement, 0);
  known_content_forget (statement);
  namida_database_unlock (self->database);
  return hash;
}

gboolean
namida_known_content_was_sent (NamidaKnownContent *self, const char *fingerprint, const char *sha256)
{
  sqlite3_stmt *statement = self->statements[WAS_SENT];
  g_autofree char *lower = sha256 != NULL ? g_ascii_strdown (sha256, -1) : NULL;
  gboolean found;

  if (fingerprint == NULL || lower == NULL)
    return FALSE;
  namida_database_lock (self->database);
  sqlite3_bind_text (statement, 1, fingerprint, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 2, lower, -1, SQLITE_STATIC);
  found = sqlite3_step (statement) == SQLITE_ROW;
  known_content_forget (statement);
  namida_database_unlock (self->database);
  return found;
}
