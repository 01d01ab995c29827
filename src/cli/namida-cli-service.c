/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Talks to the service manager that started this program: see the header. Main thread. */
#include "config.h"

#include "namida-cli-service.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define WAIT_S 5 /* a busy manager empties its queue well before this */

gboolean
namida_cli_service_is (void)
{
  const char *path = g_getenv ("NOTIFY_SOCKET");

  return path != NULL && (*path == '/' || *path == '@');
}

/* Returns: whether it was sent; otherwise errno is set. */
static gboolean
service_report (const char *path, const char *state)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  struct timeval wait = { .tv_sec = WAIT_S };
  gsize length = strlen (path);
  int fd;
  int saved_errno;
  gssize sent;

  if (length >= sizeof address.sun_path)
    {
      errno = ENAMETOOLONG;
      return FALSE;
    }
  memcpy (address.sun_path, path, length);
  if (*path == '@')
    address.sun_path[0] = '\0'; /* an abstract socket name */
  fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return FALSE;
  setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
  sent = sendto (fd, state, strlen (state), MSG_NOSIGNAL, (struct sockaddr *) &address,
                 (socklen_t) (offsetof (struct sockaddr_un, sun_path) + length));
  saved_errno = errno;
  close (fd);
  errno = saved_errno;
  return sent >= 0;
}

void
namida_cli_service_report (const char *state)
{
  if (namida_cli_service_is () && !service_report (g_getenv ("NOTIFY_SOCKET"), state))
    g_debug ("The service manager was not told “%s”: %s", state, g_strerror (errno));
}
