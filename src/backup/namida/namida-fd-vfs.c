/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An SQLite VFS whose files are descriptors of unnamed temporary files (namida-spool.c). A crash leaves nothing on
 * the disk, no other program can open or swap the file, and databases of any size cost no memory; with
 * sqlite3_deserialize() the whole database would be in memory. There are no locks and no shared memory, because each
 * file has one user, the thread that reads or writes one backup. */
#include "config.h"

#include "namida-fd-vfs.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  sqlite3_file base;
  int fd; /* -1: a file that does not exist and must not be created */
} FdFile;

static int
fd_close (sqlite3_file *file)
{
  return SQLITE_OK; /* the descriptor is borrowed */
}

static int
fd_read (sqlite3_file *file, void *buffer, int length, sqlite3_int64 offset)
{
  int fd = ((FdFile *) file)->fd;
  char *at = buffer;

  while (length > 0)
    {
      ssize_t n = pread (fd, at, (size_t) length, offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return SQLITE_IOERR_READ;
      if (n == 0)
        {
          memset (at, 0, (size_t) length);
          return SQLITE_IOERR_SHORT_READ;
        }
      at += n;
      length -= (int) n;
      offset += n;
    }
  return SQLITE_OK;
}

static int
fd_write (sqlite3_file *file, const void *buffer, int length, sqlite3_int64 offset)
{
  int fd = ((FdFile *) file)->fd;
  const char *at = buffer;

  while (length > 0)
    {
      ssize_t n = pwrite (fd, at, (size_t) length, offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return errno == ENOSPC || errno == EDQUOT ? SQLITE_FULL : SQLITE_IOERR_WRITE;
      at += n;
      length -= (int) n;
      offset += n;
    }
  return SQLITE_OK;
}

static int
fd_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  return ftruncate (((FdFile *) file)->fd, size) == 0 ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

static int
fd_sync (sqlite3_file *file, int flags)
{
  return SQLITE_OK; /* not needed: only the zip that is made from this file is synchronized */
}

static int
fd_size (sqlite3_file *file, sqlite3_int64 *size)
{
  struct stat st;

  if (fstat (((FdFile *) file)->fd, &st) != 0)
    return SQLITE_IOERR_FSTAT;
  *size = st.st_size;
  return SQLITE_OK;
}

static int
fd_lock (sqlite3_file *file, int level)
{
  return SQLITE_OK;
}

static int
fd_check_lock (sqlite3_file *file, int *reserved)
{
  *reserved = 0;
  return SQLITE_OK;
}

static int
fd_control (sqlite3_file *file, int operation, void *argument)
{
  return SQLITE_NOTFOUND;
}

static int
fd_sector_size (sqlite3_file *file)
{
  return 4096;
}

static int
fd_characteristics (sqlite3_file *file)
{
  return 0;
}

static const sqlite3_io_methods methods = {
  .iVersion = 1, /* without shared memory: WAL works in exclusive mode only */
  .xClose = fd_close,
  .xRead = fd_read,
  .xWrite = fd_write,
  .xTruncate = fd_truncate,
  .xSync = fd_sync,
  .xFileSize = fd_size,
  .xLock = fd_lock,
  .xUnlock = fd_lock,
  .xCheckReservedLock = fd_check_lock,
  .xFileControl = fd_control,
  .xSectorSize = fd_sector_size,
  .xDeviceCharacteristics = fd_characteristics,
};

static int
vfs_open (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  FdFile *self = (FdFile *) file;
  int fd, wal_fd;

  self->base.pMethods = NULL;
  if (name == NULL || sscanf (name, "/%d/%d", &fd, &wal_fd) != 2)
    return SQLITE_CANTOPEN;
  self->fd = (flags & SQLITE_OPEN_MAIN_DB) != 0 ? fd : (flags & SQLITE_OPEN_WAL) != 0 ? wal_fd : -1;
  if (self->fd < 0)
    return SQLITE_CANTOPEN;
  self->base.pMethods = &methods;
  if (out_flags != NULL)
    *out_flags = flags;
  return SQLITE_OK;
}

static int
vfs_delete (sqlite3_vfs *vfs, const char *name, int sync)
{
  return SQLITE_OK;
}

static int
vfs_access (sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
  int fd, wal_fd;

  *result = sscanf (name, "/%d/%d", &fd, &wal_fd) == 2
            && (g_str_has_suffix (name, "-wal") ? wal_fd >= 0 : !g_str_has_suffix (name, "-journal"));
  return SQLITE_OK;
}

static int
vfs_full_path (sqlite3_vfs *vfs, const char *name, int length, char *out)
{
  return g_strlcpy (out, name, (gsize) length) < (gsize) length ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int
vfs_random (sqlite3_vfs *vfs, int length, char *out)
{
  for (int i = 0; i < length; i++)
    out[i] = (char) g_random_int ();
  return length;
}

static int
vfs_sleep (sqlite3_vfs *vfs, int microseconds)
{
  return 0;
}

static int
vfs_time (sqlite3_vfs *vfs, double *now)
{
  *now = 2440587.5 + (double) g_get_real_time () / (86400.0 * G_USEC_PER_SEC);
  return SQLITE_OK;
}

static sqlite3_vfs fd_vfs = {
  .iVersion = 1,
  .szOsFile = sizeof (FdFile),
  .mxPathname = 64,
  .zName = NAMIDA_FD_VFS,
  .xOpen = vfs_open,
  .xDelete = vfs_delete,
  .xAccess = vfs_access,
  .xFullPathname = vfs_full_path,
  .xRandomness = vfs_random,
  .xSleep = vfs_sleep,
  .xCurrentTime = vfs_time,
};

void
namida_fd_vfs_register (void)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      if (sqlite3_vfs_register (&fd_vfs, 0) != SQLITE_OK)
        g_error ("SQLite takes no file system");
      g_once_init_leave (&once, 1);
    }
}

char *
namida_fd_vfs_dup_name (int fd, int wal_fd)
{
  return g_strdup_printf ("/%d/%d", fd, wal_fd);
}
