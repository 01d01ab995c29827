/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements namida-file-ops.h: opening, copying, hashing, renaming and removing files relative to folder descriptors,
 * without following links. Everything blocks and runs in the workers of the store. */
#include "config.h"

#include "namida-file-ops.h"

#include "namida-digest.h"
#include "namida-error.h"
#include "namida-limits.h"
#include "namida-open.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BUFFER_SIZE (1024 * 1024)
/* Small enough to notice a cancellation within a second on a slow disk. */
#define COPY_STEP (64 * 1024 * 1024)

gint64
namida_stat_mtime_ns (const struct stat *st)
{
  return (gint64) st->st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + st->st_mtim.tv_nsec;
}

NamidaFileId
namida_file_id (const struct stat *st)
{
  return (NamidaFileId){ .inode = (guint64) st->st_ino, .device = (guint64) st->st_dev };
}

NamidaFileId *
namida_file_id_new (const struct stat *st)
{
  NamidaFileId id = namida_file_id (st);

  return g_memdup2 (&id, sizeof id);
}

guint
namida_file_id_hash (gconstpointer id)
{
  const NamidaFileId *self = id;

  return (guint) (self->inode ^ (self->inode >> 32) ^ self->device);
}

gboolean
namida_file_id_equal (gconstpointer a, gconstpointer b)
{
  const NamidaFileId *one = a, *other = b;

  return one->inode == other->inode && one->device == other->device;
}

mode_t
namida_file_mode (void)
{
  static gsize once;
  static mode_t mode = 0644;

  /* umask(2) can be read only by setting it, which would affect other threads. Since Linux 4.7, proc(5) shows it. */
  if (g_once_init_enter (&once))
    {
      g_autofree char *status = NULL;

      if (g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
        {
          const char *line = strstr (status, "\nUmask:");

          if (line != NULL)
            mode = 0666 & ~(mode_t) g_ascii_strtoull (line + strlen ("\nUmask:"), NULL, 8);
        }
      g_once_init_leave (&once, 1);
    }
  return mode;
}

int
namida_folder_open (int parent_fd, const char *name, gboolean create)
{
  if (create && mkdirat (parent_fd, name, 0777) != 0 && errno != EEXIST)
    return -1;
  return openat (parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static void
file_ops_folder_sync_path (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    return;
  fsync (fd);
  close (fd);
}

/* Like g_mkdir_with_parents(), but makes the names of the new folders durable: otherwise a power failure would remove
 * them together with the durable files in them. Returns FALSE with errno set. */
static gboolean
file_ops_folder_make_durable (const char *path)
{
  g_autofree char *parent = NULL;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return TRUE;
  parent = g_path_get_dirname (path);
  if (!g_str_equal (parent, path) && !file_ops_folder_make_durable (parent))
    return FALSE;
  if (mkdir (path, 0777) != 0)
    return errno == EEXIST && g_file_test (path, G_FILE_TEST_IS_DIR);
  file_ops_folder_sync_path (parent);
  return TRUE;
}

int
namida_folder_make_root (const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *what = NULL;
  int fd = -1;

  if (file_ops_folder_make_durable (path))
    fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    {
      int saved_errno = errno;

      what = g_strdup_printf (_ ("The folder “%s” could not be opened"), shown);
      namida_error_set_from_write (error, saved_errno, -1, what);
    }
  return fd;
}

/* Gives the owner write permission for the open folder @fd, or takes it from everybody. Returns whether the folder has
 * that mode now; some drives do not store modes. */
static gboolean
file_ops_folder_set_writable (int fd, gboolean writable)
{
  struct stat st;
  mode_t mode;

  if (fstat (fd, &st) != 0)
    return FALSE;
  mode = writable ? (st.st_mode & 07777) | 0300 : st.st_mode & 07555;
  if ((st.st_mode & 07777) == mode)
    return TRUE;
  return fchmod (fd, mode) == 0 && fstat (fd, &st) == 0 && (st.st_mode & 07777) == mode;
}

/* Recurses with one descriptor for each level: a version is at most NAMIDA_LIMIT_DEPTH folders deep. */
static void
file_ops_tree_set_writable (int fd, gboolean writable, guint depth)
{
  int copy = openat (fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = copy >= 0 ? fdopendir (copy) : NULL;
  struct dirent *entry;

  if (dir == NULL && copy >= 0)
    close (copy);
  while (dir != NULL && (entry = readdir (dir)) != NULL)
    {
      gboolean folder = entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN;
      int below;

      if (!folder || strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
        continue;
      below = namida_folder_open (fd, entry->d_name, FALSE);
      if (below < 0)
        continue;
      if (file_ops_folder_set_writable (below, writable) && depth > 0)
        file_ops_tree_set_writable (below, writable, depth - 1);
      close (below);
    }
  if (dir != NULL)
    closedir (dir);
}

void
namida_tree_set_writable (int fd, gboolean writable)
{
  if (file_ops_folder_set_writable (fd, writable))
    file_ops_tree_set_writable (fd, writable, NAMIDA_LIMIT_DEPTH + 2);
}

/* Removes the files of the open folder @fd and stops at the first subfolder. Returns the name of the subfolder. NULL
 * means that @fd is empty, or that errno is not 0. */
static char *
file_ops_remove_files (int fd)
{
  int copy = openat (fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = copy >= 0 ? fdopendir (copy) : NULL;
  struct dirent *entry;
  char *folder = NULL;
  int saved_errno;

  if (dir == NULL)
    {
      saved_errno = errno;
      if (copy >= 0)
        close (copy);
      errno = saved_errno;
      return NULL;
    }
  file_ops_folder_set_writable (fd, TRUE);
  errno = 0;
  while (folder == NULL && (entry = readdir (dir)) != NULL)
    {
      if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
        continue;
      if (unlinkat (fd, entry->d_name, 0) == 0 || errno == ENOENT)
        errno = 0;
      else if (errno == EISDIR)
        folder = g_strdup (entry->d_name);
      else
        break;
    }
  saved_errno = folder != NULL ? 0 : errno;
  closedir (dir);
  errno = saved_errno;
  return folder;
}

/* Uses one descriptor at any depth, because a received tree may be deeper than the limit of open files. Opening ".." is
 * safe, because the store owns the tree that it removes. */
static gboolean
file_ops_empty_folder (int fd)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  gboolean fine = FALSE;

  while (fd >= 0)
    {
      char *folder = file_ops_remove_files (fd);
      int next;

      if (folder != NULL)
        {
          g_ptr_array_add (names, folder);
          next = namida_folder_open (fd, folder, FALSE);
        }
      else if (errno != 0)
        break;
      else if (names->len == 0)
        {
          fine = TRUE;
          break;
        }
      else
        {
          next = openat (fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
          /* Two programs or two threads may be removing the same tree. */
          if (next >= 0 && unlinkat (next, g_ptr_array_index (names, names->len - 1), AT_REMOVEDIR) != 0
              && errno != ENOENT)
            {
              close (next);
              next = -1;
            }
          g_ptr_array_set_size (names, (int) names->len - 1);
        }
      close (fd);
      fd = next;
    }
  if (fd >= 0)
    close (fd);
  return fine;
}

gboolean
namida_tree_remove (int parent_fd, const char *name)
{
  int fd = namida_folder_open (parent_fd, name, FALSE);

  if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
    return unlinkat (parent_fd, name, 0) == 0;
  if (fd < 0)
    return errno == ENOENT;
  return file_ops_empty_folder (fd) && (unlinkat (parent_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT);
}

static gboolean
file_ops_is_cancelled (GCancellable *cancellable)
{
  if (!g_cancellable_is_cancelled (cancellable))
    return FALSE;
  errno = ECANCELED;
  return TRUE;
}

char *
namida_file_hash (int fd, GCancellable *cancellable)
{
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  g_autofree char *buffer = g_malloc (BUFFER_SIZE);
  off_t offset = 0;

  while (!file_ops_is_cancelled (cancellable))
    {
      ssize_t n = pread (fd, buffer, BUFFER_SIZE, offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return NULL;
      if (n == 0)
        return namida_digest_finish (digest);
      namida_digest_update (digest, buffer, (gsize) n);
      offset += n;
    }
  return NULL;
}

gboolean
namida_write_all (int fd, const char *data, gsize length)
{
  while (length > 0)
    {
      ssize_t n = write (fd, data, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      data += n;
      length -= (gsize) n;
    }
  return TRUE;
}

static gboolean
file_ops_copy_through_buffer (int from, int to, off_t offset, GCancellable *cancellable)
{
  g_autofree char *buffer = g_malloc (BUFFER_SIZE);

  while (!file_ops_is_cancelled (cancellable))
    {
      ssize_t n = pread (from, buffer, BUFFER_SIZE, offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return n == 0;
      if (!namida_write_all (to, buffer, (gsize) n))
        return FALSE;
      offset += n;
    }
  return FALSE;
}

gboolean
namida_file_copy (int from, int to, GCancellable *cancellable)
{
  off_t offset = 0;

  if (ioctl (to, FICLONE, from) == 0)
    return TRUE;
  while (!file_ops_is_cancelled (cancellable))
    {
      ssize_t n = copy_file_range (from, &offset, to, NULL, COPY_STEP, 0);

      if (n > 0 || (n < 0 && errno == EINTR))
        continue;
      if (n < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EIO))
        return FALSE;
      /* Either the end of the file or a pair of file systems without support (EXDEV, EINVAL, ENOSYS, EOPNOTSUPP; some
       * return 0 immediately). */
      return file_ops_copy_through_buffer (from, to, offset, cancellable);
    }
  return FALSE;
}

static NamidaRenameWay rename_first = NAMIDA_RENAME_NOREPLACE;

void
namida_file_set_first_way (NamidaRenameWay way)
{
  rename_first = way;
}

/* Error codes of file systems that do not support the call at all. FUSE passes on any code of its program. */
static gboolean
file_ops_rename_is_unsupported (int saved_errno)
{
  return saved_errno == EINVAL || saved_errno == ENOSYS || saved_errno == EOPNOTSUPP;
}

static gboolean
file_ops_link_is_unsupported (int saved_errno)
{
  return file_ops_rename_is_unsupported (saved_errno) || saved_errno == EPERM || saved_errno == EMLINK;
}

/* The program that creates the empty file owns the name; only this empty file is then replaced. */
static gboolean
file_ops_rename_over_claim (int from_dir, const char *from, int to_dir, const char *to)
{
  int saved_errno, fd = namida_open_at (to_dir, to, O_WRONLY | O_CREAT | O_EXCL, 0600);

  if (fd < 0)
    return FALSE;
  close (fd);
  if (renameat (from_dir, from, to_dir, to) == 0)
    return TRUE;
  saved_errno = errno;
  unlinkat (to_dir, to, 0);
  errno = saved_errno;
  return FALSE;
}

gboolean
namida_file_rename (int from_dir, const char *from, int to_dir, const char *to)
{
  if (rename_first <= NAMIDA_RENAME_NOREPLACE)
    {
      if (renameat2 (from_dir, from, to_dir, to, RENAME_NOREPLACE) == 0)
        return TRUE;
      if (!file_ops_rename_is_unsupported (errno))
        return FALSE;
    }
  if (rename_first <= NAMIDA_RENAME_LINK)
    {
      /* linkat(2) also fails with EEXIST, so this is as safe, but takes two steps. */
      if (linkat (from_dir, from, to_dir, to, 0) == 0)
        return unlinkat (from_dir, from, 0) == 0;
      if (!file_ops_link_is_unsupported (errno))
        return FALSE;
    }
  return file_ops_rename_over_claim (from_dir, from, to_dir, to);
}

gboolean
namida_folder_rename (int from_dir, const char *from, int to_dir, const char *to)
{
  int saved_errno;

  if (rename_first <= NAMIDA_RENAME_NOREPLACE)
    {
      if (renameat2 (from_dir, from, to_dir, to, RENAME_NOREPLACE) == 0)
        return TRUE;
      if (!file_ops_rename_is_unsupported (errno))
        return FALSE;
    }
  /* mkdir claims the name or fails with EEXIST. rename(2) replaces a folder only if it is empty. */
  if (mkdirat (to_dir, to, 0777) != 0)
    return FALSE;
  if (renameat (from_dir, from, to_dir, to) == 0)
    return TRUE;
  saved_errno = errno;
  unlinkat (to_dir, to, AT_REMOVEDIR);
  errno = saved_errno;
  return FALSE;
}

gboolean
namida_folder_move (int from_dir, const char *from, int to_dir, const char *to)
{
  int fd = namida_folder_open (from_dir, from, FALSE);
  struct stat st;
  gboolean fine;
  int saved_errno;

  if (fd < 0)
    return FALSE;
  fine = fstat (fd, &st) == 0;
  file_ops_folder_set_writable (fd, TRUE);
  fine = fine && namida_folder_rename (from_dir, from, to_dir, to);
  saved_errno = errno;
  fchmod (fd, st.st_mode & 07777);
  close (fd);
  errno = saved_errno;
  return fine;
}

static gboolean
file_ops_copy_attributes (int from, int to)
{
  struct stat st;

  if (fstat (from, &st) != 0)
    return FALSE;
  return fchmod (to, st.st_mode & 0777) == 0
         && futimens (to, (struct timespec[2]){ { .tv_nsec = UTIME_OMIT }, st.st_mtim }) == 0 && fsync (to) == 0;
}

/* The file has no name until it is complete, so that a crash leaves nothing behind. */
static gboolean
file_ops_copy_unnamed (int from, int to_dir, const char *to)
{
  int fd = openat (to_dir, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  gboolean fine;
  int saved_errno;

  if (fd < 0)
    return FALSE;
  fine = namida_file_copy (from, fd, NULL) && file_ops_copy_attributes (from, fd)
         && linkat (AT_FDCWD, link, to_dir, to, AT_SYMLINK_FOLLOW) == 0;
  saved_errno = errno;
  close (fd);
  errno = saved_errno;
  return fine;
}

static gboolean
file_ops_copy_named (int from, int to_dir, const char *temporary, const char *to)
{
  int fd = namida_open_at (to_dir, temporary, O_WRONLY | O_CREAT | O_EXCL, 0600);
  gboolean fine;
  int saved_errno;

  if (fd < 0)
    return FALSE;
  fine = namida_file_copy (from, fd, NULL) && file_ops_copy_attributes (from, fd)
         && namida_file_rename (to_dir, temporary, to_dir, to);
  saved_errno = errno;
  close (fd);
  if (!fine)
    unlinkat (to_dir, temporary, 0);
  errno = saved_errno;
  return fine;
}

gboolean
namida_file_move_copy (int from_dir, const char *from, int to_dir, const char *to)
{
  int fd = namida_open_at (from_dir, from, O_RDONLY, 0);
  gboolean fine;
  int saved_errno;

  if (fd < 0)
    return FALSE;
  fine = file_ops_copy_unnamed (fd, to_dir, to);
  if (!fine && errno != EEXIST && errno != ENOSPC && errno != EDQUOT)
    {
      g_autofree char *temporary = g_strconcat (".namida-sync-", from, NULL);

      /* Remove what an interrupted earlier attempt left. The name is derived from this part, so nothing else uses
       * it. */
      unlinkat (to_dir, temporary, 0);
      fine = file_ops_copy_named (fd, to_dir, temporary, to);
    }
  saved_errno = errno;
  close (fd);
  if (fine)
    unlinkat (from_dir, from, 0);
  errno = saved_errno;
  return fine;
}
