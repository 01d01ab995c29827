/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Listens to an rtnetlink socket for changes of interfaces; see the header. Main context. */
#include "config.h"

#include <glib-unix.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "namida-link-watch.h"

struct _NamidaLinkWatch
{
  int fd;
  guint source;
  NamidaLinkChanged changed;
  gpointer user_data;
};

/* Neither the kind of change nor lost messages matter, because the listener looks at the interfaces itself. */
static gboolean
link_watch_on_readable (int fd, GIOCondition condition, gpointer data)
{
  NamidaLinkWatch *self = data;
  char buffer[8192];

  if ((condition & (G_IO_HUP | G_IO_NVAL)) != 0)
    {
      self->source = 0;
      return G_SOURCE_REMOVE;
    }
  while (recv (fd, buffer, sizeof buffer, MSG_DONTWAIT) > 0)
    ;
  self->changed (self->user_data);
  return G_SOURCE_CONTINUE;
}

NamidaLinkWatch *
namida_link_watch_new (NamidaLinkChanged changed, gpointer user_data)
{
  /* rtnetlink(7) */
  struct sockaddr_nl address
      = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR };
  NamidaLinkWatch *self;
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

  if (fd < 0)
    return NULL;
  if (bind (fd, (struct sockaddr *) &address, sizeof address) != 0)
    {
      close (fd);
      return NULL;
    }
  self = g_new0 (NamidaLinkWatch, 1);
  self->fd = fd;
  self->changed = changed;
  self->user_data = user_data;
  self->source = g_unix_fd_add (fd, G_IO_IN, link_watch_on_readable, self);
  return self;
}

void
namida_link_watch_free (NamidaLinkWatch *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  close (self->fd);
  g_free (self);
}
