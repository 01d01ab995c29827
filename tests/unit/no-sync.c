/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests that look at what is there, or kill a process and look at what it left: nothing of that depends on the
 * disk, which is what they would wait for most of the time. Defined in a program, these are called in the place of
 * those of the C library, by SQLite too. What a power cut would leave is seen by store/test-durable.c alone. And a
 * descriptor that is none is the sign of an error that nobody looked at: it ends the test. Any thread. */
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
