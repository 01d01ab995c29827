/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the files of a version are stored in the database: each content once, each name once, and lists of both that
 * versions share. A list contains the files of a version in one folder; as long as nothing in the folder changes, all
 * versions refer to the same list. Called by the commit of a session, the migration and the adoption of a folder.
 * Everything runs in a worker thread that holds the lock of the database and is in a transaction. */
#include "config.h"

#include "namida-version-lists.h"

#include "namida-content.h"
#include "namida-digest.h"
#include "namida-error.h"
#include "namida-json-cursor.h"
#include "namida-version-recall.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The number of files above which a folder is kept in PARTS lists, so that one new file does not copy all of them. */
#define LARGE_FOLDER 128u
#define PARTS 64u
#define DIGEST_BYTES 16u

enum
{
  FIND_NAME,
  ADD_NAME,
  FIND_LIST,
  ADD_LIST,
  ADD_ITEM,
  ADD_LINK,
  N_STATEMENTS
};

static const char *const statements[N_STATEMENTS] = {
  [FIND_NAME] = "SELECT id FROM names WHERE path = ?1 AND kind = ?2 AND label = ?3 AND tail = ?4 AND relative IS ?5",
  [ADD_NAME] = "INSERT INTO names (path, kind, label, tail, relative) VALUES (?1, ?2, ?3, ?4, ?5)",
  [FIND_LIST] = "SELECT id FROM lists WHERE digest = ?1",
  [ADD_LIST] = "INSERT INTO lists (digest) VALUES (?1)",
  [ADD_ITEM] = "INSERT INTO list_items (list, name, content, kept) VALUES (?1, ?2, ?3, ?4)",
  [ADD_LINK] = "INSERT OR IGNORE INTO version_lists (version, list) VALUES (?1, ?2)",
};

/* ListItem: one file of the version. */
typedef struct
{
  const char *folder; /* the first @folder_length bytes of @path */
  gsize folder_length;
  guint part; /* the part of a large folder */
  gboolean kept;
  gint64 name, content;
} ListItem;

typedef struct
{
  NamidaDatabase *database;
  sqlite3 *handle;
  NamidaContentWriter *contents;
  sqlite3_stmt *statements[N_STATEMENTS];
  const char *landing, *base;
  GStringChunk *chunk;
  GPtrArray *paths;   /* in @chunk, one for each row */
  GArray *items;      /* ListItem */
  GHashTable *labels; /* label → ListCount */
  gint64 version, read_at;
  gint64 same; /* a version with the same files; 0 if there is none */
  guint64 files, bytes;
  const char *zip; /* (nullable) */
} ListWriter;

typedef struct
{
  guint64 files, bytes;
} ListCount;

static gboolean
lists_check (sqlite3 *handle, int result, GError **error)
{
  if (result == SQLITE_DONE || result == SQLITE_ROW || result == SQLITE_OK)
    return TRUE;
  g_set_error (error, NAMIDA_ERROR, (result & 0xff) == SQLITE_FULL ? NAMIDA_ERROR_NO_SPACE : NAMIDA_ERROR_STORAGE,
               _ ("The list of versions could not be written (%s). Check the disk and try again."),
               sqlite3_errmsg (handle));
  return FALSE;
}

static gboolean
lists_open (ListWriter *self, GError **error)
{
  self->contents = namida_content_writer_new (self->database, error);
  for (guint i = 0; i < N_STATEMENTS && self->contents != NULL; i++)
    {
      self->statements[i] = namida_database_prepare (self->database, error, statements[i], "");
      if (self->statements[i] == NULL)
        return FALSE;
    }
  self->chunk = g_string_chunk_new (4096);
  self->paths = g_ptr_array_new ();
  self->items = g_array_new (FALSE, FALSE, sizeof (ListItem));
  self->labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self->contents != NULL;
}

static void
lists_close (ListWriter *self)
{
  for (guint i = 0; i < N_STATEMENTS; i++)
    sqlite3_finalize (self->statements[i]);
  g_clear_pointer (&self->contents, namida_content_writer_free);
  g_clear_pointer (&self->chunk, g_string_chunk_free);
  g_clear_pointer (&self->paths, g_ptr_array_unref);
  g_clear_pointer (&self->items, g_array_unref);
  g_clear_pointer (&self->labels, g_hash_table_unref);
}

/* Runs one step of a bound statement. Returns: the result code. @id: (out) (optional): the first column. */
static int
lists_step (sqlite3_stmt *statement, gint64 *id)
{
  int result = sqlite3_step (statement);

  if (result == SQLITE_ROW && id != NULL)
    *id = sqlite3_column_int64 (statement, 0);
  sqlite3_reset (statement);
  return result;
}

/* ---- one file ---- */

static const char *
lists_keep_path (ListWriter *self, const NamidaStoredRow *row)
{
  g_autofree char *path = g_strconcat (row->folder, "/", row->relative, NULL);
  gsize length = strlen (self->base);

  if (g_str_equal (self->landing, "backup") && g_str_has_prefix (path, self->base) && path[length] == '/')
    return g_string_chunk_insert (self->chunk, path + length + 1);
  return g_string_chunk_insert (self->chunk, path);
}

static void
lists_bind_name (sqlite3_stmt *statement, const NamidaStoredRow *row, const char *path)
{
  const char *relative;
  gint64 tail = namida_version_name_tail (row, path, &relative);

  sqlite3_bind_text (statement, 1, path, -1, SQLITE_STATIC);
  sqlite3_bind_int (statement, 2, (int) row->kind);
  sqlite3_bind_text (statement, 3, row->label != NULL ? row->label : "", -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 4, tail);
  sqlite3_bind_text (statement, 5, relative, -1, SQLITE_STATIC);
}

static gboolean
lists_enter_name (ListWriter *self, const NamidaStoredRow *row, const char *path, gint64 *id, GError **error)
{
  sqlite3_stmt *find = self->statements[FIND_NAME];
  sqlite3_stmt *add = self->statements[ADD_NAME];
  int result;

  lists_bind_name (find, row, path);
  result = lists_step (find, id);
  if (result == SQLITE_DONE)
    {
      lists_bind_name (add, row, path);
      result = lists_step (add, NULL);
      *id = sqlite3_last_insert_rowid (self->handle);
    }
  return lists_check (self->handle, result, error);
}

static gboolean
lists_enter_content (
    ListWriter *self, const NamidaStoredRow *row, const char *path, NamidaRecalledFile *file, GError **error)
{
  NamidaFileContent content = namida_version_get_content (row, path);

  if (row->kind == NAMIDA_VERSION_FILE_FOLDER)
    return TRUE;
  if (file->content == 0)
    file->content = namida_content_writer_enter (self->contents, &content, &file->read_at, error);
  if (file->content != 0)
    self->read_at = MIN (self->read_at, file->read_at);
  return file->content != 0;
}

static void
lists_count (ListWriter *self, const NamidaStoredRow *row, const char *path)
{
  const char *label = row->label != NULL ? row->label : "";
  ListCount *count;

  if (row->kind == NAMIDA_VERSION_FILE_MANIFEST || row->kind == NAMIDA_VERSION_FILE_FOLDER)
    return;
  self->files++;
  self->bytes += row->size;
  if (row->kind == NAMIDA_VERSION_FILE_ZIP)
    {
      if (self->zip == NULL)
        self->zip = path;
      return;
    }
  count = g_hash_table_lookup (self->labels, label);
  if (count == NULL)
    {
      count = g_new0 (ListCount, 1);
      g_hash_table_insert (self->labels, g_strdup (label), count);
    }
  count->files++;
  count->bytes += row->size;
}

static gboolean
lists_enter_row (
    ListWriter *self, const NamidaStoredRow *row, const char *path, NamidaRecalledFile *file, GError **error)
{
  const char *slash = strrchr (path, '/');
  ListItem item = { .folder = path, .folder_length = slash != NULL ? (gsize) (slash - path) : 0 };

  if (file->name == 0 && !lists_enter_name (self, row, path, &file->name, error))
    return FALSE;
  if (!lists_enter_content (self, row, path, file, error))
    return FALSE;
  lists_count (self, row, path);
  item.name = file->name;
  item.content = file->content;
  item.kept = row->kept && !file->sent;
  g_array_append_val (self->items, item);
  return TRUE;
}

static gboolean
lists_enter_rows (ListWriter *self, GArray *rows, GError **error)
{
  g_autofree NamidaRecalledFile *files = g_new0 (NamidaRecalledFile, MAX (rows->len, 1));

  for (guint i = 0; i < rows->len; i++)
    g_ptr_array_add (self->paths, (gpointer) lists_keep_path (self, &g_array_index (rows, NamidaStoredRow, i)));
  if (!namida_version_recall (self->database, self->version, self->contents, rows, self->paths, files, &self->same,
                              error))
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    if (!lists_enter_row (self, &g_array_index (rows, NamidaStoredRow, i), g_ptr_array_index (self->paths, i),
                          &files[i], error))
      return FALSE;
  return TRUE;
}

/* ---- lists ---- */

static int
lists_compare_folders (const ListItem *a, const ListItem *b)
{
  int order = memcmp (a->folder, b->folder, MIN (a->folder_length, b->folder_length));

  return order != 0 ? order : (a->folder_length > b->folder_length) - (a->folder_length < b->folder_length);
}

static int
lists_compare (gconstpointer a, gconstpointer b)
{
  const ListItem *first = a, *second = b;
  int order = lists_compare_folders (first, second);

  if (order == 0)
    order = (first->part > second->part) - (first->part < second->part);
  return order != 0 ? order : (first->name > second->name) - (first->name < second->name);
}

/* Sorts by folder, and the files of a large folder by part. */
static void
lists_sort (ListWriter *self)
{
  ListItem *items = (ListItem *) (gpointer) self->items->data;
  gboolean parts = FALSE;

  g_array_sort (self->items, lists_compare);
  for (guint from = 0, to = 0; from < self->items->len; from = to)
    {
      while (to < self->items->len && lists_compare_folders (&items[from], &items[to]) == 0)
        to++;
      /* @folder points to the whole path, which ends with its NUL. */
      for (guint i = from; i < to && to - from > LARGE_FOLDER; i++)
        items[i].part = g_str_hash (items[i].folder) % PARTS;
      parts |= to - from > LARGE_FOLDER;
    }
  if (parts)
    g_array_sort (self->items, lists_compare);
}

static void
lists_digest (const ListItem *items, guint n_items, guint8 *bytes)
{
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  g_autofree gint64 *rows = g_new (gint64, 3 * (gsize) n_items);
  g_autofree char *hex = NULL;
  guint8 whole[NAMIDA_SHA256_BYTES];

  for (guint i = 0; i < n_items; i++)
    {
      rows[3 * (gsize) i] = GINT64_TO_LE (items[i].name);
      rows[3 * (gsize) i + 1] = GINT64_TO_LE (items[i].content);
      rows[3 * (gsize) i + 2] = GINT64_TO_LE ((gint64) items[i].kept);
    }
  namida_digest_update (digest, rows, 3 * (gsize) n_items * sizeof *rows);
  hex = namida_digest_finish (digest);
  namida_content_pack_hash (hex, whole);
  memcpy (bytes, whole, DIGEST_BYTES);
}

static gboolean
lists_add_items (ListWriter *self, gint64 list, const ListItem *items, guint n_items, GError **error)
{
  sqlite3_stmt *add = self->statements[ADD_ITEM];
  int result = SQLITE_DONE;

  for (guint i = 0; i < n_items && result == SQLITE_DONE; i++)
    {
      /* If two labels share a folder, they name a file twice; add it once. */
      if (i > 0 && items[i].name == items[i - 1].name)
        continue;
      sqlite3_bind_int64 (add, 1, list);
      sqlite3_bind_int64 (add, 2, items[i].name);
      if (items[i].content != 0)
        sqlite3_bind_int64 (add, 3, items[i].content);
      else
        sqlite3_bind_null (add, 3);
      sqlite3_bind_int (add, 4, items[i].kept);
      result = lists_step (add, NULL);
    }
  return lists_check (self->handle, result, error);
}

static gboolean
lists_write_one (ListWriter *self, const ListItem *items, guint n_items, GHashTable *used, GError **error)
{
  guint8 digest[DIGEST_BYTES];
  gint64 list = 0;
  int result;

  lists_digest (items, n_items, digest);
  sqlite3_bind_blob (self->statements[FIND_LIST], 1, digest, sizeof digest, SQLITE_STATIC);
  result = lists_step (self->statements[FIND_LIST], &list);
  if (result == SQLITE_DONE)
    {
      sqlite3_bind_blob (self->statements[ADD_LIST], 1, digest, sizeof digest, SQLITE_STATIC);
      result = lists_step (self->statements[ADD_LIST], NULL);
      list = sqlite3_last_insert_rowid (self->handle);
      if (!lists_check (self->handle, result, error) || !lists_add_items (self, list, items, n_items, error))
        return FALSE;
    }
  if (!lists_check (self->handle, result, error))
    return FALSE;
  g_hash_table_add (used, g_memdup2 (&list, sizeof list));
  return TRUE;
}

/* Returns (transfer full) (nullable): gint64: the lists of @version that are not in @used any more. */
static GArray *
lists_find_unused (ListWriter *self, GHashTable *used, GError **error)
{
  g_autoptr (GArray) unused = g_array_new (FALSE, FALSE, sizeof (gint64));
  sqlite3_stmt *statement
      = namida_database_prepare (self->database, error, "SELECT list FROM version_lists WHERE version = ?", "i",
                                 self->version);
  gboolean fine = FALSE;
  int result;

  if (statement == NULL)
    return NULL;
  while (namida_database_next (statement, &result))
    {
      gint64 list = sqlite3_column_int64 (statement, 0);

      /* Lists that are used and already linked do not have to be linked again. */
      if (!g_hash_table_remove (used, &list))
        g_array_append_val (unused, list);
    }
  fine = lists_check (self->handle, result, error);
  sqlite3_finalize (statement);
  return fine ? g_steal_pointer (&unused) : NULL;
}

static gboolean
lists_link (ListWriter *self, GHashTable *used, GError **error)
{
  sqlite3_stmt *add = self->statements[ADD_LINK];
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, used);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      sqlite3_bind_int64 (add, 1, self->version);
      sqlite3_bind_int64 (add, 2, *(const gint64 *) key);
      if (!lists_check (self->handle, lists_step (add, NULL), error))
        return FALSE;
    }
  return TRUE;
}

/* Runs a statement once for each of @lists, which is its parameter ?1. A version of large folders has a thousand. */
static gboolean
lists_run_for_each (NamidaDatabase *database, const char *sql, GArray *lists, GError **error)
{
  sqlite3_stmt *statement = namida_database_prepare (database, error, sql, "");
  int result = SQLITE_DONE;
  gboolean fine;

  if (statement == NULL)
    return FALSE;
  for (guint i = 0; i < lists->len && result == SQLITE_DONE; i++)
    {
      sqlite3_bind_int64 (statement, 1, g_array_index (lists, gint64, i));
      result = lists_step (statement, NULL);
    }
  fine = lists_check (sqlite3_db_handle (statement), result, error);
  sqlite3_finalize (statement);
  return fine;
}

/* Deletes lists that no version uses any more, with the contents that only they used. Contents outside of versions stay
 * known. */
static gboolean
lists_drop_orphans (NamidaDatabase *database, GArray *lists, GError **error)
{
  return namida_database_exec (database, error, "CREATE TEMP TABLE IF NOT EXISTS gone (id INTEGER PRIMARY KEY)", "")
         && namida_database_exec (database, error, "DELETE FROM temp.gone", "")
         && lists_run_for_each (
             database,
             "INSERT OR IGNORE INTO temp.gone SELECT content FROM list_items WHERE list = ?1 AND content IS NOT NULL"
             " AND NOT EXISTS (SELECT 1 FROM version_lists WHERE version_lists.list = ?1)",
             lists, error)
         && lists_run_for_each (database,
                                "DELETE FROM lists WHERE id = ?1"
                                " AND NOT EXISTS (SELECT 1 FROM version_lists WHERE version_lists.list = ?1)",
                                lists, error)
         && namida_database_exec (database, error,
                                  "DELETE FROM contents WHERE id IN (SELECT id FROM temp.gone) AND path IS NULL"
                                  " AND NOT EXISTS (SELECT 1 FROM list_items WHERE list_items.content = contents.id)",
                                  "")
         && namida_database_exec (database, error, "DELETE FROM temp.gone", "");
}

static gboolean
lists_unlink (ListWriter *self, GArray *unused, GError **error)
{
  for (guint i = 0; i < unused->len; i++)
    if (!namida_database_exec (self->database, error, "DELETE FROM version_lists WHERE version = ? AND list = ?", "ii",
                               self->version, g_array_index (unused, gint64, i)))
      return FALSE;
  return unused->len == 0 || lists_drop_orphans (self->database, unused, error);
}

/* Takes over the lists of a version with the same files, which may be this version before it was sent again. */
static gboolean
lists_share (ListWriter *self, GError **error)
{
  return self->same == self->version
         || namida_database_exec (
             self->database, error,
             "INSERT OR IGNORE INTO version_lists (version, list) SELECT ?, list FROM version_lists WHERE version = ?",
             "ii", self->version, self->same);
}

static gboolean
lists_write_all (ListWriter *self, GError **error)
{
  g_autoptr (GHashTable) used = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (GArray) unused = NULL;
  const ListItem *items;

  lists_sort (self);
  items = (const ListItem *) (gconstpointer) self->items->data;
  for (guint from = 0, to = 0; from < self->items->len; from = to)
    {
      while (to < self->items->len && items[from].part == items[to].part
             && lists_compare_folders (&items[from], &items[to]) == 0)
        to++;
      if (!lists_write_one (self, &items[from], to - from, used, error))
        return FALSE;
    }
  unused = lists_find_unused (self, used, error);
  return unused != NULL && lists_link (self, used, error) && lists_unlink (self, unused, error);
}

/* ---- the row of the version ---- */

static char *
lists_dup_labels (ListWriter *self)
{
  g_autoptr (GList) labels = g_list_sort (g_hash_table_get_keys (self->labels), (GCompareFunc) strcmp);
  GString *json = g_string_new ("[");

  for (GList *l = labels; l != NULL; l = l->next)
    {
      const ListCount *count = g_hash_table_lookup (self->labels, l->data);

      g_string_append (json, l == labels ? "{\"label\":" : ",{\"label\":");
      namida_json_append_string (json, l->data);
      g_string_append_printf (json, ",\"files\":%" G_GUINT64_FORMAT ",\"bytes\":%" G_GUINT64_FORMAT "}", count->files,
                              count->bytes);
    }
  g_string_append_c (json, ']');
  return g_string_free (json, FALSE);
}

static gboolean
lists_write_head (ListWriter *self, GError **error)
{
  g_autofree char *labels = lists_dup_labels (self);

  return namida_database_exec (self->database, error,
                               "UPDATE versions SET files = ?, bytes = ?, labels = ?, zip = ?, read_at = ?,"
                               " migrated = 1 WHERE id = ?",
                               "iissii", (gint64) self->files, (gint64) self->bytes, labels, self->zip,
                               self->read_at == G_MAXINT64 ? (gint64) 0 : self->read_at, self->version);
}

gboolean
namida_version_lists_write (
    NamidaDatabase *database, gint64 version, const char *landing, const char *path, GArray *rows, GError **error)
{
  ListWriter writer = { .database = database,
                        .handle = namida_database_lock (database),
                        .version = version,
                        .landing = landing,
                        .base = path,
                        .read_at = G_MAXINT64 };
  gboolean fine = lists_open (&writer, error) && lists_enter_rows (&writer, rows, error)
                  && (writer.same != 0 ? lists_share (&writer, error) : lists_write_all (&writer, error))
                  && lists_write_head (&writer, error);

  lists_close (&writer);
  namida_database_unlock (database);
  return fine;
}

gboolean
namida_version_lists_forget (NamidaDatabase *database, gint64 version, GError **error)
{
  ListWriter writer = { .database = database, .handle = namida_database_lock (database), .version = version };
  g_autoptr (GHashTable) none = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr (GArray) lists = lists_find_unused (&writer, none, error);
  gboolean fine = lists != NULL
                  && namida_database_exec (database, error, "DELETE FROM versions WHERE id = ?", "i", version)
                  && lists_drop_orphans (database, lists, error);

  namida_database_unlock (database);
  return fine;
}
