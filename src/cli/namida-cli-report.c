/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the report of a transfer to a file, for “send --report”. Blocking; main thread. */
#include "config.h"

#include "namida-cli-report.h"

#include "namida-cli.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-report.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A report is one JSON object. An empty file may be replaced, too. */
static gboolean
report_is_report (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  char first = '\0';
  ssize_t n = fd >= 0 ? read (fd, &first, 1) : -1;

  if (fd >= 0)
    close (fd);
  return n == 0 || (n == 1 && first == '{');
}

gboolean
namida_cli_report_check (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *shown = g_filename_display_name (path);
  struct stat st;

  if (stat (path, &st) != 0)
    {
      if (errno == ENOENT && access (folder, W_OK | X_OK) == 0)
        return TRUE;
      namida_cli_usage (_ ("The report cannot be written to “%s”: its folder is not there, or not writable."), shown);
    }
  else if (S_ISDIR (st.st_mode))
    namida_cli_usage (_ ("“%s” is a folder: name a file for the report."), shown);
  else if (S_ISREG (st.st_mode) && !report_is_report (path))
    namida_cli_usage (_ ("“%s” is there already and is no report: name another file for the report."), shown);
  else
    return TRUE;
  return FALSE;
}

static gboolean
report_write_into (const char *path, const char *text, gsize length, GError **error)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
  gboolean fine = fd >= 0 && namida_write_all (fd, text, length);
  int saved_errno = errno;

  if (fd >= 0)
    close (fd);
  if (!fine)
    namida_error_set_from_errno (error, saved_errno, path);
  return fine;
}

gboolean
namida_cli_report_write (const char *path, NamidaTransfer *transfer, GError **error)
{
  g_autoptr (GBytes) report = namida_report_new (transfer);
  g_autofree char *real = realpath (path, NULL); /* keeps a symbolic link as it is */
  const char *target = real != NULL ? real : path;
  gsize length;
  const char *text = g_bytes_get_data (report, &length);
  struct stat st;

  /* Replacing a device node by a file, which root can do, would break the system. */
  if (stat (path, &st) == 0 && !S_ISREG (st.st_mode))
    return report_write_into (path, text, length, error);
  return g_file_set_contents (target, text, (gssize) length, error);
}
