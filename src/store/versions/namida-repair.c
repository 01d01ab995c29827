/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements namida-repair.h: replaces a damaged file of a version with an intact copy, and keeps the hard links
 * between versions. Called by verify and heal, in worker threads. */
#include "config.h"

#include "namida-repair.h"

#include "namida-content.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-known-content.h"
#include "namida-open.h"
#include "namida-safe-path.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <unistd.h>

#define TEMPORARY ".namida-sync-repair"

/* Two repairs in one folder would use the same temporary name. */
static GMutex repairing;

static gboolean
repair_is_same_inode (const struct stat *a, const struct stat *b)
{
  return a != NULL && a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

static gboolean
repair_has_content (const char *path, const NamidaVersionFile *file, const struct stat *bad, GCancellable *cancellable)
{
  int fd = namida_open_at (AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
  g_autofree char *hash = NULL;
  struct stat st;

  if (fd < 0)
    return FALSE;
  /* Compare only the hash, because the size is unknown if the version was adopted with a truncated or missing file. */
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && !repair_is_same_inode (bad, &st))
    hash = namida_file_hash (fd, cancellable);
  close (fd);
  return g_strcmp0 (hash, file->sha256) == 0;
}

char *
namida_repair_find_copy (NamidaDatabase *database,
                         const NamidaVersionFile *file,
                         const struct stat *bad,
                         GCancellable *cancellable)
{
  g_autoptr (GPtrArray) paths = namida_version_record_paths_of (database, file->sha256, FALSE);
  g_autoptr (NamidaKnownContent) known = namida_known_content_new (database, NULL);
  g_autoptr (GPtrArray) rows = known != NULL ? namida_known_content_lookup (known, file->sha256) : NULL;

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    g_ptr_array_add (paths, g_strdup (((NamidaHashRow *) g_ptr_array_index (rows, i))->path));
  for (guint i = 0; i < paths->len && !g_cancellable_is_cancelled (cancellable); i++)
    if (repair_has_content (g_ptr_array_index (paths, i), file, bad, cancellable))
      return g_strdup (g_ptr_array_index (paths, i));
  return NULL;
}

static gboolean
repair_fail (GError **error, int saved_errno, const NamidaVersionFile *file)
{
  g_autofree char *shown = namida_version_file_dup_name (file);
  g_autofree char *what = g_strdup_printf (_ ("“%s” could not be repaired"), shown);

  namida_error_set_from_errno (error, saved_errno != 0 ? saved_errno : EIO, what);
  return FALSE;
}

/* A file without a name is opened through its link in /proc. */
static int
repair_open_copy (const char *copy)
{
  if (g_str_has_prefix (copy, NAMIDA_REPAIR_DESCRIPTOR))
    return open (copy, O_RDONLY | O_CLOEXEC);
  return namida_open_at (AT_FDCWD, copy, O_RDONLY | O_NONBLOCK, 0);
}

/* Uses the time of the copy if the file was missing when its version was adopted. */
static void
repair_get_time (const NamidaVersionFile *file, int from, struct timespec *time)
{
  gint64 ns = file->mtime_ns % G_GINT64_CONSTANT (1000000000);
  struct stat st;

  if (file->inode == 0)
    {
      if (fstat (from, &st) == 0)
        *time = st.st_mtim;
      return;
    }
  time->tv_sec = (time_t) (file->mtime_ns / G_GINT64_CONSTANT (1000000000) - (ns < 0));
  time->tv_nsec = (long) (ns < 0 ? ns + G_GINT64_CONSTANT (1000000000) : ns);
}

/* Writes a complete, durable copy named TEMPORARY in @folder. If it fails with errno 0, the copy changed while it was
 * read. */
static gboolean
repair_write_temporary (int folder, const NamidaVersionFile *file, const char *copy, GCancellable *cancellable)
{
  struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_nsec = UTIME_OMIT } };
  g_autofree char *hash = NULL;
  gboolean fine = FALSE;
  int saved_errno, to, from = repair_open_copy (copy);

  if (from < 0)
    return FALSE;
  unlinkat (folder, TEMPORARY, 0); /* left by an interrupted repair */
  to = namida_open_at (folder, TEMPORARY, O_RDWR | O_CREAT | O_EXCL, 0600);
  if (to >= 0)
    {
      repair_get_time (file, from, &times[1]);
      errno = 0;
      if (namida_file_copy (from, to, cancellable))
        hash = namida_file_hash (to, cancellable);
      if (hash != NULL)
        errno = 0; /* copying may set errno while trying unsupported calls */
      fine = g_strcmp0 (hash, file->sha256) == 0 && futimens (to, times) == 0 && fchmod (to, 0444) == 0
             && fsync (to) == 0;
      saved_errno = errno;
      close (to);
      if (!fine)
        unlinkat (folder, TEMPORARY, 0);
      errno = saved_errno;
    }
  saved_errno = errno;
  close (from);
  errno = saved_errno;
  return fine;
}

/* Makes the folder writable, because folders of versions are read-only, like their files. Returns: the mode to restore;
 * 0 if nothing was changed. */
static mode_t
repair_open_up (int folder)
{
  struct stat st;

  if (fstat (folder, &st) != 0 || (st.st_mode & S_IWUSR) != 0 || fchmod (folder, (st.st_mode & 07777) | S_IWUSR) != 0)
    return 0;
  return st.st_mode & 07777;
}

static void
repair_close_up (int folder, mode_t mode)
{
  if (mode != 0 && fchmod (folder, mode) != 0)
    g_message ("a folder of a version could not be made read-only again: %s", g_strerror (errno));
}

/* Replaces another version's link to the damaged inode. If that fails, the damage is found when that version is
 * read. */
static void
repair_relink (int from_folder, const char *from, const char *path, const struct stat *bad)
{
  g_autofree char *folder_path = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  struct stat st;
  int folder = open (folder_path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (folder < 0)
    return;
  if (fstatat (folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && repair_is_same_inode (bad, &st))
    {
      mode_t mode = repair_open_up (folder);

      unlinkat (folder, TEMPORARY, 0);
      if (linkat (from_folder, from, folder, TEMPORARY, 0) == 0 && renameat (folder, TEMPORARY, folder, name) != 0)
        unlinkat (folder, TEMPORARY, 0);
      repair_close_up (folder, mode);
      namida_sync_folder (folder);
    }
  close (folder);
}

/* Opens the folder of the file. Creates it again if it is missing, inside read-only folders. */
static int
repair_open_folder (int version_fd, const char *path, char **basename, GError **error)
{
  int folder = namida_safe_path_open_parent (version_fd, path, FALSE, basename, NULL);

  if (folder >= 0)
    return folder;
  namida_tree_set_writable (version_fd, TRUE);
  folder = namida_safe_path_open_parent (version_fd, path, TRUE, basename, error);
  namida_tree_set_writable (version_fd, FALSE);
  return folder;
}

gboolean
namida_repair_link (const NamidaVersionFile *file, int version_fd, const char *whole)
{
  g_autofree char *basename = NULL;
  int folder = repair_open_folder (version_fd, file->path, &basename, NULL);
  gboolean fine;
  mode_t mode;

  if (folder < 0)
    return FALSE;
  g_mutex_lock (&repairing);
  mode = repair_open_up (folder);
  unlinkat (folder, TEMPORARY, 0);
  fine = linkat (AT_FDCWD, whole, folder, TEMPORARY, 0) == 0 && renameat (folder, TEMPORARY, folder, basename) == 0
         && namida_sync_folder (folder) == 0;
  /* Also needed if both names are links to the same file, which was temporarily unreadable: a rename does nothing
   * then. */
  unlinkat (folder, TEMPORARY, 0);
  repair_close_up (folder, mode);
  g_mutex_unlock (&repairing);
  close (folder);
  return fine;
}

gboolean
namida_repair_file (NamidaDatabase *database,
                    const NamidaVersionRecord *record,
                    const NamidaVersionFile *file,
                    int version_fd,
                    const struct stat *bad,
                    const char *copy,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (GError) unwritten = NULL;
  g_autofree char *basename = NULL;
  struct stat healed;
  int saved_errno, folder;
  gboolean fine;
  mode_t mode;

  g_return_val_if_fail (record->landing == NAMIDA_LANDING_BACKUP && version_fd >= 0, FALSE);

  folder = repair_open_folder (version_fd, file->path, &basename, error);
  if (folder < 0)
    return FALSE;
  g_mutex_lock (&repairing);
  mode = repair_open_up (folder);
  fine = repair_write_temporary (folder, file, copy, cancellable);
  if (fine && renameat (folder, TEMPORARY, folder, basename) != 0)
    {
      saved_errno = errno;
      unlinkat (folder, TEMPORARY, 0);
      errno = saved_errno;
      fine = FALSE;
    }
  fine = fine && namida_sync_folder (folder) == 0;
  saved_errno = errno;
  repair_close_up (folder, mode);
  if (!fine)
    repair_fail (error, saved_errno, file);
  paths = fine && bad != NULL ? namida_version_record_paths_of (database, file->sha256, TRUE) : NULL;
  for (guint i = 0; paths != NULL && i < paths->len; i++)
    repair_relink (folder, basename, g_ptr_array_index (paths, i), bad);
  /* Do this after creating the links, because each of them changes the change time. */
  if (fine && file->content != 0 && fstatat (folder, basename, &healed, AT_SYMLINK_NOFOLLOW) == 0
      && !namida_content_heal (database, file->content, &healed, &unwritten))
    g_message ("%s", unwritten->message);
  g_mutex_unlock (&repairing);
  close (folder);
  return fine;
}
