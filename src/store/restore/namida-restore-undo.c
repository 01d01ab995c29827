/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Undoes a restore: removes what it added, puts replaced files back, and leaves alone what has been changed since. Also
 * locks destinations against two restores at once. Called by the window and the command line; the work is done in
 * workers. */
#include "config.h"

#include "namida-restore-private.h"

#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-open.h"
#include "namida-safe-path.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

gboolean
namida_restore_fail (GError **error, int saved_errno, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *shown = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  /* The name of a file may not be valid UTF-8. */
  shown = g_utf8_make_valid (text, -1);
  namida_error_set_from_errno (error, saved_errno, shown);
  return FALSE;
}

gboolean
namida_restore_is_same_file (int folder, const char *name, const char *kept)
{
  struct stat there, st;

  return fstatat (folder, name, &there, AT_SYMLINK_NOFOLLOW) == 0 && lstat (kept, &st) == 0 && there.st_ino == st.st_ino
         && there.st_dev == st.st_dev;
}

/* ---- one restore at a time in a folder ---- */

int
namida_restore_lock (const char *root, gboolean create, GError **error)
{
  g_autofree char *path = g_build_filename (root, NAMIDA_RESTORE_PARTS, NULL);
  int fd;

  if (create && mkdir (path, 0700) != 0 && errno != EEXIST)
    {
      namida_restore_fail (error, errno, _ ("Nothing can be written into “%s”"), root);
      return -1;
    }
  fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0 && (create || errno != ENOENT))
    namida_restore_fail (error, errno, _ ("“%s” cannot be opened"), path);
  if (fd < 0 || flock (fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  close (fd);
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY,
               _ ("Another restore is going on in “%s”. Wait until it ends, then try again."), root);
  return -1;
}

void
namida_restore_unlock (const char *root, int fd)
{
  int root_fd = open (root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (root_fd >= 0)
    {
      namida_tree_remove (root_fd, NAMIDA_RESTORE_PARTS);
      close (root_fd);
    }
  close (fd);
}

/* ---- undo ---- */

typedef struct
{
  NamidaDatabase *database;
  char *id;
  NamidaRestoreResult result;
  GError *trouble; /* (nullable): about the first file that could not be put back or removed; the rest is undone
                    * nevertheless */
} Undo;

static void
undo_free (gpointer data)
{
  Undo *self = data;

  g_object_unref (self->database);
  g_clear_error (&self->trouble);
  g_free (self->id);
  g_free (self);
}

/* Notes with errno why the file of @row could not be undone. */
static void
undo_note_trouble (Undo *self, const NamidaRestoredRow *row)
{
  if (self->trouble == NULL)
    namida_restore_fail (&self->trouble, errno, _ ("“%s” could not be put back as it was"), row->path);
}

/* Whether the file is the one that the restore added, unchanged. On file systems without persistent inode numbers
 * (FAT), its content is compared. */
static gboolean
undo_is_ours (int folder, const char *name, const NamidaRestoredRow *row)
{
  int fd = namida_open_at (folder, name, O_RDONLY | O_NONBLOCK, 0);
  struct stat st;
  gboolean ours = FALSE;

  if (fd < 0)
    return FALSE;
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && (guint64) st.st_size == row->size)
    {
      ours = namida_stat_mtime_ns (&st) == row->mtime_ns && (guint64) st.st_ino == row->inode
             && (guint64) st.st_dev == row->device;
      if (!ours && row->sha256 != NULL)
        {
          g_autofree char *sha256 = namida_file_hash (fd, NULL);

          ours = g_strcmp0 (sha256, row->sha256) == 0;
        }
    }
  close (fd);
  return ours;
}

/* Puts the replaced file back under a numbered name, beside the restored file, which has been changed since. Returns
 * FALSE with errno set. */
static gboolean
undo_put_beside (int folder, const char *name, const char *kept)
{
  for (guint n = 2; n <= NAMIDA_RESTORE_NUMBER_MOST; n++)
    {
      g_autofree char *numbered = namida_safe_path_numbered (name, n);

      if (namida_file_rename (AT_FDCWD, kept, folder, numbered))
        return TRUE;
      if (errno != EEXIST)
        return FALSE;
    }
  return FALSE;
}

/* @path: (nullable): relative to @folder, or absolute. @there: (out): whether it exists. Returns: %FALSE with errno set
 * if that cannot be determined; a file that is temporarily inaccessible does not count as missing. */
static gboolean
undo_look (int folder, const char *path, gboolean *there)
{
  struct stat st;

  *there = path != NULL && fstatat (folder, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
  return *there || path == NULL || errno == ENOENT || errno == ENOTDIR;
}

static void
undo_take_back (Undo *self, int folder, const char *name, const NamidaRestoredRow *row)
{
  gboolean kept, there;

  if (!undo_look (AT_FDCWD, row->kept, &kept) || !undo_look (folder, name, &there))
    undo_note_trouble (self, row);
  else if (kept && namida_restore_is_same_file (folder, name, row->kept))
    {
      if (unlink (row->kept) != 0)
        undo_note_trouble (self, row);
    }
  else if (there && !undo_is_ours (folder, name, row))
    {
      self->result.left++;
      if (kept && !undo_put_beside (folder, name, row->kept))
        undo_note_trouble (self, row);
    }
  else if (kept)
    {
      if (renameat (AT_FDCWD, row->kept, folder, name) == 0)
        self->result.put_back++;
      else
        undo_note_trouble (self, row);
    }
  else if (there)
    {
      if (unlinkat (folder, name, 0) == 0)
        self->result.removed++;
      else
        undo_note_trouble (self, row);
    }
}

/* Opens the folder of a restored file. If the folder has been removed since, creates it again if a replaced file must
 * be put back into it. */
static int
undo_open_folder (const NamidaRestoredRow *row, const char *path)
{
  int folder = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct stat st;

  if (folder < 0 && errno == ENOENT && row->kept != NULL && lstat (row->kept, &st) == 0)
    return g_mkdir_with_parents (path, 0755) == 0 ? open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  return folder;
}

static void
undo_file (Undo *self, const NamidaRestoredRow *row)
{
  g_autofree char *path = g_path_get_dirname (row->path);
  g_autofree char *name = g_path_get_basename (row->path);
  int folder = undo_open_folder (row, path);
  gboolean kept;

  if (folder < 0)
    {
      int saved_errno = errno;
      gboolean gone = (errno == ENOENT || errno == ENOTDIR) && undo_look (AT_FDCWD, row->kept, &kept) && !kept;

      errno = saved_errno;
      if (!gone)
        undo_note_trouble (self, row);
      return;
    }
  undo_take_back (self, folder, name, row);
  if (namida_sync_folder (folder) != 0)
    undo_note_trouble (self, row);
  close (folder);
}

/* Removes the folder of replaced files, including what a crash in the middle of apply left in it. By then, everything
 * in it has been put back, or the restore is too old to be undone. */
static void
undo_remove_waiting (const char *root, const char *id)
{
  g_autofree char *path = g_build_filename (root, NAMIDA_RESTORE_REPLACED, NULL);
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (fd < 0)
    return;
  namida_tree_remove (fd, id);
  close (fd);
  rmdir (path);
}

static void
undo_rows (Undo *self, GPtrArray *rows)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const NamidaRestoredRow *row = rows->pdata[i];

      if (row->kind == NAMIDA_RESTORED_FILE)
        undo_file (self, row);
    }
  for (guint i = 0; i < rows->len && self->trouble == NULL; i++)
    {
      const NamidaRestoredRow *row = rows->pdata[i];

      if (row->kind == NAMIDA_RESTORED_ROOT)
        undo_remove_waiting (row->path, self->id);
    }
}

static void
undo_folders (GPtrArray *rows)
{
  /* Use the reverse order of creation, so that contents are removed before their folder. Folders that are not empty
   * stay. */
  for (guint i = 0; i < rows->len; i++)
    {
      const NamidaRestoredRow *row = rows->pdata[i];

      if (row->kind == NAMIDA_RESTORED_FOLDER)
        rmdir (row->path);
    }
}

typedef struct
{
  char *root;
  int fd;
} Held;

static void
held_clear (gpointer data)
{
  Held *held = data;

  namida_restore_unlock (held->root, held->fd);
  g_free (held->root);
}

static gboolean
undo_hold_roots (GPtrArray *rows, GArray *held, GError **error)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const NamidaRestoredRow *row = rows->pdata[i];
      g_autoptr (GError) reason = NULL;
      Held one = { .fd = -1 };
      gboolean known = FALSE;

      for (guint j = 0; j < held->len && !known; j++)
        known = g_str_equal (g_array_index (held, Held, j).root, row->path);
      if (row->kind != NAMIDA_RESTORED_ROOT || known)
        continue;
      one.fd = namida_restore_lock (row->path, FALSE, &reason);
      if (reason != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
      one.root = g_strdup (row->path);
      if (one.fd >= 0)
        g_array_append_val (held, one);
      else
        g_free (one.root);
    }
  return TRUE;
}

static char *
undo_newest (NamidaDatabase *database, GError **error)
{
  g_autoptr (GPtrArray) records = namida_restore_list (database, error);

  if (records == NULL)
    return NULL;
  if (records->len > 0)
    return g_strdup (((NamidaRestoreRecord *) records->pdata[0])->id);
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("There is no restore to undo."));
  return NULL;
}

static gboolean
undo_exists (NamidaDatabase *database, const char *id, GError **error)
{
  g_autoptr (GPtrArray) records = namida_restore_list (database, error);

  for (guint i = 0; records != NULL && i < records->len; i++)
    if (g_str_equal (((NamidaRestoreRecord *) records->pdata[i])->id, id))
      return TRUE;
  if (records != NULL)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("There is no restore “%s” to undo."), id);
  return FALSE;
}

static gboolean
undo (Undo *self, GError **error)
{
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GArray) held = g_array_new (FALSE, FALSE, sizeof (Held));
  gboolean fine;

  g_array_set_clear_func (held, held_clear);
  if (self->id == NULL)
    self->id = undo_newest (self->database, error);
  else if (!undo_exists (self->database, self->id, error))
    return FALSE;
  if (self->id == NULL || (rows = namida_restore_record_rows (self->database, self->id, error)) == NULL
      || !namida_restore_check_roots (rows, error) || !undo_hold_roots (rows, held, error))
    return FALSE;
  undo_rows (self, rows);
  if (self->trouble != NULL)
    {
      /* Keep the replaced files and the record for another attempt. */
      g_propagate_prefixed_error (
          error, g_steal_pointer (&self->trouble), "%s",
          _ ("Not all of the restore was undone. Fix the following problem, then undo it again. "));
      return FALSE;
    }
  fine = namida_restore_record_forget (self->database, self->id, error);
  g_array_set_size (held, 0); /* before their folders, which must be empty to be removed */
  undo_folders (rows);
  return fine;
}

static void
undo_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (undo (data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
namida_restore_undo_async (NamidaDatabase *database,
                           const char *id,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Undo *self = g_new0 (Undo, 1);

  self->database = g_object_ref (database);
  self->id = g_strdup (id);
  g_task_set_source_tag (task, namida_restore_undo_async);
  g_task_set_task_data (task, self, undo_free);
  g_task_run_in_thread (task, undo_thread);
}

gboolean
namida_restore_undo_finish (GAsyncResult *result, NamidaRestoreResult *undone, GError **error)
{
  const Undo *self;

  g_return_val_if_fail (g_async_result_is_tagged (result, namida_restore_undo_async), FALSE);
  self = g_task_get_task_data (G_TASK (result));
  if (undone != NULL)
    *undone = self->result;
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
namida_restore_expire (NamidaDatabase *database)
{
  g_autoptr (GPtrArray) ids = namida_restore_record_old (database, NULL);

  for (guint i = 0; ids != NULL && i < ids->len; i++)
    {
      g_autoptr (GPtrArray) rows = namida_restore_record_rows (database, ids->pdata[i], NULL);

      /* Keep replaced files that are on a drive that is not connected. */
      if (rows == NULL || !namida_restore_check_roots (rows, NULL))
        continue;
      for (guint j = 0; j < rows->len; j++)
        if (((NamidaRestoredRow *) rows->pdata[j])->kind == NAMIDA_RESTORED_ROOT)
          undo_remove_waiting (((NamidaRestoredRow *) rows->pdata[j])->path, ids->pdata[i]);
      namida_restore_record_forget (database, ids->pdata[i], NULL);
    }
}
