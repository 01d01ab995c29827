/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replaces functions of the C library and of SQLite by ones that fail once; see the header. */
#include "config.h"

#include "failing-calls.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READS_MOST 3

static struct
{
  char *base; /* (nullable): nothing is watched */
  char *fail; /* (nullable) */
  gboolean failed;
  int transactions; /* atomic */
  GPtrArray *sites;
  GHashTable *known;
  GHashTable *times; /* of a statement that reads: how often it had a second row */
} watched;
static GMutex lock;
static int active; /* atomic */

/* @site: (transfer full). Returns: whether the call fails. */
static gboolean
reach (char *site)
{
  gboolean fails = FALSE;

  g_mutex_lock (&lock);
  if (watched.base != NULL && !g_hash_table_contains (watched.known, site))
    {
      g_hash_table_add (watched.known, site);
      g_ptr_array_add (watched.sites, site);
      fails = !watched.failed && g_strcmp0 (watched.fail, site) == 0;
      watched.failed |= fails;
    }
  else
    g_free (site);
  g_mutex_unlock (&lock);
  return fails;
}

/* @path: below @fd when it is relative; NULL: @fd itself */
static gboolean
call_fails (const char *call, int fd, const char *path, void *from)
{
  g_autofree char *link = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *whole = NULL;
  int saved_errno = errno;
  gboolean counts;

  /* Whatever the test: a descriptor that is none is the sign of an error that was not looked at. */
  if (fd < 0 && fd != AT_FDCWD && (path == NULL || *path != '/'))
    g_error ("%s() with the descriptor %d", call, fd);
  if (!g_atomic_int_get (&active))
    return FALSE;
  if (path == NULL || *path != '/')
    {
      link = g_strdup_printf ("/proc/self/fd/%d", fd);
      folder = fd >= 0 ? g_file_read_link (link, NULL) : NULL;
    }
  whole = path == NULL   ? g_strdup (folder)
          : *path == '/' ? g_strdup (path)
                         : g_build_filename (folder != NULL ? folder : "", path, NULL);
  g_mutex_lock (&lock);
  counts = watched.base != NULL && whole != NULL && g_str_has_prefix (whole, watched.base)
           && strstr (whole, "/state.db") == NULL;
  g_mutex_unlock (&lock);
  if (counts && reach (g_strdup_printf ("%s from %p", call, from)))
    {
      errno = EIO;
      return TRUE;
    }
  errno = saved_errno;
  return FALSE;
}

#define FAILS(call, fd, path) call_fails (call, fd, path, __builtin_return_address (0))

void
failing_calls_watch (const char *base, const char *fail)
{
  g_mutex_lock (&lock);
  watched.base = g_strdup (base);
  watched.fail = g_strdup (fail);
  watched.failed = FALSE;
  watched.transactions = 0;
  watched.sites = g_ptr_array_new_with_free_func (g_free);
  watched.known = g_hash_table_new (g_str_hash, g_str_equal);
  watched.times = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_mutex_unlock (&lock);
  g_atomic_int_set (&active, 1);
}

GPtrArray *
failing_calls_stop (void)
{
  GPtrArray *sites;

  g_atomic_int_set (&active, 0);
  g_mutex_lock (&lock);
  sites = g_steal_pointer (&watched.sites);
  g_clear_pointer (&watched.base, g_free);
  g_clear_pointer (&watched.fail, g_free);
  g_clear_pointer (&watched.known, g_hash_table_unref);
  g_clear_pointer (&watched.times, g_hash_table_unref);
  g_mutex_unlock (&lock);
  return sites;
}

gboolean
failing_calls_has_failed (void)
{
  return watched.failed;
}

/* ---- the calls ---- */

int
open (const char *path, int flags, ...)
{
  va_list arguments;
  mode_t mode;

  va_start (arguments, flags);
  mode = va_arg (arguments, mode_t);
  va_end (arguments);
  return FAILS ("open", AT_FDCWD, path) ? -1 : (int) syscall (SYS_openat, AT_FDCWD, path, flags, mode);
}

int
openat (int fd, const char *path, int flags, ...)
{
  va_list arguments;
  mode_t mode;

  va_start (arguments, flags);
  mode = va_arg (arguments, mode_t);
  va_end (arguments);
  return FAILS ("openat", fd, path) ? -1 : (int) syscall (SYS_openat, fd, path, flags, mode);
}

int
mkdirat (int fd, const char *path, mode_t mode)
{
  return FAILS ("mkdirat", fd, path) ? -1 : (int) syscall (SYS_mkdirat, fd, path, mode);
}

int
mkdir (const char *path, mode_t mode)
{
  return FAILS ("mkdir", AT_FDCWD, path) ? -1 : (int) syscall (SYS_mkdirat, AT_FDCWD, path, mode);
}

int
renameat (int from_fd, const char *from, int to_fd, const char *to)
{
  return FAILS ("renameat", from_fd, from) || FAILS ("renameat to", to_fd, to)
             ? -1
             : (int) syscall (SYS_renameat2, from_fd, from, to_fd, to, 0);
}

int
renameat2 (int from_fd, const char *from, int to_fd, const char *to, unsigned int flags)
{
  return FAILS ("renameat2", from_fd, from) || FAILS ("renameat2 to", to_fd, to)
             ? -1
             : (int) syscall (SYS_renameat2, from_fd, from, to_fd, to, flags);
}

int
linkat (int from_fd, const char *from, int to_fd, const char *to, int flags)
{
  return FAILS ("linkat to", to_fd, to) ? -1 : (int) syscall (SYS_linkat, from_fd, from, to_fd, to, flags);
}

int
unlinkat (int fd, const char *path, int flags)
{
  return FAILS ("unlinkat", fd, path) ? -1 : (int) syscall (SYS_unlinkat, fd, path, flags);
}

/* Nothing of this depends on the disk. */
int
fsync (int fd)
{
  return FAILS ("fsync", fd, NULL) ? -1 : 0;
}

int
fdatasync (int fd)
{
  return FAILS ("fdatasync", fd, NULL) ? -1 : 0;
}

int
syncfs (int fd)
{
  return FAILS ("syncfs", fd, NULL) ? -1 : 0;
}

ssize_t
write (int fd, const void *data, size_t length)
{
  return FAILS ("write", fd, NULL) ? -1 : syscall (SYS_write, fd, data, length);
}

ssize_t
read (int fd, void *data, size_t length)
{
  return FAILS ("read", fd, NULL) ? -1 : syscall (SYS_read, fd, data, length);
}

ssize_t
pwrite (int fd, const void *data, size_t length, off_t offset)
{
  return FAILS ("pwrite", fd, NULL) ? -1 : syscall (SYS_pwrite64, fd, data, length, offset);
}

ssize_t
pread (int fd, void *data, size_t length, off_t offset)
{
  return FAILS ("pread", fd, NULL) ? -1 : syscall (SYS_pread64, fd, data, length, offset);
}

int
fchmod (int fd, mode_t mode)
{
  return FAILS ("fchmod", fd, NULL) ? -1 : (int) syscall (SYS_fchmod, fd, mode);
}

int
ftruncate (int fd, off_t length)
{
  return FAILS ("ftruncate", fd, NULL) ? -1 : (int) syscall (SYS_ftruncate, fd, length);
}

int
close (int fd)
{
  if (fd < 0)
    g_error ("close() with the descriptor %d", fd);
  return (int) syscall (SYS_close, fd);
}

/* @sql: of a statement about to run. (transfer full) (nullable): the site that it is. What changes nothing is none. */
static char *
statement_site (const char *sql, gboolean reads)
{
  static gboolean reading; /* the database is locked in a transaction */

  if (g_str_has_prefix (sql, "BEGIN"))
    reading = g_str_equal (sql, "BEGIN");
  if (g_str_has_prefix (sql, "BEGIN") || g_str_has_prefix (sql, "COMMIT"))
    return reading ? NULL : g_strdup_printf ("%s %d", sql, g_atomic_int_add (&watched.transactions, 1));
  return reads || g_str_has_prefix (sql, "ROLLBACK") ? NULL : g_strdup (sql);
}

/* (transfer full) (nullable): the first few times of one statement are sites of their own: its rows are then of other
 * versions. */
static char *
next_row_site (const char *sql)
{
  int times;

  g_mutex_lock (&lock);
  times = watched.times != NULL ? GPOINTER_TO_INT (g_hash_table_lookup (watched.times, sql)) + 1 : READS_MOST + 1;
  if (watched.times != NULL)
    g_hash_table_insert (watched.times, g_strdup (sql), GINT_TO_POINTER (times));
  g_mutex_unlock (&lock);
  return times <= READS_MOST ? g_strdup_printf ("the next row, time %d, of %s", times, sql) : NULL;
}

/* A statement that writes fails as on a disk that is full: nothing of it is done. One that reads fails after its first
 * row, as on a disk that has a bad block: what was read until then is not all that there is. */
int
sqlite3_step (sqlite3_stmt *statement)
{
  static int (*real) (sqlite3_stmt *);
  static _Thread_local sqlite3_stmt *with_row; /* the last one that had a row */
  const char *sql = statement != NULL ? sqlite3_sql (statement) : NULL;
  gboolean reads = statement != NULL && sqlite3_stmt_readonly (statement);
  gboolean next = reads && statement == with_row;
  char *site = NULL;
  int result;

  if (real == NULL)
    real = (int (*) (sqlite3_stmt *)) dlsym (RTLD_NEXT, "sqlite3_step");
  if (g_atomic_int_get (&active) && sql != NULL)
    site = next ? next_row_site (sql) : statement_site (sql, reads);
  with_row = NULL;
  if (site != NULL && reach (site))
    return next ? SQLITE_IOERR : SQLITE_FULL;
  result = real (statement);
  if (result == SQLITE_ROW)
    with_row = statement;
  return result;
}
