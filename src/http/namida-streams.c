/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements namida-streams.h with atomic counters. The number of cores is the number that this process may use, and is
 * read once. */
#include "config.h"

#include "namida-streams.h"

static int n_streams, cores_for_tests; /* atomic */

void
namida_streams_enter (void)
{
  g_atomic_int_inc (&n_streams);
}

void
namida_streams_leave (void)
{
  g_atomic_int_add (&n_streams, -1);
}

static int
streams_get_cores (void)
{
  static gsize cores = 0;
  int forced = g_atomic_int_get (&cores_for_tests);

  if (forced > 0)
    return forced;
  if (g_once_init_enter (&cores))
    g_once_init_leave (&cores, MAX (g_get_num_processors (), 1));
  return (int) cores;
}

gboolean
namida_streams_are_crowded (void)
{
  int n = g_atomic_int_get (&n_streams);

  /* A single body is always read, hashed and written in parallel, so that a slow disk does not wait for the network. */
  return n > 1 && n >= streams_get_cores ();
}

void
namida_streams_set_cores_for_tests (guint n_cores)
{
  g_atomic_int_set (&cores_for_tests, (int) n_cores);
}
