/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests that look at what is there, or kill a process and look at what it left: nothing of that depends on the
 * disk, which is what they would wait for most of the time. Defined in a program, these are called in the place of
 * those of the C library, by SQLite too. What a power cut would leave is seen by store/test-durable.c alone. Any
 * thread. */
#include "config.h"

#include <unistd.h>

int
fsync (int fd)
{
  (void) fd;
  return 0;
}

int
fdatasync (int fd)
{
  (void) fd;
  return 0;
}

int
syncfs (int fd)
{
  (void) fd;
  return 0;
}
