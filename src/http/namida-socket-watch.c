/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waits for bytes on many sockets: see the header. The main loop polls one descriptor, that of epoll(7), which reports
 * only the sockets that are ready. Numbers, never pointers, are stored in the kernel, because a socket that is ready
 * may be removed while others of the same turn are handled. Main context. */
#include "config.h"

#include "namida-socket-watch.h"

#include <glib-unix.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_PER_TURN 32 /* the rest comes in the next turn, so that other sources are not held up */

typedef struct
{
  guint64 number;
  int fd;
  gpointer item;
} Watched;

struct _NamidaSocketWatch
{
  GMainContext *context; /* borrowed */
  int epoll;             /* -1 while the system refuses */
  GSource *source;
  NamidaSocketReady ready;
  gpointer user_data;
  GHashTable *by_item;   /* item → Watched */
  GHashTable *by_number; /* borrowed number of a Watched → Watched */
  guint64 last_number;
};

static gboolean
socket_watch_on_ready (gint fd, GIOCondition condition, gpointer user_data)
{
  NamidaSocketWatch *self = user_data;
  struct epoll_event events[EVENTS_PER_TURN];
  int n = epoll_wait (fd, events, EVENTS_PER_TURN, 0);

  for (int i = 0; i < n; i++)
    {
      const guint64 number = events[i].data.u64;
      const Watched *watched = g_hash_table_lookup (self->by_number, &number);

      if (watched != NULL)
        self->ready (watched->item, self->user_data);
    }
  return G_SOURCE_CONTINUE;
}

/* Tried again with each socket, because the process may have too many open files for a moment. */
static gboolean
socket_watch_open (NamidaSocketWatch *self)
{
  if (self->epoll >= 0)
    return TRUE;
  self->epoll = epoll_create1 (EPOLL_CLOEXEC);
  if (self->epoll < 0)
    return FALSE;
  self->source = g_unix_fd_source_new (self->epoll, G_IO_IN);
  g_source_set_callback (self->source, G_SOURCE_FUNC (socket_watch_on_ready), self, NULL);
  g_source_attach (self->source, self->context);
  return TRUE;
}

NamidaSocketWatch *
namida_socket_watch_new (GMainContext *context, NamidaSocketReady ready, gpointer user_data)
{
  NamidaSocketWatch *self = g_new0 (NamidaSocketWatch, 1);

  self->epoll = -1;
  self->context = context;
  self->ready = ready;
  self->user_data = user_data;
  self->by_item = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->by_number = g_hash_table_new (g_int64_hash, g_int64_equal);
  socket_watch_open (self);
  return self;
}

void
namida_socket_watch_free (NamidaSocketWatch *self)
{
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  if (self->epoll >= 0)
    close (self->epoll);
  g_hash_table_unref (self->by_number);
  g_hash_table_unref (self->by_item);
  g_free (self);
}

gboolean
namida_socket_watch_add (NamidaSocketWatch *self, int fd, gpointer item)
{
  struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP, .data.u64 = self->last_number + 1 };
  Watched *watched;

  g_return_val_if_fail (!g_hash_table_contains (self->by_item, item), FALSE);

  if (!socket_watch_open (self) || epoll_ctl (self->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
    return FALSE;
  watched = g_new0 (Watched, 1);
  watched->number = ++self->last_number;
  watched->fd = fd;
  watched->item = item;
  g_hash_table_insert (self->by_item, item, watched);
  g_hash_table_insert (self->by_number, &watched->number, watched);
  return TRUE;
}

void
namida_socket_watch_remove (NamidaSocketWatch *self, gpointer item)
{
  const Watched *watched = g_hash_table_lookup (self->by_item, item);

  if (watched == NULL)
    return;
  epoll_ctl (self->epoll, EPOLL_CTL_DEL, watched->fd, NULL);
  g_hash_table_remove (self->by_number, &watched->number);
  g_hash_table_remove (self->by_item, item);
}
