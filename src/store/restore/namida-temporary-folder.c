/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Temporary folders for copies of backups that are made to be sent or saved. A copy contains the user's whole listening
 * history, so none may stay behind: each folder is locked while its program runs, unlocked ones are removed at the next
 * start, and those that are still in use are removed when the program exits. Used by fitting for another device and by
 * merging, in worker threads; the hub cleans up when it starts. */
#include "config.h"

#include "namida-temporary-folder.h"

#include "namida-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#define PREFIX "fitted-"

struct _NamidaTemporaryFolder
{
  char *path;
  int fd; /* holds the lock */
};

static GMutex folders_lock; /* guards @folders */
static GPtrArray *folders;  /* (nullable): NamidaTemporaryFolder of this program */

static char *
temporary_folder_dup_parent (void)
{
  return g_build_filename (g_get_user_cache_dir (), "namida-sync", NULL);
}

static void
temporary_folder_remove (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_unlink (file);
    }
  g_rmdir (path);
}

/* Returns: a descriptor that holds the lock, or -1 if another program holds it or @path is not a folder. */
static int
temporary_folder_lock (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      close (fd);
      fd = -1;
    }
  return fd;
}

void
namida_temporary_folder_sweep (void)
{
  g_autofree char *parent = temporary_folder_dup_parent ();
  g_autoptr (GDir) dir = g_dir_open (parent, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (parent, name, NULL);
      int fd = g_str_has_prefix (name, PREFIX) ? temporary_folder_lock (path) : -1;

      if (fd < 0)
        continue;
      temporary_folder_remove (path);
      close (fd);
    }
}

/* ---- the folders of this program ---- */

/* Called at exit. Folders that are still referenced are not read any more. */
static void
temporary_folder_remove_all (void)
{
  g_mutex_lock (&folders_lock);
  for (guint i = 0; folders != NULL && i < folders->len; i++)
    temporary_folder_remove (((NamidaTemporaryFolder *) g_ptr_array_index (folders, i))->path);
  g_mutex_unlock (&folders_lock);
}

static void
temporary_folder_note (NamidaTemporaryFolder *self)
{
  g_mutex_lock (&folders_lock);
  if (folders == NULL)
    {
      folders = g_ptr_array_new ();
      atexit (temporary_folder_remove_all);
    }
  g_ptr_array_add (folders, self);
  g_mutex_unlock (&folders_lock);
}

/* Between the creation of the folder and its lock, another program that starts may consider it abandoned and remove
 * it. */
static gboolean
temporary_folder_make (NamidaTemporaryFolder *self, const char *parent)
{
  for (guint tries = 0; tries < 8; tries++)
    {
      struct stat st, there;

      g_free (self->path);
      self->path = g_build_filename (parent, PREFIX "XXXXXX", NULL);
      if (g_mkdtemp (self->path) == NULL)
        return FALSE;
      self->fd = temporary_folder_lock (self->path);
      if (self->fd >= 0 && fstat (self->fd, &st) == 0 && g_lstat (self->path, &there) == 0 && st.st_ino == there.st_ino)
        return TRUE;
      if (self->fd >= 0)
        close (self->fd);
      self->fd = -1;
      errno = EBUSY;
    }
  return FALSE;
}

NamidaTemporaryFolder *
namida_temporary_folder_new (GError **error)
{
  g_autofree char *parent = temporary_folder_dup_parent ();
  NamidaTemporaryFolder *self = g_new0 (NamidaTemporaryFolder, 1);

  self->fd = -1;
  namida_temporary_folder_sweep ();
  if (g_mkdir_with_parents (parent, 0700) == 0 && temporary_folder_make (self, parent))
    {
      temporary_folder_note (self);
      return self;
    }
  namida_error_set_from_errno (error, errno, _ ("Could not create a temporary folder"));
  g_free (self->path);
  g_free (self);
  return NULL;
}

void
namida_temporary_folder_free (NamidaTemporaryFolder *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&folders_lock);
  g_ptr_array_remove_fast (folders, self);
  g_mutex_unlock (&folders_lock);
  temporary_folder_remove (self->path);
  close (self->fd);
  g_free (self->path);
  g_free (self);
}

const char *
namida_temporary_folder_get_path (NamidaTemporaryFolder *self)
{
  return self->path;
}
