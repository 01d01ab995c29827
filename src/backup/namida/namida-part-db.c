/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Namida's databases in a backup. They are opened hardened, checked before they are trusted, read row by row, and
 * written to a new file instead of being changed in place, so that nothing of a foreign schema survives. Called in
 * worker threads by the inspection, fit, merge and compare. */
#include "config.h"

#include "namida-part-db.h"

#include "namida-error.h"
#include "namida-json-cursor.h"
#include "namida-fd-vfs.h"
#include "namida-spool.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>

#define CELL_BYTES_MOST (8 * 1024 * 1024)
#define STEPS_AT_ONCE 10000
/* The number of steps for a file of any size, plus the number for each byte of it. A sound database needs a tenth of
 * that. */
#define STEPS_MOST (20u * 1000 * 1000)
#define STEPS_A_BYTE 8u
#define HEADER_BYTES 100u
#define WRITE_VERSION 18u

struct _NamidaPartDbWriter
{
  sqlite3_stmt *insert;
  sqlite3 *db;
};

static gboolean
db_fail (NamidaPartDb *self, int code, GError **error)
{
  g_debug ("database %s: %d %s", self->table, code, self->db != NULL ? sqlite3_errmsg (self->db) : "");
  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;
  if ((code & 0xff) == SQLITE_FULL)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE, _ ("There is not enough space on the disk."));
  else if ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_NOMEM)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
                         _ ("A temporary file could not be read or written."));
  else
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM, _ ("A database in the backup is damaged."));
  return FALSE;
}

static int
db_on_progress (gpointer user_data)
{
  NamidaPartDb *self = user_data;

  if (self->steps_left < STEPS_AT_ONCE || g_cancellable_is_cancelled (self->cancellable))
    return 1;
  self->steps_left -= STEPS_AT_ONCE;
  return 0;
}

static gboolean
db_run (NamidaPartDb *self, const char *sql, GError **error)
{
  int code = sqlite3_exec (self->db, sql, NULL, NULL, NULL);

  return code == SQLITE_OK || db_fail (self, code, error);
}

static gboolean
db_harden (NamidaPartDb *self, GError **error)
{
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
  sqlite3_limit (self->db, SQLITE_LIMIT_LENGTH, CELL_BYTES_MOST);
  sqlite3_limit (self->db, SQLITE_LIMIT_SQL_LENGTH, 64 * 1024);
  sqlite3_limit (self->db, SQLITE_LIMIT_COLUMN, 16);
  sqlite3_limit (self->db, SQLITE_LIMIT_EXPR_DEPTH, 16);
  sqlite3_limit (self->db, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit (self->db, SQLITE_LIMIT_TRIGGER_DEPTH, 1);
  sqlite3_limit (self->db, SQLITE_LIMIT_WORKER_THREADS, 0);
  sqlite3_progress_handler (self->db, STEPS_AT_ONCE, db_on_progress, self);
  return db_run (self,
                 "PRAGMA locking_mode=EXCLUSIVE; PRAGMA mmap_size=0; PRAGMA cache_size=-4000; PRAGMA temp_store=MEMORY;"
                 "PRAGMA cell_size_check=ON;",
                 error);
}

static NamidaPartDb *
db_new (const char *name, int fd, int wal_fd, int flags, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaPartDb) self = g_new0 (NamidaPartDb, 1);
  g_autofree char *path = namida_fd_vfs_dup_name (fd, wal_fd);
  g_autofree char *escaped = NULL;
  g_auto (GStrv) parts = g_strsplit (name, "\"", -1);
  struct stat st;
  int code;

  namida_fd_vfs_register ();
  escaped = g_strjoinv ("\"\"", parts);
  self->table = g_strdup_printf ("\"%s\"", escaped);
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  self->steps_left = STEPS_MOST + (fstat (fd, &st) == 0 ? (guint64) st.st_size * STEPS_A_BYTE : 0);
  code = sqlite3_open_v2 (path, &self->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | flags, NAMIDA_FD_VFS);
  if (code != SQLITE_OK)
    {
      db_fail (self, code, error);
      return NULL;
    }
  return db_harden (self, error) ? g_steal_pointer (&self) : NULL;
}

void
namida_part_db_free (NamidaPartDb *self)
{
  if (self == NULL)
    return;
  sqlite3_close (self->db);
  g_clear_object (&self->cancellable);
  g_free (self->table);
  g_free (self);
}

/* Accepts one table of two columns with the index of its key, and nothing else. */
static gboolean
db_check_schema (NamidaPartDb *self, const char *name, GError **error)
{
  static const char sql[] = "SELECT type, name, sql, rootpage FROM sqlite_schema";
  sqlite3_stmt *statement = NULL;
  guint tables = 0;
  gboolean fine = TRUE;
  int code = sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL);

  while (code == SQLITE_OK && fine && (code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      const char *type = (const char *) sqlite3_column_text (statement, 0);
      const char *text = (const char *) sqlite3_column_text (statement, 2);
      gboolean is_table = g_strcmp0 (type, "table") == 0;

      code = SQLITE_OK;
      tables += is_table;
      if (is_table)
        fine = g_strcmp0 ((const char *) sqlite3_column_text (statement, 1), name) == 0 && tables == 1 && text != NULL
               && g_ascii_strncasecmp (text, "CREATE TABLE", strlen ("CREATE TABLE")) == 0
               && sqlite3_column_int64 (statement, 3) > 0;
      else
        fine = g_strcmp0 (type, "index") == 0 && text == NULL;
    }
  sqlite3_finalize (statement);
  if (fine && code != SQLITE_DONE)
    return db_fail (self, code, error);
  return (fine && tables == 1) || db_fail (self, SQLITE_CORRUPT, error);
}

static gboolean
db_check_pages (NamidaPartDb *self, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2 (self->db, "PRAGMA quick_check(1)", -1, &statement, NULL);
  gboolean fine = FALSE;

  if (code == SQLITE_OK && (code = sqlite3_step (statement)) == SQLITE_ROW)
    fine = g_strcmp0 ((const char *) sqlite3_column_text (statement, 0), "ok") == 0;
  sqlite3_finalize (statement);
  return fine || db_fail (self, code == SQLITE_ROW ? SQLITE_CORRUPT : code, error);
}

/* Namida's databases declare WAL mode (2). Without a WAL they are complete; mode 1 says so. */
static gboolean
db_set_mode (int fd, guint8 mode, GError **error)
{
  guint8 header[HEADER_BYTES];
  struct stat st;

  if (fstat (fd, &st) != 0 || st.st_size < (off_t) sizeof header)
    return TRUE; /* SQLite reports what is wrong */
  if (!namida_spool_read_at (fd, header, sizeof header, 0, error))
    return FALSE;
  header[WRITE_VERSION] = header[WRITE_VERSION + 1] = mode;
  return namida_spool_write_at (fd, header + WRITE_VERSION, 2, WRITE_VERSION, error);
}

static gboolean
db_has_frames (int wal_fd)
{
  struct stat st;

  return wal_fd >= 0 && fstat (wal_fd, &st) == 0 && st.st_size > 32;
}

NamidaPartDb *
namida_part_db_open (const char *name, int fd, int wal_fd, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaPartDb) self = NULL;
  gboolean wal = db_has_frames (wal_fd);
  struct stat st;

  if (!db_set_mode (fd, wal ? 2 : 1, error))
    return NULL;
  self = db_new (name, fd, wal ? wal_fd : -1, 0, cancellable, error);
  if (self == NULL)
    return NULL;
  /* For SQLite, an empty file is an empty database, but a database in a backup has at least its table. */
  if (fstat (fd, &st) == 0 && st.st_size == 0 && !wal)
    {
      db_fail (self, SQLITE_CORRUPT, error);
      return NULL;
    }
  if ((wal && !db_run (self, "PRAGMA journal_mode=DELETE", error)) || !db_check_schema (self, name, error)
      || !db_check_pages (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

static gboolean
db_read_row (sqlite3_stmt *statement, NamidaPartDbFunc func, gpointer user_data, GError **error)
{
  const char *key = (const char *) sqlite3_column_text (statement, 0);
  gsize key_length = (gsize) sqlite3_column_bytes (statement, 0);
  const char *value = (const char *) sqlite3_column_text (statement, 1);
  gsize value_length = (gsize) sqlite3_column_bytes (statement, 1);

  return key == NULL || func (user_data, key, key_length, value, value_length, error);
}

gboolean
namida_part_db_foreach (NamidaPartDb *self, NamidaPartDbFunc func, gpointer user_data, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("SELECT key, value FROM %s", self->table);
  sqlite3_stmt *statement = NULL;
  gboolean going = TRUE;
  int code = sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL);

  while (code == SQLITE_OK && going)
    {
      code = sqlite3_step (statement);
      if (code != SQLITE_ROW)
        break;
      going = db_read_row (statement, func, user_data, error);
      code = SQLITE_OK;
    }
  sqlite3_finalize (statement);
  return going && (code == SQLITE_DONE || db_fail (self, code, error));
}

/* ---- writing ---- */

/* Returns: the number after @key; -1 if there is none. */
static gint64
db_find_number (const char *value, gsize length, const char *key)
{
  gsize left = 0;
  const char *found = namida_json_find_member (value, length, key, &left);
  gint64 number = 0;

  if (found == NULL)
    return -1;
  for (; left > 0 && g_ascii_isdigit (*found) && number < G_MAXINT64 / 100; found++, left--)
    number = number * 10 + (*found - '0');
  return number;
}

static gint64
db_get_change (const char *value, gsize length)
{
  gint64 change = db_find_number (value, length, "\"_mt\"");

  return change >= 0 ? change : db_find_number (value, length, "\"dateModified\"");
}

int
namida_part_db_compare (const char *one, gsize one_length, const char *other, gsize other_length)
{
  gint64 change, other_change;
  int order;

  if (one == NULL || other == NULL)
    return (one != NULL) - (other != NULL);
  change = db_get_change (one, one_length);
  other_change = db_get_change (other, other_length);
  if (change != other_change)
    return change < other_change ? -1 : 1;
  order = memcmp (one, other, MIN (one_length, other_length));
  return order != 0 ? order : (one_length > other_length) - (one_length < other_length);
}

static void
db_is_newer (sqlite3_context *context, int n, sqlite3_value **values)
{
  const char *one = (const char *) sqlite3_value_text (values[0]);
  const char *other = (const char *) sqlite3_value_text (values[1]);

  sqlite3_result_int (context, namida_part_db_compare (one, (gsize) sqlite3_value_bytes (values[0]), other,
                                                       (gsize) sqlite3_value_bytes (values[1]))
                                   > 0);
}

NamidaPartDb *
namida_part_db_create (const char *name, int fd, GError **error)
{
  g_autoptr (NamidaPartDb) self = db_new (name, fd, -1, SQLITE_OPEN_CREATE, NULL, error);
  g_autofree char *sql = NULL;

  if (self == NULL)
    return NULL;
  sqlite3_progress_handler (self->db, 0, NULL, NULL);
  sqlite3_create_function (self->db, "namida_is_newer", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, db_is_newer, NULL,
                           NULL);
  sql = g_strdup_printf ("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; BEGIN;"
                         "CREATE TABLE %s (key TEXT NOT NULL UNIQUE, value TEXT, PRIMARY KEY (key));",
                         self->table);
  return db_run (self, sql, error) ? g_steal_pointer (&self) : NULL;
}

gboolean
namida_part_db_finish (NamidaPartDb *self, GError **error)
{
  return db_run (self, "COMMIT", error);
}

NamidaPartDbWriter *
namida_part_db_writer_new (NamidaPartDb *self, GError **error)
{
  g_autoptr (NamidaPartDbWriter) writer = g_new0 (NamidaPartDbWriter, 1);
  g_autofree char *sql = g_strdup_printf ("INSERT INTO %s (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET "
                                          "value = excluded.value WHERE namida_is_newer (excluded.value, value)",
                                          self->table);
  int code = sqlite3_prepare_v2 (self->db, sql, -1, &writer->insert, NULL);

  writer->db = self->db;
  if (code == SQLITE_OK)
    return g_steal_pointer (&writer);
  db_fail (self, code, error);
  return NULL;
}

void
namida_part_db_writer_free (NamidaPartDbWriter *self)
{
  if (self == NULL)
    return;
  sqlite3_finalize (self->insert);
  g_free (self);
}

gboolean
namida_part_db_writer_add (
    NamidaPartDbWriter *self, const char *key, gsize key_length, const char *value, gsize value_length, GError **error)
{
  NamidaPartDb db = { .db = self->db };
  int code;

  sqlite3_reset (self->insert);
  sqlite3_bind_text (self->insert, 1, key, (int) key_length, SQLITE_STATIC);
  if (value != NULL)
    sqlite3_bind_text (self->insert, 2, value, (int) value_length, SQLITE_STATIC);
  else
    sqlite3_bind_null (self->insert, 2);
  code = sqlite3_step (self->insert);
  return code == SQLITE_DONE || db_fail (&db, code, error);
}
