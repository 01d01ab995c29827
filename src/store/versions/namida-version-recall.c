/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compares the files of a version that is being written with those of the previous version. Most backups change little,
 * so one pass through the earlier version finds the names and contents of nearly all files, and a version without
 * changes reuses the lists as they are. Called by namida-version-lists.c, in a worker thread that holds the lock of the
 * database and is in a transaction. */
#include "config.h"

#include "namida-version-recall.h"

#include "namida-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

enum
{
  PATH,
  KIND,
  LABEL,
  TAIL,
  RELATIVE,
  NAME,
  KEPT,
  CONTENT,
};

#define FIND_EARLIER                                                                                                   \
  "SELECT p.id FROM versions v JOIN versions p ON p.id = v.id OR (p.landing = v.landing"                               \
  " AND p.fingerprint IS v.fingerprint AND p.offer_key = v.offer_key)"                                                 \
  " WHERE v.id = ? AND EXISTS (SELECT 1 FROM version_lists l WHERE l.version = p.id)"                                  \
  " ORDER BY p.id = v.id DESC, p.id DESC LIMIT 1"

/* CROSS: join in this order, regardless of the statistics. */
#define READ_EARLIER                                                                                                   \
  "SELECT n.path, n.kind, n.label, n.tail, n.relative, n.id, i.kept, " NAMIDA_CONTENT_ROW_COLUMNS                      \
  " FROM version_lists l CROSS JOIN list_items i ON i.list = l.list CROSS JOIN names n ON n.id = i.name"               \
  " LEFT JOIN contents c ON c.id = i.content WHERE l.version = ?"

gint64
namida_version_name_tail (const NamidaStoredRow *row, const char *path, const char **relative)
{
  const char *below = row->below != NULL ? row->below : "";
  gsize length = strlen (below);

  *relative = length > 0 && g_str_has_suffix (path, below) ? NULL : below;
  return *relative == NULL ? (gint64) length : 0;
}

NamidaFileContent
namida_version_get_content (const NamidaStoredRow *row, const char *path)
{
  return (NamidaFileContent){ .size = row->size,
                              .inode = row->inode,
                              .device = row->device,
                              .mtime_ns = row->mtime_ns,
                              .ctime_ns = row->ctime_ns,
                              .read_at = row->read_at,
                              .first_at = row->first_at,
                              .sha256 = row->sha256,
                              .path = g_path_is_absolute (path) ? path : NULL,
                              .arrived = row->read_at > 0 && !row->kept };
}

/* @earlier: (out): the earlier version; 0 if there is none. */
static gboolean
recall_find_earlier (NamidaDatabase *database, gint64 version, gint64 *earlier, GError **error)
{
  sqlite3_stmt *statement = namida_database_prepare (database, error, FIND_EARLIER, "i", version);
  int result;

  *earlier = namida_database_next (statement, &result) ? sqlite3_column_int64 (statement, 0) : 0;
  return namida_database_end (database, statement, result, error);
}

static gboolean
recall_is_name (sqlite3_stmt *statement, const NamidaStoredRow *row, const char *path)
{
  const char *relative;
  gint64 tail = namida_version_name_tail (row, path, &relative);

  return sqlite3_column_int (statement, KIND) == (int) row->kind && sqlite3_column_int64 (statement, TAIL) == tail
         && g_strcmp0 ((const char *) sqlite3_column_text (statement, LABEL), row->label != NULL ? row->label : "") == 0
         && g_strcmp0 ((const char *) sqlite3_column_text (statement, RELATIVE), relative) == 0;
}

/* Returns: whether the content is the same, or the file is still a folder. @fine: (inout): set to FALSE on an error. */
static gboolean
recall_content (NamidaContentWriter *contents,
                sqlite3_stmt *statement,
                const NamidaStoredRow *row,
                const char *path,
                NamidaRecalledFile *file,
                gboolean *fine,
                GError **error)
{
  NamidaFileContent content = namida_version_get_content (row, path);

  if (row->kind == NAMIDA_VERSION_FILE_FOLDER)
    return sqlite3_column_type (statement, CONTENT) == SQLITE_NULL;
  file->content = namida_content_writer_refresh (contents, &content, statement, CONTENT, &file->read_at, fine, error);
  return file->content != 0;
}

/* What the device sent for the earlier version, and what is still here, was sent by it, even if it did not have to be
 * sent again. Returns: whether the row of the earlier version says the same about it. */
static gboolean
recall_origin (gboolean earlier_kept, const NamidaStoredRow *row, NamidaRecalledFile *file)
{
  file->sent = row->kept && !earlier_kept;
  return file->sent || earlier_kept == (row->kept != FALSE);
}

gboolean
namida_version_recall (NamidaDatabase *database,
                       gint64 version,
                       NamidaContentWriter *contents,
                       GArray *rows,
                       GPtrArray *paths,
                       NamidaRecalledFile *files,
                       gint64 *same,
                       GError **error)
{
  g_autoptr (GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);
  sqlite3_stmt *statement;
  guint n_same = 0;
  gint64 earlier;
  gboolean fine = TRUE, differs = FALSE;
  int result = SQLITE_DONE;

  *same = 0;
  if (!recall_find_earlier (database, version, &earlier, error))
    return FALSE;
  if (earlier == 0)
    return TRUE;
  statement = namida_database_prepare (database, error, READ_EARLIER, "i", earlier);
  if (statement == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    g_hash_table_insert (places, g_ptr_array_index (paths, i), GUINT_TO_POINTER (i + 1));
  while (fine && namida_database_next (statement, &result))
    {
      const char *path = (const char *) sqlite3_column_text (statement, PATH);
      guint i = GPOINTER_TO_UINT (g_hash_table_lookup (places, path));
      const NamidaStoredRow *row = i > 0 ? &g_array_index (rows, NamidaStoredRow, i - 1) : NULL;

      /* One path may have two names, through two labels that share a folder; the writer finds the other one. */
      if (row == NULL || files[i - 1].name != 0 || !recall_is_name (statement, row, path))
        {
          differs = TRUE;
          continue;
        }
      files[i - 1].name = sqlite3_column_int64 (statement, NAME);
      n_same += recall_content (contents, statement, row, path, &files[i - 1], &fine, error)
                && recall_origin (sqlite3_column_int (statement, KEPT) != 0, row, &files[i - 1]);
    }
  if (!namida_database_end (database, statement, result, error))
    fine = FALSE;
  if (!differs && n_same == rows->len)
    *same = earlier;
  return fine;
}
