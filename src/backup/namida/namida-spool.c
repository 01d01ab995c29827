/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Unnamed temporary files. They are created beside the new backup, or in $TMPDIR or /var/tmp: /tmp is often in
 * memory, and an unpacked library can have hundreds of megabytes. Called in worker threads by the reader and the
 * writer of backups. */
#include "config.h"

#include "namida-spool.h"

#include "namida-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

/* For file systems without O_TMPFILE (FUSE, FAT): creates a named file and unlinks it at once. */
static int
spool_make_named (const char *folder)
{
  g_autofree char *name = g_build_filename (folder, ".namida-sync-XXXXXX", NULL);
  int fd = g_mkstemp_full (name, O_RDWR | O_CLOEXEC, 0600);

  if (fd >= 0)
    unlink (name);
  return fd;
}

static int
spool_make (const char *folder)
{
  int fd = open (folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

  return fd >= 0 ? fd : spool_make_named (folder);
}

int
namida_spool_new (const char *folder, GError **error)
{
  const char *given = g_getenv ("TMPDIR");
  int fd = spool_make (folder != NULL ? folder : given != NULL ? given : "/var/tmp");

  if (fd < 0 && folder == NULL)
    fd = spool_make (g_get_tmp_dir ());
  if (fd < 0)
    namida_error_set_from_errno (error, errno, _ ("Could not create a temporary file"));
  return fd;
}

static gboolean
spool_fail (int saved_errno, const char *what, GError **error)
{
  namida_error_set_from_errno (error, saved_errno, what);
  return FALSE;
}

gboolean
namida_spool_write (int fd, const void *data, gsize length, GError **error)
{
  const guint8 *at = data;

  while (length > 0)
    {
      ssize_t n = write (fd, at, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return spool_fail (errno, _ ("Could not write a temporary file"), error);
      at += n;
      length -= (gsize) n;
    }
  return TRUE;
}

gboolean
namida_spool_write_at (int fd, const void *data, gsize length, guint64 offset, GError **error)
{
  const guint8 *at = data;

  while (length > 0)
    {
      ssize_t n = pwrite (fd, at, length, (off_t) offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return spool_fail (errno, _ ("Could not write a temporary file"), error);
      at += n;
      offset += (guint64) n;
      length -= (gsize) n;
    }
  return TRUE;
}

gboolean
namida_spool_read_at (int fd, void *data, gsize length, guint64 offset, GError **error)
{
  guint8 *at = data;

  while (length > 0)
    {
      ssize_t n = pread (fd, at, length, (off_t) offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return spool_fail (n == 0 ? EIO : errno, _ ("Could not read the backup"), error);
      at += n;
      offset += (guint64) n;
      length -= (gsize) n;
    }
  return TRUE;
}
