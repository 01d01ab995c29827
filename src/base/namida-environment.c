/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mends what the environment says wrongly: see the header. Called by both programs first of all, in the main thread.
 */
#include "config.h"

#include "namida-environment.h"

#include <signal.h>

void
namida_environment_begin (void)
{
  const char *home = g_getenv ("HOME");

  if (home != NULL && !g_path_is_absolute (home))
    g_unsetenv ("HOME");
  /* A file that is larger than a limit allows is an error of that file (EFBIG), and no reason to be killed. */
  signal (SIGXFSZ, SIG_IGN);
}
