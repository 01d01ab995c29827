/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaStaging: the folders and parts of unfinished sessions, and removing those that are no longer needed.
 * Used by the sink of a session and by the cleanup at start, in worker threads. */
#include "config.h"

#include "namida-staging.h"

#include "namida-crash-point.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-open.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define FALLOCATE_FROM (1024 * 1024)
/* The first step; each one is twice as large as the one before it. */
#define FALLOCATE_STEP (64ull * 1024 * 1024)
#define FALLOCATE_MOST_US 5000
#define BUFFER_SIZE (1024 * 1024)
#define SESSION_ID_LENGTH 32u
#define MOST_TRIES 100u

struct _NamidaStaging
{
  char *session;
  char *owner;   /* (nullable): NULL if the folder is in the data folder, which only this program uses */
  int holder_fd; /* the root or the data folder */
  const char *holder_name;
  int hidden_fd; /* ".namida-sync-parts"; -1 if @owner is NULL */
  int parent_fd; /* "staging" or ".namida-sync-parts/<owner>" */
  int fd;
  dev_t device;
};

/* @fd: a descriptor on the drive, or -1; used to distinguish a full drive from one that cannot hold more files. */
static gboolean
staging_fail (GError **error, int saved_errno, int fd, const char *format, const char *shown)
{
  g_autofree char *what = NULL;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  what = g_strdup_printf (format, shown);
#pragma GCC diagnostic pop
  namida_error_set_from_write (error, saved_errno, fd, what);
  return FALSE;
}

static void
staging_close_one (int fd)
{
  if (fd >= 0)
    close (fd);
}

/* Returns: a descriptor, or -1 with the errno of why the folder could not be created, if it does not exist. */
static int
staging_make_folder (int parent_fd, const char *name, mode_t mode)
{
  int fd, make_errno = 0;

  if (mkdirat (parent_fd, name, mode) == 0)
    namida_sync_folder (parent_fd);
  else
    make_errno = errno;
  fd = namida_folder_open (parent_fd, name, FALSE);
  if (fd < 0 && errno == ENOENT && make_errno != 0 && make_errno != EEXIST)
    errno = make_errno;
  return fd;
}

/* Returns FALSE with errno set. The folder that all programs share is accessible for all of them, like the store
 * itself; the folder of one owner is private. */
static gboolean
staging_open_folders (NamidaStaging *self)
{
  if (self->owner == NULL)
    self->parent_fd = staging_make_folder (self->holder_fd, self->holder_name, 0700);
  else
    {
      self->hidden_fd = staging_make_folder (self->holder_fd, self->holder_name, 0777);
      if (self->hidden_fd < 0)
        return FALSE;
      self->parent_fd = staging_make_folder (self->hidden_fd, self->owner, 0700);
    }
  if (self->parent_fd < 0)
    return FALSE;
  /* Version 0.1.0 had no folders for owners: move a session that it began into ours. */
  if (self->hidden_fd >= 0)
    namida_folder_rename (self->hidden_fd, self->session, self->parent_fd, self->session);
  self->fd = staging_make_folder (self->parent_fd, self->session, 0700);
  return self->fd >= 0;
}

/* Another session that ends removes the shared folder if it is empty, which it is until ours is in it. */
static gboolean
staging_open_folders_again (NamidaStaging *self)
{
  for (guint i = 0; i < MOST_TRIES; i++)
    {
      int saved_errno;

      if (staging_open_folders (self))
        return TRUE;
      saved_errno = errno;
      staging_close_one (self->parent_fd);
      staging_close_one (self->hidden_fd);
      self->parent_fd = self->hidden_fd = -1;
      errno = saved_errno;
      if (errno != ENOENT)
        return FALSE;
    }
  return FALSE;
}

/* Takes ownership of @holder_fd. */
static NamidaStaging *
staging_open_in (
    int holder_fd, const char *holder_name, const char *owner, const char *session, const char *root, GError **error)
{
  g_autoptr (NamidaStaging) self = g_new0 (NamidaStaging, 1);
  g_autofree char *shown = g_filename_display_name (root);
  struct stat st;

  self->session = g_strdup (session);
  self->owner = g_strdup (owner);
  self->holder_fd = holder_fd;
  self->holder_name = holder_name;
  self->hidden_fd = self->parent_fd = self->fd = -1;
  if (holder_fd >= 0 && staging_open_folders_again (self) && fstat (self->fd, &st) == 0)
    {
      self->device = st.st_dev;
      return g_steal_pointer (&self);
    }
  staging_fail (error, errno, holder_fd, _ ("No folder for unfinished files could be made for “%s”"), shown);
  return NULL;
}

NamidaStaging *
namida_staging_open_hidden (const char *root, int root_fd, const char *owner, const char *session, GError **error)
{
  return staging_open_in (fcntl (root_fd, F_DUPFD_CLOEXEC, 3), NAMIDA_STAGING_HIDDEN, owner, session, root, error);
}

NamidaStaging *
namida_staging_open (
    const char *data_dir, const char *root, int root_fd, const char *owner, const char *session, GError **error)
{
  struct stat root_st, data_st;
  int data_fd = -1;

  if (g_mkdir_with_parents (data_dir, 0700) == 0)
    data_fd = open (data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (data_fd >= 0 && fstat (data_fd, &data_st) == 0 && fstat (root_fd, &root_st) == 0
      && data_st.st_dev == root_st.st_dev)
    return staging_open_in (data_fd, NAMIDA_STAGING_FOLDER, NULL, session, data_dir, error);
  if (data_fd >= 0)
    close (data_fd);
  return namida_staging_open_hidden (root, root_fd, owner, session, error);
}

void
namida_staging_free (NamidaStaging *self)
{
  if (self == NULL)
    return;
  staging_close_one (self->fd);
  staging_close_one (self->parent_fd);
  staging_close_one (self->hidden_fd);
  staging_close_one (self->holder_fd);
  g_free (self->session);
  g_free (self->owner);
  g_free (self);
}

gboolean
namida_staging_remove (NamidaStaging *self)
{
  gboolean fine = namida_tree_remove (self->parent_fd, self->session);

  /* Fails, as intended, if the folder still contains that of another session. */
  if (self->owner != NULL)
    {
      unlinkat (self->hidden_fd, self->owner, AT_REMOVEDIR);
      unlinkat (self->holder_fd, self->holder_name, AT_REMOVEDIR);
    }
  return fine;
}

int
namida_staging_get_fd (NamidaStaging *self)
{
  return self->fd;
}

dev_t
namida_staging_get_device (NamidaStaging *self)
{
  return self->device;
}

guint64
namida_staging_part_size (NamidaStaging *self, const char *name)
{
  struct stat st;

  if (fstatat (self->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG (st.st_mode))
    return 0;
  return (guint64) st.st_size;
}

guint64
namida_staging_part_allocated (NamidaStaging *self, const char *name)
{
  struct stat st;

  if (fstatat (self->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG (st.st_mode))
    return 0;
  return MAX ((guint64) st.st_blocks * 512, (guint64) st.st_size);
}

/* Digests exactly @length bytes from the start. Returns FALSE with errno set. */
static gboolean
staging_digest_start (int fd, guint64 length, NamidaDigest *digest)
{
  g_autofree char *buffer = length > 0 ? g_malloc (MIN (length, BUFFER_SIZE)) : NULL;
  guint64 offset = 0;

  while (offset < length)
    {
      ssize_t n = pread (fd, buffer, MIN (length - offset, BUFFER_SIZE), (off_t) offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n == 0)
        errno = EIO;
      if (n <= 0)
        return FALSE;
      namida_digest_update (digest, buffer, (gsize) n);
      offset += (guint64) n;
    }
  return TRUE;
}

/* Allocates the space of a large file in advance, so that a full disk is noticed now and not after gigabytes. A file
 * system that does not support this reports an error when it is full. One that handles each page is as slow at it as at
 * writing (memory: 0.25 s for 1 GiB), and the connection has to wait; on such a file system, the rest is allocated by
 * writing. */
static gboolean
staging_reserve (int fd, guint64 offset, guint64 size)
{
  gint64 end = g_get_monotonic_time () + FALLOCATE_MOST_US;
  guint64 step = FALLOCATE_STEP;

  if (size <= offset || size - offset < FALLOCATE_FROM)
    return TRUE;
  for (guint64 at = offset; at < size && (at == offset || g_get_monotonic_time () < end); at += step, step *= 2)
    {
      step = MIN (step, size - at);
      if (fallocate (fd, FALLOC_FL_KEEP_SIZE, (off_t) at, (off_t) step) != 0)
        return errno != ENOSPC && errno != EDQUOT && errno != EFBIG;
    }
  return TRUE;
}

static gboolean
staging_set_up (int fd, const char *shown, guint64 offset, guint64 size, NamidaDigest *digest, GError **error)
{
  struct stat st;

  if (fstat (fd, &st) != 0)
    return staging_fail (error, errno, fd, _ ("Could not write “%s”"), shown);
  if ((guint64) st.st_size < offset)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_OFFSET,
                   _ ("Less of “%s” is here than the other device believes. It is sent again from where it ends here."),
                   shown);
      return FALSE;
    }
  if (ftruncate (fd, (off_t) offset) != 0 || !staging_reserve (fd, offset, size))
    return staging_fail (error, errno, fd, _ ("Could not write “%s”"), shown);
  if ((digest != NULL && !staging_digest_start (fd, offset, digest)) || lseek (fd, (off_t) offset, SEEK_SET) < 0)
    return staging_fail (error, errno, fd, _ ("Could not read what is here of “%s”"), shown);
  return TRUE;
}

/* A complete part is already read-only, like the file that it was going to become. @made: (out): whether the part is
 * new and empty. */
static int
staging_open_writable (int dir, const char *name, gboolean *made)
{
  const int flags = O_RDWR | O_CREAT;
  int fd = namida_open_at (dir, name, flags | O_EXCL, 0600);

  *made = fd >= 0;
  if (fd >= 0 || errno != EEXIST)
    return fd;
  fd = namida_open_at (dir, name, flags, 0600);
  if (fd < 0 && errno == EACCES && fchmodat (dir, name, 0600, 0) == 0)
    fd = namida_open_at (dir, name, flags, 0600);
  return fd;
}

int
namida_staging_open_part (NamidaStaging *self,
                          const char *name,
                          const char *shown,
                          guint64 offset,
                          guint64 size,
                          NamidaDigest *digest,
                          GError **error)
{
  gboolean made;
  int fd = staging_open_writable (self->fd, name, &made);

  if (fd < 0)
    {
      staging_fail (error, errno, self->fd, _ ("Could not write “%s”"), shown);
      return -1;
    }
  if (made && offset == 0 && size < FALLOCATE_FROM)
    {
      namida_crash_point ("part-opened");
      return fd;
    }
  if (!staging_set_up (fd, shown, offset, size, digest, error))
    {
      close (fd);
      return -1;
    }
  namida_crash_point ("part-opened");
  return fd;
}

static gboolean
staging_check_part (int fd, const char *shown, guint64 size, gboolean complete, GError **error)
{
  struct stat st;

  if (fstat (fd, &st) != 0)
    return staging_fail (error, errno, fd, _ ("Could not write “%s”"), shown);
  if (complete && (guint64) st.st_size != size)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_SIZE,
                   _ ("“%s” does not have the size that was announced. Send it again."), shown);
      return FALSE;
    }
  /* Complete parts are made durable together at the end of the session. */
  if (!complete && fdatasync (fd) != 0)
    return staging_fail (error, errno, fd, _ ("Could not write “%s”"), shown);
  return TRUE;
}

gboolean
namida_staging_close_part (int fd, const char *shown, guint64 size, gboolean complete, GError **error)
{
  gboolean fine = staging_check_part (fd, shown, size, complete, error);

  /* Network file systems may report a full disk only on close. */
  if (close (fd) != 0 && errno != EINTR && fine)
    fine = staging_fail (error, errno, -1, _ ("Could not write “%s”"), shown);
  namida_crash_point ("part-closed");
  return fine;
}

gboolean
namida_staging_write (NamidaStaging *self, const char *name, const char *data, gsize length, GError **error)
{
  int fd = namida_staging_open_part (self, name, name, 0, length, NULL, error);
  gboolean fine;

  if (fd < 0)
    return FALSE;
  fine = namida_write_all (fd, data, length);
  if (!fine)
    staging_fail (error, errno, fd, _ ("Could not write “%s”"), name);
  if (close (fd) != 0 && errno != EINTR && fine)
    fine = staging_fail (error, errno, -1, _ ("Could not write “%s”"), name);
  return fine;
}

/* Only folders with a name like this are ever removed. */
static gboolean
staging_is_session_id (const char *name)
{
  return strlen (name) == SESSION_ID_LENGTH && strspn (name, "0123456789abcdef") == SESSION_ID_LENGTH;
}

/* Whether this is the folder of a probe that was left behind when a program was killed. */
static gboolean
staging_is_probe (const char *name)
{
  return g_str_has_prefix (name, NAMIDA_STAGING_PROBE);
}

/* @known: (nullable): remove only sessions in this set. */
static void
staging_remove_forgotten (int fd, GHashTable *kept, GHashTable *known)
{
  int copy = openat (fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = copy >= 0 ? fdopendir (copy) : NULL;
  struct dirent *entry;

  if (dir == NULL)
    {
      staging_close_one (copy);
      return;
    }
  while ((entry = readdir (dir)) != NULL)
    {
      gboolean forgotten = staging_is_session_id (entry->d_name) && !g_hash_table_contains (kept, entry->d_name)
                           && (known == NULL || g_hash_table_contains (known, entry->d_name));

      if ((forgotten || (known == NULL && staging_is_probe (entry->d_name))) && !namida_tree_remove (fd, entry->d_name))
        g_message ("an old session's parts could not be removed: %s", g_strerror (errno));
    }
  closedir (dir);
}

void
namida_staging_remove_parts (NamidaStaging *self, GHashTable *kept)
{
  int copy = openat (namida_staging_get_fd (self), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = copy >= 0 ? fdopendir (copy) : NULL;
  struct dirent *entry;

  if (dir == NULL)
    {
      if (copy >= 0)
        close (copy);
      return;
    }
  while ((entry = readdir (dir)) != NULL)
    if (g_str_has_suffix (entry->d_name, ".part") && !g_hash_table_contains (kept, entry->d_name))
      unlinkat (dirfd (dir), entry->d_name, 0);
  closedir (dir);
}

void
namida_staging_clean (int parent_fd, const char *name, const char *owner, GHashTable *kept, GHashTable *known)
{
  int owned, fd = namida_folder_open (parent_fd, name, FALSE);

  if (fd < 0)
    return;
  if (owner == NULL)
    staging_remove_forgotten (fd, kept, NULL);
  else
    {
      owned = namida_folder_open (fd, owner, FALSE);
      if (owned >= 0)
        staging_remove_forgotten (owned, kept, NULL);
      staging_close_one (owned);
      unlinkat (fd, owner, AT_REMOVEDIR);
      /* Sessions of version 0.1.0 have no owner; only the journal tells whether they are ours. */
      staging_remove_forgotten (fd, kept, known);
    }
  close (fd);
  unlinkat (parent_fd, name, AT_REMOVEDIR);
}
