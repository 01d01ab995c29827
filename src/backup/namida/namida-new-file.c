/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The only way in which this program creates a backup file: it is written under a temporary name beside its final
 * path, synchronized, and renamed without replacing. Used by fit, merge and extract, in worker threads. */
#include "config.h"

#include "namida-new-file.h"

#include "namida-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

static void
new_file_fail (const char *path, int saved_errno, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *what = g_strdup_printf (_ ("Could not write “%s”"), shown);

  if (saved_errno == EEXIST)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE, _ ("“%s” already exists. Choose another name."), shown);
  else
    namida_error_set_from_errno (error, saved_errno, what);
}

NamidaNewFile *
namida_new_file_begin (const char *path, GError **error)
{
  g_autoptr (NamidaNewFile) self = g_new0 (NamidaNewFile, 1);
  g_autofree char *folder = g_path_get_dirname (path);

  self->fd = -1;
  self->path = g_strdup (path);
  if (g_file_test (path, G_FILE_TEST_EXISTS) || g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    {
      new_file_fail (path, EEXIST, error);
      return NULL;
    }
  if (g_file_test ("/proc/self/fd", G_FILE_TEST_IS_DIR))
    self->fd = open (folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
  if (self->fd >= 0)
    return g_steal_pointer (&self);
  self->temporary = g_build_filename (folder, ".namida-sync-XXXXXX", NULL);
  self->fd = g_mkstemp_full (self->temporary, O_RDWR | O_CLOEXEC, 0666);
  if (self->fd >= 0)
    return g_steal_pointer (&self);
  new_file_fail (path, errno, error);
  g_clear_pointer (&self->temporary, g_free);
  return NULL;
}

static void
new_file_sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    return;
  fsync (fd);
  close (fd);
}

/* On file systems without renameat2() (FAT, FUSE, NFS), link() does not replace a file either. Without hard links,
 * there is a moment in which a file could be replaced. */
static int
new_file_rename (const char *from, const char *to)
{
  if (renameat2 (AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
    return 0;
  if (errno == EEXIST)
    return EEXIST;
  if (link (from, to) == 0)
    {
      unlink (from);
      return 0;
    }
  if (errno == EEXIST || g_file_test (to, G_FILE_TEST_EXISTS))
    return EEXIST;
  return g_rename (from, to) == 0 ? 0 : errno;
}

/* Gives a file without a name its name; link() does not replace another file. */
static int
new_file_link (int fd, const char *to)
{
  g_autofree char *from = g_strdup_printf ("/proc/self/fd/%d", fd);

  return linkat (AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
}

static int
new_file_name (NamidaNewFile *self)
{
  return self->temporary != NULL ? new_file_rename (self->temporary, self->path) : new_file_link (self->fd, self->path);
}

gboolean
namida_new_file_commit (NamidaNewFile *self, GError **error)
{
  int failed = fsync (self->fd) != 0 ? errno : new_file_name (self);

  if (failed != 0)
    {
      new_file_fail (self->path, failed, error);
      return FALSE;
    }
  g_clear_pointer (&self->temporary, g_free);
  new_file_sync_folder (self->path);
  return TRUE;
}

void
namida_new_file_free (NamidaNewFile *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  if (self->temporary != NULL)
    g_unlink (self->temporary);
  g_free (self->temporary);
  g_free (self->path);
  g_free (self);
}
