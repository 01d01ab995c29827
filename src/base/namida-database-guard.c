/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tracks which programs have a database open, and when the whole file was last read. A command must not move the
 * file aside while a receiver uses it, and must not read a large file at every start. Used only by
 * namida-database.c, in the thread that opens the database. */
#include "config.h"

#include "namida-database-guard.h"

#include "namida-clock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECK_DAYS 30

static gboolean
guard_lock (int fd, int operation)
{
  int result;

  do
    result = flock (fd, operation);
  while (result != 0 && errno == EINTR);
  return result == 0;
}

gboolean
namida_database_guard_take (NamidaDatabaseGuard *self)
{
  self->alone = self->fd >= 0 && guard_lock (self->fd, LOCK_EX | LOCK_NB);
  return self->alone;
}

void
namida_database_guard_share (NamidaDatabaseGuard *self)
{
  if (self->fd >= 0)
    guard_lock (self->fd, LOCK_SH);
  self->alone = FALSE;
}

void
namida_database_guard_enter (NamidaDatabaseGuard *self, const char *path)
{
  g_autofree char *name = path != NULL ? g_strconcat (path, ".lock", NULL) : NULL;

  *self = (NamidaDatabaseGuard){ .fd = -1 };
  if (name != NULL)
    self->fd = open (name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (self->fd >= 0 && !namida_database_guard_take (self))
    namida_database_guard_share (self);
}

/* The modification time of the lock file is the date of the last check; 0 means that there was none. */
static void
guard_set_checked_at (NamidaDatabaseGuard *self, gint64 seconds)
{
  const struct timespec times[2] = { { .tv_sec = (time_t) seconds }, { .tv_sec = (time_t) seconds } };

  if (self->fd >= 0)
    futimens (self->fd, times);
}

gboolean
namida_database_guard_must_check (NamidaDatabaseGuard *self, const char *path)
{
  gint64 now = namida_clock_real () / G_USEC_PER_SEC;
  g_autofree char *log = NULL;
  struct stat st;

  if (!self->alone)
    return FALSE;
  /* The last program that closes the database removes its log, so a log that is not empty means that a program was
   * killed. */
  log = g_strconcat (path, "-wal", NULL);
  if (stat (log, &st) == 0 && st.st_size > 0)
    return TRUE;
  return fstat (self->fd, &st) != 0 || st.st_mtim.tv_sec > now
         || now - st.st_mtim.tv_sec > CHECK_DAYS * G_TIME_SPAN_DAY / G_USEC_PER_SEC;
}

void
namida_database_guard_checked (NamidaDatabaseGuard *self)
{
  guard_set_checked_at (self, namida_clock_real () / G_USEC_PER_SEC);
}

void
namida_database_guard_suspect (NamidaDatabaseGuard *self)
{
  guard_set_checked_at (self, 0);
}

void
namida_database_guard_leave (NamidaDatabaseGuard *self)
{
  if (self->fd >= 0)
    close (self->fd);
  *self = (NamidaDatabaseGuard){ .fd = -1 };
}
