/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log file of --log-file: see the header. Main thread. */
#include "config.h"

#include "namida-cli-log.h"

#include "namida-cli.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int log_fd = -1;
static char *log_name; /* as shown to the user */

gboolean
namida_cli_log_open (const char *path)
{
  g_autofree char *shown = g_filename_display_name (path);
  /* The log names files and devices, so other users of this computer must not read it. */
  int fd = open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);

  if (fd < 0)
    {
      namida_cli_usage (_ ("The log file “%s” cannot be written: %s."), shown, g_strerror (errno));
      return FALSE;
    }
  if (log_fd >= 0)
    close (log_fd);
  log_fd = fd;
  g_free (log_name);
  log_name = g_steal_pointer (&shown);
  return TRUE;
}

void
namida_cli_log_write (const char *line)
{
  g_autoptr (GDateTime) now = NULL;
  g_autofree char *time = NULL;
  g_autofree char *text = NULL;
  gsize length;

  if (log_fd < 0)
    return;
  now = g_date_time_new_now_local ();
  time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S%:z");
  text = g_strdup_printf ("%s %s\n", time, line);
  length = strlen (text);
  /* Write with one call, so that the lines of two programs do not mix. */
  if (write (log_fd, text, length) == (gssize) length)
    return;
  fprintf (stderr, _ ("The log file “%s” is not complete: %s."), log_name, g_strerror (errno));
  fputc ('\n', stderr);
  close (log_fd);
  log_fd = -1;
}
