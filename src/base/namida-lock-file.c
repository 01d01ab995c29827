/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements the locks of namida-lock-file.h with open file description locks of fcntl(2): such a lock belongs to the
 * file descriptor, not to the process, so that two parts of one program exclude each other, too. Any thread. */
#include "config.h"

#include "namida-lock-file.h"

#include "namida-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

int
namida_lock_file_take (const char *path, gint64 at, GError **error)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = at, .l_len = 1 };
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd < 0)
    {
      int code = errno;
      g_autofree char *shown = g_filename_display_name (path);
      g_autofree char *what = g_strdup_printf (_ ("Could not open “%s”"), shown);

      namida_error_set_from_errno (error, code, what);
      return -1;
    }
  /* On a file system without locks (ENOLCK), nobody can hold one. */
  if (fcntl (fd, F_OFD_SETLK, &lock) == 0 || (errno != EAGAIN && errno != EACCES))
    return fd;
  close (fd);
  return -1;
}

gint64
namida_lock_file_place (const char *id)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, id, -1);

  hash[15] = '\0'; /* 60 bits: a positive offset */
  return (gint64) g_ascii_strtoull (hash, NULL, 16);
}
