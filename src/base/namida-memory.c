/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits the number of malloc heaps; see the header. Runs once, at the start of main(). */
#include "config.h"

#include "namida-memory.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

/* One heap for the main context and one for all workers, which read, hash and write far more than they allocate. */
#define HEAPS 2

void
namida_memory_begin (void)
{
#ifdef __GLIBC__
  /* A value that was set for the whole system takes precedence. */
  if (g_getenv ("MALLOC_ARENA_MAX") == NULL)
    mallopt (M_ARENA_MAX, HEAPS);
#endif
}
