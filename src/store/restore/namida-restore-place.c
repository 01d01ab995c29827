/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gives the staged files of a restore their final names, sets replaced files aside, and records both first, so that an
 * undo or the next attempt can clean up after a crash. Called by namida-restore-apply.c in a worker. */
#include "config.h"

#include "namida-restore-apply-private.h"

#include "namida-digest.h"
#include "namida-file-ops.h"
#include "namida-open.h"
#include "namida-safe-path.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <unistd.h>

/* Moves the old file to the place that is recorded in its row, before the new file gets the name. */
static gboolean
restore_place_set_aside (const char *kept, int folder, const char *name)
{
  if (linkat (folder, name, AT_FDCWD, kept, 0) == 0)
    return TRUE;
  /* Without hard links there is a moment in which the name is free. An undo or the next attempt repairs that after a
   * crash. */
  return errno != EEXIST && namida_file_rename (folder, name, AT_FDCWD, kept);
}

/* Gives the old file its name back and preserves errno. Returns: whether it has its name again; otherwise it exists
 * only at the place to which it was set aside. */
static gboolean
restore_place_put_back (const char *kept, int folder, const char *name)
{
  int saved_errno = errno;
  gboolean back = namida_file_rename (AT_FDCWD, kept, folder, name);

  /* If a hard link was used, the file never lost its name. */
  if (!back && namida_restore_is_same_file (folder, name, kept))
    back = unlink (kept) == 0;
  errno = saved_errno;
  return back;
}

static gboolean
restore_place_sync_folder (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), saved_errno;
  gboolean fine = fd >= 0 && namida_sync_folder (fd) == 0;

  saved_errno = errno;
  if (fd >= 0)
    close (fd);
  errno = saved_errno;
  return fine;
}

/* Makes the old file durable where it is set aside before the new one takes its name, because without hard links it has
 * no other name at that moment. @waits: (out): whether this failed and the old file could not get its name back. */
static gboolean
restore_place_replace_at (
    const NamidaRestoreRoot *root, const NamidaRestoreStaged *staged, int folder, const char *name, gboolean *waits)
{
  g_autofree char *waiting = g_path_get_dirname (staged->row->kept);

  if (!restore_place_set_aside (staged->row->kept, folder, name))
    return FALSE;
  if (restore_place_sync_folder (waiting) && renameat (root->parts_fd, staged->part, folder, name) == 0)
    return TRUE;
  *waits = !restore_place_put_back (staged->row->kept, folder, name);
  return FALSE;
}

static gboolean
place_at (NamidaRestoreApply *self,
          const NamidaRestoreRoot *root,
          const NamidaRestoreStaged *staged,
          int folder,
          const char *name,
          gboolean *waits)
{
  if (staged->row->kept != NULL)
    return restore_place_replace_at (root, staged, folder, name, waits);
  /* Renaming between two mounts of one file system fails with EXDEV. */
  return namida_file_rename (root->parts_fd, staged->part, folder, name)
         || (errno == EXDEV && namida_file_move_copy (root->parts_fd, staged->part, folder, name));
}

static gboolean
place (NamidaRestoreApply *self, const NamidaRestoreStaged *staged, GError **error)
{
  NamidaRestoreRoot *root = self->roots->pdata[staged->root];
  g_autoptr (GError) reason = NULL;
  g_autofree char *name = NULL;
  int folder = namida_safe_path_open_parent (root->fd, staged->relative, TRUE, &name, &reason);
  int saved_errno = 0;
  gboolean waits = FALSE;

  if (folder < 0)
    {
      namida_restore_blocked (self, staged->file, reason->message);
      return namida_restore_record_drop (self->plan->database, self->id, staged->row, error);
    }
  if (!place_at (self, root, staged, folder, name, &waits))
    saved_errno = errno;
  close (folder);
  if (saved_errno == 0)
    {
      namida_folder_set_add (root->touched, 0, staged->relative);
      self->result->added += staged->row->kept == NULL;
      self->result->replaced += staged->row->kept != NULL;
      self->result->bytes += staged->file->size;
      return TRUE;
    }
  unlinkat (root->parts_fd, staged->part, 0);
  /* Drop the row, because an undo must not remove a file that another program created. Keep it if the old file is still
   * set aside, because an undo puts it back. */
  if (!waits && !namida_restore_record_drop (self->plan->database, self->id, staged->row, error))
    return FALSE;
  if (namida_restore_is_fatal (saved_errno))
    return namida_restore_fail (error, saved_errno, _ ("“%s” could not be restored"), staged->relative);
  if (saved_errno == EEXIST)
    self->result->skipped++; /* another program created the file in the meantime: do not touch it */
  else
    namida_restore_blocked (self, staged->file, g_strerror (saved_errno));
  return TRUE;
}

static gboolean
restore_place_make_waiting (NamidaRestoreApply *self, NamidaRestoreStaged *staged, GError **error)
{
  const NamidaRestoreRoot *root = self->roots->pdata[staged->root];
  g_autofree char *replaced = g_build_filename (root->path, NAMIDA_RESTORE_REPLACED, NULL);
  g_autofree char *folder = g_build_filename (replaced, self->id, NULL);
  g_autofree char *name = namida_random_hex (8);
  gboolean is_new = !g_file_test (folder, G_FILE_TEST_IS_DIR);

  /* The name of the folder must be durable before a file is set aside in it. */
  if (g_mkdir_with_parents (folder, 0700) != 0
      || (is_new && (!restore_place_sync_folder (replaced) || namida_sync_folder (root->fd) != 0)))
    return namida_restore_fail (error, errno, _ ("Nothing can be written into “%s”"), root->path);
  staged->row->kept = g_build_filename (folder, name, NULL);
  return TRUE;
}

static gboolean
restore_place_record_batch (NamidaRestoreApply *self, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();

  for (guint i = 0; i < self->rows->len; i++)
    g_ptr_array_add (rows, self->rows->pdata[i]);
  for (guint i = 0; i < self->staged->len; i++)
    {
      NamidaRestoreStaged *staged = self->staged->pdata[i];

      if (staged->file->state == NAMIDA_RESTORE_DIFFERENT && self->plan->policy == NAMIDA_RESTORE_REPLACE
          && !restore_place_make_waiting (self, staged, error))
        return FALSE;
      g_ptr_array_add (rows, staged->row);
    }
  return namida_restore_record_add (self->plan->database, self->id, rows, error);
}

gboolean
namida_restore_commit (NamidaRestoreApply *self, GError **error)
{
  gboolean fine = restore_place_record_batch (self, error);

  for (guint i = 0; fine && i < self->staged->len; i++)
    fine = place (self, self->staged->pdata[i], error);
  for (guint i = 0; i < self->roots->len; i++)
    {
      NamidaRestoreRoot *root = self->roots->pdata[i];

      fine = namida_folder_set_sync (root->touched, 0, root->fd, fine ? error : NULL) && fine;
      namida_folder_set_free (root->touched);
      root->touched = namida_folder_set_new ();
    }
  g_ptr_array_set_size (self->staged, 0);
  g_ptr_array_set_size (self->rows, 0);
  g_hash_table_remove_all (self->taken);
  self->staged_bytes = 0;
  return fine;
}
