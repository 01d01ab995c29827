/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-memory.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

/* The main context's, and one for all workers: they read, hash and write far more than they allocate. */
#define HEAPS 2

void
namida_memory_begin (void)
{
#ifdef __GLIBC__
  /* Who sets it for the whole system knows why. */
  if (g_getenv ("MALLOC_ARENA_MAX") == NULL)
    mallopt (M_ARENA_MAX, HEAPS);
#endif
}
