/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests that inspect files, or kill a process and inspect what it left. Their results do not depend on the disk,
 * for which they would otherwise wait most of the time. Functions that are defined in a program replace those of the
 * C library, also for SQLite. Only store/test-durable.c tests what remains after a power failure. An invalid
 * descriptor is a sign of an unhandled error, so it aborts the test. Any thread. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int
check_descriptor (int fd)
{
  if (fd >= 0)
    return 0;
  fprintf (stderr, "a descriptor is %d\n", fd);
  abort ();
}

int
close (int fd)
{
  return check_descriptor (fd) == 0 ? (int) syscall (SYS_close, fd) : -1;
}

int
fsync (int fd)
{
  return check_descriptor (fd);
}

int
fdatasync (int fd)
{
  return check_descriptor (fd);
}

int
syncfs (int fd)
{
  return check_descriptor (fd);
}
