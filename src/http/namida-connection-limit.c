/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-connection-limit.h"

#include "namida-limits.h"
#include "namida-tally.h"

struct _NamidaConnectionLimit
{
  gatomicrefcount refs;
  GMutex lock; /* guards: */
  NamidaTally *by_address;
  GQueue slots; /* Slot, the oldest first */
};

/* One connection that counts. */
typedef struct
{
  NamidaConnectionLimit *limit;
  char *address;
  GSocket *socket;
  gboolean quiet;   /* nothing was asked on it yet */
  gboolean evicted; /* it had to make room, and counts no more */
  GList link;
} Slot;

NamidaConnectionLimit *
namida_connection_limit_new (void)
{
  NamidaConnectionLimit *self = g_new0 (NamidaConnectionLimit, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->by_address = namida_tally_new ();
  g_queue_init (&self->slots);
  return self;
}

void
namida_connection_limit_unref (NamidaConnectionLimit *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  namida_tally_free (self->by_address);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
on_connection_gone (gpointer user_data, GObject *where_it_was)
{
  Slot *slot = user_data;
  NamidaConnectionLimit *self = slot->limit;

  g_mutex_lock (&self->lock);
  if (!slot->evicted)
    namida_tally_down (self->by_address, slot->address);
  g_queue_unlink (&self->slots, &slot->link);
  g_mutex_unlock (&self->lock);
  g_object_unref (slot->socket);
  g_free (slot->address);
  g_free (slot);
  namida_connection_limit_unref (self);
}

/* Under the lock. When all places are taken, one that asks for nothing makes room: the oldest one of the address that
 * has the most. Only for an address that has clearly fewer: connections that are as many as others' are not worth more
 * for being newer. Returns: (transfer full) (nullable): the socket to shut down. */
static GSocket *
make_room (NamidaConnectionLimit *self, guint has)
{
  Slot *victim = NULL;
  guint most = has == 0 ? 0 : has + 1;

  for (GList *l = self->slots.head; l != NULL; l = l->next)
    {
      Slot *slot = l->data;
      guint n = namida_tally_get (self->by_address, slot->address);

      if (slot->quiet && !slot->evicted && n > most)
        {
          most = n;
          victim = slot;
        }
    }
  if (victim == NULL)
    return NULL;
  victim->evicted = TRUE;
  namida_tally_down (self->by_address, victim->address);
  return g_object_ref (victim->socket);
}

/* Under the lock. */
static void
add_slot (NamidaConnectionLimit *self, GSocketConnection *connection, const char *address)
{
  Slot *slot = g_new0 (Slot, 1);

  namida_tally_up (self->by_address, address);
  g_atomic_ref_count_inc (&self->refs);
  slot->limit = self;
  slot->address = g_strdup (address);
  slot->socket = g_object_ref (g_socket_connection_get_socket (connection));
  slot->quiet = TRUE;
  slot->link.data = slot;
  g_queue_push_tail_link (&self->slots, &slot->link);
  g_object_weak_ref (G_OBJECT (connection), on_connection_gone, slot);
}

gboolean
namida_connection_limit_take (NamidaConnectionLimit *self, GSocketConnection *connection, const char *address)
{
  g_autoptr (GSocket) victim = NULL;
  gboolean ok;
  guint n;

  g_mutex_lock (&self->lock);
  n = namida_tally_get (self->by_address, address);
  ok = n < NAMIDA_LIMIT_CONNECTIONS_PER_ADDRESS;
  if (ok && namida_tally_get_total (self->by_address) >= NAMIDA_LIMIT_CONNECTIONS)
    ok = (victim = make_room (self, n)) != NULL;
  if (ok)
    add_slot (self, connection, address);
  g_mutex_unlock (&self->lock);
  /* Who serves it sees the end of the stream, and lets go. */
  if (victim != NULL)
    g_socket_shutdown (victim, TRUE, TRUE, NULL);
  return ok;
}

void
namida_connection_limit_heard (NamidaConnectionLimit *self, GSocket *socket)
{
  g_mutex_lock (&self->lock);
  for (GList *l = self->slots.head; l != NULL; l = l->next)
    if (((Slot *) l->data)->socket == socket)
      ((Slot *) l->data)->quiet = FALSE;
  g_mutex_unlock (&self->lock);
}

guint
namida_connection_limit_get_n (NamidaConnectionLimit *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = namida_tally_get_total (self->by_address);
  g_mutex_unlock (&self->lock);
  return n;
}
