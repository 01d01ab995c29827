/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prepares the environment of the process; see the header. Runs in the main thread before any other thread exists. */
#include "config.h"

#include "namida-environment.h"

#include <signal.h>

void
namida_environment_begin (void)
{
  const char *home = g_getenv ("HOME");

  if (home != NULL && !g_path_is_absolute (home))
    g_unsetenv ("HOME");
  /* A file that exceeds the size limit must be an error of that file (EFBIG), not a signal that kills the program. */
  signal (SIGXFSZ, SIG_IGN);
}
