/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Removing a hard link changes the change time of the file, which other versions share. Without a note of that, the
 * next backup would have to read every file that a removed version shared. Used by the removal of versions, in its
 * worker thread. */
#include "config.h"

#include "namida-version-ctimes.h"

#include "namida-content.h"
#include "namida-file-ops.h"

#include <fcntl.h>

typedef struct
{
  gint64 content;
  char *path; /* the path in another version */
  struct stat st;
} CtimeNote;

struct _NamidaVersionCtimes
{
  NamidaDatabase *database;
  GArray *notes; /* CtimeNote */
};

static void
ctimes_clear (gpointer data)
{
  g_free (((CtimeNote *) data)->path);
}

static gboolean
ctimes_is_certain (const NamidaVersionFile *file, const struct stat *st)
{
  return S_ISREG (st->st_mode) && !file->damaged && file->ctime_ns == namida_content_ctime_ns (st)
         && file->inode == (guint64) st->st_ino && file->device == (guint64) st->st_dev
         && file->size == (guint64) st->st_size && file->mtime_ns == namida_stat_mtime_ns (st);
}

/* Collect the paths first, while the database is locked, and access the disk afterwards. */
static void
ctimes_list (NamidaVersionCtimes *self, const NamidaVersionRecord *record, GPtrArray *files, GPtrArray *paths)
{
  sqlite3_stmt *statement;

  namida_database_lock (self->database);
  statement = namida_database_prepare (
      self->database, NULL,
      "SELECT v.path || '/' || n.path FROM list_items i JOIN names n ON n.id = i.name JOIN version_lists l"
      " ON l.list = i.list JOIN versions v ON v.id = l.version WHERE v.id <> ?1 AND i.content = ?2 AND v.removing = 0"
      " AND v.landing = 'backup' LIMIT 1",
      "i", record->id);
  for (guint i = 0; i < files->len; i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);
      char *path = NULL;

      if (statement != NULL && file->content != 0 && file->ctime_ns != 0)
        {
          sqlite3_bind_int64 (statement, 2, file->content);
          if (sqlite3_step (statement) == SQLITE_ROW)
            path = g_strdup ((const char *) sqlite3_column_text (statement, 0));
          sqlite3_reset (statement);
        }
      g_ptr_array_add (paths, path);
    }
  sqlite3_finalize (statement);
  namida_database_unlock (self->database);
}

NamidaVersionCtimes *
namida_version_ctimes_new (NamidaDatabase *database, const NamidaVersionRecord *record, GPtrArray *files)
{
  NamidaVersionCtimes *self = g_new0 (NamidaVersionCtimes, 1);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  self->database = g_object_ref (database);
  self->notes = g_array_new (FALSE, FALSE, sizeof (CtimeNote));
  g_array_set_clear_func (self->notes, ctimes_clear);
  ctimes_list (self, record, files, paths);
  for (guint i = 0; i < files->len; i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);
      const char *path = g_ptr_array_index (paths, i);
      CtimeNote note = { .content = file->content };

      if (path == NULL || fstatat (AT_FDCWD, path, &note.st, AT_SYMLINK_NOFOLLOW) != 0
          || !ctimes_is_certain (file, &note.st))
        continue;
      note.path = g_strdup (path);
      g_array_append_val (self->notes, note);
    }
  return self;
}

void
namida_version_ctimes_free (NamidaVersionCtimes *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->notes);
  g_object_unref (self->database);
  g_free (self);
}

void
namida_version_ctimes_write (NamidaVersionCtimes *self)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *handle = namida_database_lock (self->database);
  gboolean fine = namida_database_exec (self->database, &error, "BEGIN IMMEDIATE", "");

  for (guint i = 0; fine && i < self->notes->len; i++)
    {
      const CtimeNote *note = &g_array_index (self->notes, CtimeNote, i);
      gint64 before = namida_content_ctime_ns (&note->st);
      struct stat st;

      /* Accept only the changes that the removal makes: the number of links decreased, but size, modification time and
       * mode are the same. Any other writer would have changed more. */
      if (fstatat (AT_FDCWD, note->path, &st, AT_SYMLINK_NOFOLLOW) != 0 || st.st_ino != note->st.st_ino
          || st.st_dev != note->st.st_dev || st.st_size != note->st.st_size || st.st_mode != note->st.st_mode
          || st.st_nlink >= note->st.st_nlink || namida_stat_mtime_ns (&st) != namida_stat_mtime_ns (&note->st))
        continue;
      fine = namida_database_exec (self->database, &error,
                                   "UPDATE contents SET ctime_ns = ? WHERE id = ? AND ctime_ns = ?", "iii",
                                   namida_content_ctime_ns (&st), note->content, before);
    }
  fine = fine && namida_database_exec (self->database, &error, "COMMIT", "");
  if (!fine)
    g_message ("%s", error->message);
  if (!fine && !sqlite3_get_autocommit (handle))
    sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  namida_database_unlock (self->database);
}
