/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens files without following symbolic links; see the header. Any thread. */
#include "config.h"

#include "namida-open.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
namida_open_pinned (int folder, const char *name, int flags)
{
  int pin = openat (folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  char path[sizeof "/proc/self/fd/" + 12];
  struct stat st;
  int fd = -1, saved_errno;

  if (pin < 0)
    return -1;
  /* O_PATH opens a symbolic link itself. The descriptor keeps referring to the same file, even if another file gets
   * its name meanwhile. */
  if (fstat (pin, &st) != 0)
    saved_errno = errno;
  else if (S_ISLNK (st.st_mode))
    saved_errno = ELOOP;
  else
    {
      g_snprintf (path, sizeof path, "/proc/self/fd/%d", pin);
      fd = open (path, (flags & ~(O_CREAT | O_NOFOLLOW)) | O_CLOEXEC);
      saved_errno = errno;
    }
  close (pin);
  errno = saved_errno;
  return fd;
}

int
namida_open_parent (const char *path, const char **basename)
{
  const char *slash = strrchr (path, '/');
  int fd = open (*path == '/' ? "/" : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  *basename = slash != NULL ? slash + 1 : path;
  /* The kernel accepts at most PATH_MAX bytes at once, but a path may be longer. */
  while (fd >= 0 && path < *basename)
    {
      gsize left = (gsize) (*basename - path), length = MIN (left, (gsize) PATH_MAX - 1);
      g_autofree char *part = NULL;
      int next, saved_errno;

      while (length > 0 && path[length - 1] != '/')
        length--;
      part = g_strndup (path, length);
      path += length;
      if (length == 0)
        {
          errno = ENAMETOOLONG;
          next = -1;
        }
      else
        next = openat (fd, *part == '/' && strspn (part, "/") == length ? "." : part + strspn (part, "/"),
                       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      saved_errno = errno;
      close (fd);
      errno = saved_errno;
      fd = next;
    }
  return fd;
}

/* Opens a path that is too long for the kernel. Returns -1 with errno set. */
static int
open_long (const char *path, int flags, mode_t mode)
{
  const char *basename;
  int saved_errno, fd, parent = namida_open_parent (path, &basename);

  if (parent < 0)
    return -1;
  fd = namida_open_at (parent, basename, flags, mode);
  saved_errno = errno;
  close (parent);
  errno = saved_errno;
  return fd;
}

int
namida_open_at (int folder, const char *name, int flags, mode_t mode)
{
  int fd = openat (folder, name, flags | O_NOFOLLOW | O_CLOEXEC, mode);

  /* The file system of xdg-document-portal before 1.19, which Debian 12 has, passes O_NOFOLLOW on to an open(2) of a
   * link of its own below /proc. Each file in a folder that was chosen for a sandbox then appears to be a symbolic
   * link. */
  if (fd < 0 && errno == ELOOP && (flags & O_EXCL) == 0)
    return namida_open_pinned (folder, name, flags);
  if (fd < 0 && errno == ENAMETOOLONG && folder == AT_FDCWD && strlen (name) >= PATH_MAX)
    return open_long (name, flags, mode);
  return fd;
}

int
namida_sync_folder (int folder)
{
  return fsync (folder) == 0 || errno == EINVAL ? 0 : -1;
}
