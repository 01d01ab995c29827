/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of contents: one row for each file whose bytes this program has read, with its inode and times at that
 * moment. The hash index of the sender and the versions of the store consist of these rows. Every function runs in a
 * worker thread; the writer needs the database locked and a transaction around it. */
#include "config.h"

#include "namida-content.h"

#include "namida-clock.h"
#include "namida-digest.h"
#include "namida-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

enum
{
  FIND,
  UPDATE,
  INSERT,
  PRUNE,
  N_STATEMENTS
};

/* Search by inode, never by content alone, because a hundred thousand files may have the same content. The result is
 * not sorted: SQLite would set up a sorter for each file, which costs eight times as much as the search. */
static const char *const statements[N_STATEMENTS] = {
  [FIND] = "SELECT id, device, ctime_ns, read_at, damaged, path IS ?5 FROM contents"
           " WHERE inode = ?1 AND size = ?2 AND mtime_ns = ?3 AND +sha256 = ?4",
  [UPDATE] = "UPDATE contents SET device = ?2, ctime_ns = ?3, read_at = ?4, damaged = ?5, path = coalesce (?6, path),"
             " seen_at = CASE WHEN ?6 IS NULL THEN seen_at ELSE 0 END WHERE id = ?1",
  [INSERT] = "INSERT INTO contents (inode, device, size, mtime_ns, ctime_ns, sha256, read_at, path)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
  [PRUNE] = "DELETE FROM contents WHERE inode = ?1 AND device = ?2 AND id <> ?3"
            " AND NOT EXISTS (SELECT 1 FROM list_items WHERE list_items.content = contents.id)",
};

struct _NamidaContentWriter
{
  NamidaDatabase *database;
  sqlite3_stmt *statements[N_STATEMENTS];
};

/* The result of FIND. */
typedef struct
{
  gint64 id, device, ctime_ns, read_at;
  gboolean damaged, same_path;
} ContentRow;

gint64
namida_content_ctime_ns (const struct stat *st)
{
  return (gint64) st->st_ctim.tv_sec * G_GINT64_CONSTANT (1000000000) + st->st_ctim.tv_nsec;
}

/* Like g_ascii_xdigit_value(), but without a function call, because each file of an offer has 64 of them. Returns -1
 * if @digit is not a hex digit. */
static inline int
content_get_digit (char digit)
{
  char lower = (char) (digit | 0x20);

  if (digit >= '0' && digit <= '9')
    return digit - '0';
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

gboolean
namida_content_pack_hash (const char *hex, guint8 *bytes)
{
  gsize i;

  if (hex == NULL)
    return FALSE;
  for (i = 0; i < NAMIDA_SHA256_BYTES; i++)
    {
      /* The end of a short text is not a digit, and nothing beyond it is read. */
      int high = content_get_digit (hex[2 * i]);
      int low = high >= 0 ? content_get_digit (hex[2 * i + 1]) : -1;

      if (low < 0)
        return FALSE;
      bytes[i] = (guint8) (high << 4 | low);
    }
  return hex[2 * i] == '\0';
}

char *
namida_content_dup_hash (sqlite3_stmt *statement, int column)
{
  static const char digits[] = "0123456789abcdef";
  const guint8 *bytes = sqlite3_column_blob (statement, column);
  char *hex;

  if (bytes == NULL || sqlite3_column_bytes (statement, column) != (int) NAMIDA_SHA256_BYTES)
    return NULL;
  hex = g_malloc (2 * (gsize) NAMIDA_SHA256_BYTES + 1);
  for (guint i = 0; i < NAMIDA_SHA256_BYTES; i++)
    {
      hex[2 * (gsize) i] = digits[bytes[i] >> 4];
      hex[2 * (gsize) i + 1] = digits[bytes[i] & 15];
    }
  hex[2 * (gsize) NAMIDA_SHA256_BYTES] = '\0';
  return hex;
}

static gboolean
content_fail (NamidaDatabase *database, GError **error)
{
  sqlite3 *handle = namida_database_lock (database);

  g_set_error (error, NAMIDA_ERROR,
               (sqlite3_errcode (handle) & 0xff) == SQLITE_FULL ? NAMIDA_ERROR_NO_SPACE : NAMIDA_ERROR_STORAGE,
               _ ("The checksums could not be stored (%s). Check the disk and try again."), sqlite3_errmsg (handle));
  namida_database_unlock (database);
  return FALSE;
}

NamidaContentWriter *
namida_content_writer_new (NamidaDatabase *database, GError **error)
{
  g_autoptr (NamidaContentWriter) self = g_new0 (NamidaContentWriter, 1);

  self->database = g_object_ref (database);
  for (guint i = 0; i < N_STATEMENTS; i++)
    {
      self->statements[i] = namida_database_prepare (database, error, statements[i], "");
      if (self->statements[i] == NULL)
        return NULL;
    }
  return g_steal_pointer (&self);
}

void
namida_content_writer_free (NamidaContentWriter *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < N_STATEMENTS; i++)
    sqlite3_finalize (self->statements[i]);
  g_object_unref (self->database);
  g_free (self);
}

/* Finds the row of @content, preferably one that is not damaged. Returns the last result of sqlite3_step(). */
static int
content_find (NamidaContentWriter *self, const NamidaFileContent *content, const guint8 *hash, ContentRow *row)
{
  sqlite3_stmt *statement = self->statements[FIND];
  gboolean found = FALSE;
  int result;

  sqlite3_bind_int64 (statement, 1, (gint64) content->inode);
  sqlite3_bind_int64 (statement, 2, (gint64) content->size);
  sqlite3_bind_int64 (statement, 3, content->mtime_ns);
  sqlite3_bind_blob (statement, 4, hash, (int) NAMIDA_SHA256_BYTES, SQLITE_STATIC);
  sqlite3_bind_text (statement, 5, content->path, -1, SQLITE_STATIC);
  while (namida_database_next (statement, &result))
    {
      gboolean damaged = sqlite3_column_int (statement, 4) != 0;

      if (found && damaged)
        continue;
      found = TRUE;
      *row = (ContentRow){ .id = sqlite3_column_int64 (statement, 0),
                           .device = sqlite3_column_int64 (statement, 1),
                           .ctime_ns = sqlite3_column_int64 (statement, 2),
                           .read_at = sqlite3_column_int64 (statement, 3),
                           .damaged = damaged,
                           .same_path = sqlite3_column_int (statement, 5) != 0 };
      if (!damaged)
        break;
    }
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return found && result == SQLITE_DONE ? SQLITE_ROW : result;
}

static gboolean
content_update (NamidaContentWriter *self, const NamidaFileContent *content, ContentRow *row)
{
  sqlite3_stmt *statement = self->statements[UPDATE];
  gint64 ctime_ns = content->ctime_ns != 0 ? content->ctime_ns : row->ctime_ns;
  /* A date in the future was set by a clock that was wrong, so replace it. */
  gboolean newer
      = content->read_at > row->read_at || (content->read_at > 0 && row->read_at > content->read_at + G_TIME_SPAN_DAY);
  gboolean changed = row->device != (gint64) content->device || row->ctime_ns != ctime_ns || newer
                     || (content->path != NULL && !row->same_path) || (row->damaged && content->read_at > 0);
  int result;

  if (newer)
    row->read_at = content->read_at;
  if (!changed)
    return TRUE;
  sqlite3_bind_int64 (statement, 1, row->id);
  sqlite3_bind_int64 (statement, 2, (gint64) content->device);
  sqlite3_bind_int64 (statement, 3, ctime_ns);
  sqlite3_bind_int64 (statement, 4, row->read_at);
  sqlite3_bind_int (statement, 5, row->damaged && content->read_at == 0);
  sqlite3_bind_text (statement, 6, content->path, -1, SQLITE_STATIC);
  result = sqlite3_step (statement);
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return result == SQLITE_DONE;
}

static gboolean
content_insert (NamidaContentWriter *self, const NamidaFileContent *content, const guint8 *hash, ContentRow *row)
{
  sqlite3_stmt *statement = self->statements[INSERT];
  sqlite3 *handle = sqlite3_db_handle (statement);
  int result;

  row->read_at = content->read_at > 0 ? content->read_at : content->first_at;
  sqlite3_bind_int64 (statement, 1, (gint64) content->inode);
  sqlite3_bind_int64 (statement, 2, (gint64) content->device);
  sqlite3_bind_int64 (statement, 3, (gint64) content->size);
  sqlite3_bind_int64 (statement, 4, content->mtime_ns);
  sqlite3_bind_int64 (statement, 5, content->ctime_ns);
  sqlite3_bind_blob (statement, 6, hash, (int) NAMIDA_SHA256_BYTES, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 7, row->read_at);
  sqlite3_bind_text (statement, 8, content->path, -1, SQLITE_STATIC);
  result = sqlite3_step (statement);
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  if (result != SQLITE_DONE)
    return FALSE;
  row->id = sqlite3_last_insert_rowid (handle);

  /* The inode was another file before. Versions that contain that file keep its row, because it records what they
   * should contain. */
  statement = self->statements[PRUNE];
  sqlite3_bind_int64 (statement, 1, (gint64) content->inode);
  sqlite3_bind_int64 (statement, 2, (gint64) content->device);
  sqlite3_bind_int64 (statement, 3, row->id);
  result = sqlite3_step (statement);
  sqlite3_reset (statement);
  return result == SQLITE_DONE;
}

gint64
namida_content_writer_enter (NamidaContentWriter *self,
                             const NamidaFileContent *content,
                             gint64 *read_at,
                             GError **error)
{
  guint8 hash[NAMIDA_SHA256_BYTES];
  ContentRow row = { 0 };
  gboolean fine = FALSE;
  int result;

  if (!namida_content_pack_hash (content->sha256, hash))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
                           _ ("A file has no valid checksum. Send it again."));
      return 0;
    }
  result = content_find (self, content, hash, &row);
  /* This file repairs the versions whose file was damaged. Do not reuse their row for it. */
  if (result == SQLITE_ROW && row.damaged && content->arrived)
    result = SQLITE_DONE;
  if (result == SQLITE_ROW)
    fine = content_update (self, content, &row);
  else if (result == SQLITE_DONE)
    fine = content_insert (self, content, hash, &row);
  if (!fine)
    {
      content_fail (self->database, error);
      return 0;
    }
  if (read_at != NULL)
    *read_at = row.read_at;
  return row.id;
}

/* The order of the columns in NAMIDA_CONTENT_ROW_COLUMNS. */
enum
{
  ROW_ID,
  ROW_INODE,
  ROW_SIZE,
  ROW_MTIME,
  ROW_HASH,
  ROW_DEVICE,
  ROW_CTIME,
  ROW_READ_AT,
  ROW_DAMAGED,
  ROW_PATH,
};

static gboolean
content_is_row (const NamidaFileContent *content, sqlite3_stmt *statement, int column)
{
  guint8 hash[NAMIDA_SHA256_BYTES];
  const void *blob;

  if (sqlite3_column_type (statement, column + ROW_ID) == SQLITE_NULL
      || sqlite3_column_int64 (statement, column + ROW_INODE) != (gint64) content->inode
      || sqlite3_column_int64 (statement, column + ROW_SIZE) != (gint64) content->size
      || sqlite3_column_int64 (statement, column + ROW_MTIME) != content->mtime_ns
      || sqlite3_column_int (statement, column + ROW_DAMAGED) != 0 || !namida_content_pack_hash (content->sha256, hash))
    return FALSE;
  blob = sqlite3_column_blob (statement, column + ROW_HASH);
  return blob != NULL && sqlite3_column_bytes (statement, column + ROW_HASH) == (int) sizeof hash
         && memcmp (blob, hash, sizeof hash) == 0;
}

gint64
namida_content_writer_refresh (NamidaContentWriter *self,
                               const NamidaFileContent *content,
                               sqlite3_stmt *statement,
                               int column,
                               gint64 *read_at,
                               gboolean *fine,
                               GError **error)
{
  ContentRow row;

  if (!content_is_row (content, statement, column))
    return 0;
  row = (ContentRow){
    .id = sqlite3_column_int64 (statement, column + ROW_ID),
    .device = sqlite3_column_int64 (statement, column + ROW_DEVICE),
    .ctime_ns = sqlite3_column_int64 (statement, column + ROW_CTIME),
    .read_at = sqlite3_column_int64 (statement, column + ROW_READ_AT),
    .same_path = g_strcmp0 ((const char *) sqlite3_column_text (statement, column + ROW_PATH), content->path) == 0
  };
  if (!content_update (self, content, &row))
    {
      *fine = content_fail (self->database, error);
      return 0;
    }
  *read_at = row.read_at;
  return row.id;
}

gboolean
namida_content_set_damaged (
    NamidaDatabase *database, gint64 id, const char *sha256, const struct stat *st, GError **error)
{
  guint8 hash[NAMIDA_SHA256_BYTES];
  sqlite3_stmt *statement;
  gboolean fine = FALSE;

  if (!namida_content_pack_hash (sha256, hash))
    return TRUE;
  namida_database_lock (database);
  statement = namida_database_prepare (database, error,
                                       "UPDATE contents SET damaged = 1 WHERE damaged = 0"
                                       " AND substr (sha256, 1, 8) = substr (?1, 1, 8) AND +sha256 = ?1"
                                       " AND (?2 = 0 OR +inode = ?2 OR +id = ?3)",
                                       "");
  if (statement != NULL)
    {
      sqlite3_bind_blob (statement, 1, hash, sizeof hash, SQLITE_STATIC);
      sqlite3_bind_int64 (statement, 2, st != NULL ? (gint64) st->st_ino : 0);
      sqlite3_bind_int64 (statement, 3, id);
      fine = sqlite3_step (statement) == SQLITE_DONE || content_fail (database, error);
      sqlite3_finalize (statement);
    }
  namida_database_unlock (database);
  return fine;
}

gboolean
namida_content_heal (NamidaDatabase *database, gint64 id, const struct stat *st, GError **error)
{
  return namida_database_exec (database, error,
                               "UPDATE contents SET inode = ?, device = ?, size = ?, mtime_ns = ?, ctime_ns = ?,"
                               " read_at = ?, damaged = 0 WHERE id = ?",
                               "iiiiiii", (gint64) st->st_ino, (gint64) st->st_dev, (gint64) st->st_size,
                               (gint64) st->st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + st->st_mtim.tv_nsec,
                               namida_content_ctime_ns (st), namida_clock_real (), id);
}
