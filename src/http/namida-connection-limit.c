/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Assigns places to connections. Strangers may take a limited number of them, per address, per network and in total;
 * the rest is reserved for trusted devices. When the places of strangers are taken, a connection of the address that
 * has the most makes room: first one that has not sent a request yet, then one whose request is not finished. The
 * listener takes places in the main context; the end of a connection may be noticed in any thread. */

#include "config.h"

#include "namida-connection-limit.h"

#include "namida-limits.h"
#include "namida-tally.h"

#define MAX_PREFERRED 256 /* addresses */

struct _NamidaConnectionLimit
{
  gatomicrefcount refs;
  GMutex lock;                          /* guards: */
  NamidaTally *by_address, *by_network; /* connections of strangers */
  guint n_trusted;
  GHashTable *preferred; /* set of addresses that a trusted device has connected from */
  GQueue slots;          /* Slot, oldest first */
};

typedef enum
{
  SLOT_QUIET, /* it has not sent a request yet */
  SLOT_HEARD,
  SLOT_KEPT,
} SlotState;

/* One connection that counts. */
typedef struct
{
  NamidaConnectionLimit *limit;
  char *address, *network;
  char *owner; /* (nullable) fingerprint */
  GSocket *socket;
  SlotState state;
  gboolean trusted;
  gboolean evicted; /* it had to make room and no longer counts */
  GList link;
} Slot;

char *
namida_connection_dup_network (GInetAddress *address)
{
  char *text = g_inet_address_to_string (address);
  const guint8 *bytes = g_inet_address_to_bytes (address);

  if (g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6 || g_inet_address_get_is_link_local (address)
      || g_inet_address_get_is_loopback (address))
    return text;
  g_free (text);
  return g_strdup_printf ("%02x%02x:%02x%02x:%02x%02x:%02x%02x::/64", bytes[0], bytes[1], bytes[2], bytes[3], bytes[4],
                          bytes[5], bytes[6], bytes[7]);
}

NamidaConnectionLimit *
namida_connection_limit_new (void)
{
  NamidaConnectionLimit *self = g_new0 (NamidaConnectionLimit, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->by_address = namida_tally_new ();
  self->by_network = namida_tally_new ();
  self->preferred = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&self->slots);
  return self;
}

NamidaConnectionLimit *
namida_connection_limit_ref (NamidaConnectionLimit *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
namida_connection_limit_unref (NamidaConnectionLimit *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  namida_tally_free (self->by_address);
  namida_tally_free (self->by_network);
  g_hash_table_unref (self->preferred);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* The caller holds the lock. The slot no longer counts. */
static void
slot_uncount (Slot *slot)
{
  NamidaConnectionLimit *self = slot->limit;

  if (slot->evicted)
    return;
  if (slot->trusted)
    {
      self->n_trusted--;
      return;
    }
  namida_tally_down (self->by_address, slot->address);
  namida_tally_down (self->by_network, slot->network);
}

static void
connection_limit_on_connection_gone (gpointer user_data, GObject *where_it_was)
{
  Slot *slot = user_data;
  NamidaConnectionLimit *self = slot->limit;

  g_mutex_lock (&self->lock);
  slot_uncount (slot);
  g_queue_unlink (&self->slots, &slot->link);
  g_mutex_unlock (&self->lock);
  g_object_unref (slot->socket);
  g_free (slot->address);
  g_free (slot->network);
  g_free (slot->owner);
  g_free (slot);
  namida_connection_limit_unref (self);
}

/* The caller holds the lock. Chooses the connection that makes room: the oldest one without a request of the address
 * that has the most; otherwise, in the same way, one whose request has not been accepted yet. Only an address that
 * has clearly fewer connections gets the place, because newer connections do not take precedence over an equal
 * number of older ones. An address that a trusted device has connected from only makes room for another such address
 * (@preferred). @network: (nullable): only consider this network. Returns: (transfer full) (nullable): the socket to
 * shut down. */
static GSocket *
limit_make_room (NamidaConnectionLimit *self, const char *network, guint has, gboolean preferred)
{
  Slot *victim = NULL;

  for (SlotState state = SLOT_QUIET; victim == NULL && state <= SLOT_HEARD; state++)
    {
      guint most = has == 0 && state == SLOT_QUIET ? 0 : has + 1;

      for (GList *l = self->slots.head; l != NULL; l = l->next)
        {
          Slot *slot = l->data;
          guint n = namida_tally_get (self->by_address, slot->address);

          if (slot->state == state && !slot->evicted && !slot->trusted && n > most
              && (network == NULL || g_str_equal (slot->network, network))
              && (preferred || !g_hash_table_contains (self->preferred, slot->address)))
            {
              most = n;
              victim = slot;
            }
        }
    }
  if (victim == NULL)
    return NULL;
  slot_uncount (victim);
  victim->evicted = TRUE;
  return g_object_ref (victim->socket);
}

/* The caller holds the lock. */
static void
limit_add_slot (NamidaConnectionLimit *self, GSocketConnection *connection, const char *address, const char *network)
{
  Slot *slot = g_new0 (Slot, 1);

  namida_tally_up (self->by_address, address);
  namida_tally_up (self->by_network, network);
  g_atomic_ref_count_inc (&self->refs);
  slot->limit = self;
  slot->address = g_strdup (address);
  slot->network = g_strdup (network);
  slot->socket = g_object_ref (g_socket_connection_get_socket (connection));
  slot->link.data = slot;
  g_queue_push_tail_link (&self->slots, &slot->link);
  g_object_weak_ref (G_OBJECT (connection), connection_limit_on_connection_gone, slot);
}

/* The caller holds the lock. @victim: (out) (transfer full) (nullable) */
static gboolean
limit_find_place (NamidaConnectionLimit *self, const char *address, const char *network, GSocket **victim)
{
  guint n = namida_tally_get (self->by_address, address);
  guint strangers = namida_tally_get_total (self->by_address);
  gboolean preferred = g_hash_table_contains (self->preferred, address);
  guint most = preferred ? NAMIDA_LIMIT_CONNECTIONS : NAMIDA_LIMIT_STRANGERS_CONNECTIONS;

  if (n >= NAMIDA_LIMIT_CONNECTIONS_PER_ADDRESS)
    {
      /* A trusted device may connect from there again, beside others behind the same address. */
      *victim = preferred ? limit_make_room (self, network, 0, TRUE) : NULL;
      return *victim != NULL;
    }
  if (namida_tally_get (self->by_network, network) >= NAMIDA_LIMIT_CONNECTIONS_PER_NETWORK)
    {
      *victim = limit_make_room (self, network, n, preferred);
      return *victim != NULL;
    }
  if (strangers < most && strangers + self->n_trusted < NAMIDA_LIMIT_CONNECTIONS)
    return TRUE;
  *victim = limit_make_room (self, NULL, preferred ? 0 : n, preferred);
  return *victim != NULL;
}

gboolean
namida_connection_limit_take (NamidaConnectionLimit *self,
                              GSocketConnection *connection,
                              const char *address,
                              const char *network)
{
  g_autoptr (GSocket) victim = NULL;
  gboolean ok;

  g_mutex_lock (&self->lock);
  ok = limit_find_place (self, address, network, &victim);
  if (ok)
    limit_add_slot (self, connection, address, network);
  g_mutex_unlock (&self->lock);
  /* The code that serves the connection sees the end of the stream and releases it. */
  if (victim != NULL)
    g_socket_shutdown (victim, TRUE, TRUE, NULL);
  return ok;
}

/* The caller holds the lock. Returns: (nullable) */
static Slot *
limit_find_slot (NamidaConnectionLimit *self, GSocket *socket)
{
  for (GList *l = self->slots.head; l != NULL; l = l->next)
    if (((Slot *) l->data)->socket == socket)
      return l->data;
  return NULL;
}

static void
limit_raise (NamidaConnectionLimit *self, GSocket *socket, SlotState state)
{
  Slot *slot;

  g_mutex_lock (&self->lock);
  slot = limit_find_slot (self, socket);
  if (slot != NULL)
    slot->state = MAX (slot->state, state);
  g_mutex_unlock (&self->lock);
}

void
namida_connection_limit_heard (NamidaConnectionLimit *self, GSocket *socket)
{
  limit_raise (self, socket, SLOT_HEARD);
}

void
namida_connection_limit_keep (NamidaConnectionLimit *self, GSocket *socket)
{
  limit_raise (self, socket, SLOT_KEPT);
}

void
namida_connection_limit_trust (NamidaConnectionLimit *self, GSocket *socket)
{
  Slot *slot;

  g_mutex_lock (&self->lock);
  slot = limit_find_slot (self, socket);
  if (slot != NULL && !slot->trusted && !slot->evicted)
    {
      slot_uncount (slot);
      slot->trusted = TRUE;
      self->n_trusted++;
      if (g_hash_table_size (self->preferred) >= MAX_PREFERRED)
        g_hash_table_remove_all (self->preferred);
      g_hash_table_add (self->preferred, g_strdup (slot->address));
    }
  g_mutex_unlock (&self->lock);
}

gboolean
namida_connection_limit_prefers (NamidaConnectionLimit *self, const char *address)
{
  gboolean prefers;

  g_mutex_lock (&self->lock);
  prefers = g_hash_table_contains (self->preferred, address);
  g_mutex_unlock (&self->lock);
  return prefers;
}

void
namida_connection_limit_set_owner (NamidaConnectionLimit *self, GSocket *socket, const char *fingerprint)
{
  Slot *slot;

  g_mutex_lock (&self->lock);
  slot = limit_find_slot (self, socket);
  if (slot != NULL)
    {
      g_free (slot->owner);
      slot->owner = g_strdup (fingerprint);
    }
  g_mutex_unlock (&self->lock);
}

void
namida_connection_limit_shut (NamidaConnectionLimit *self, const char *fingerprint)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);

  g_mutex_lock (&self->lock);
  for (GList *l = self->slots.head; l != NULL; l = l->next)
    if (g_strcmp0 (((Slot *) l->data)->owner, fingerprint) == 0)
      g_ptr_array_add (sockets, g_object_ref (((Slot *) l->data)->socket));
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < sockets->len; i++)
    g_socket_shutdown (sockets->pdata[i], TRUE, TRUE, NULL);
}

gboolean
namida_connection_limit_has_trusted (NamidaConnectionLimit *self)
{
  gboolean has;

  g_mutex_lock (&self->lock);
  has = self->n_trusted > 0;
  g_mutex_unlock (&self->lock);
  return has;
}

guint
namida_connection_limit_get_n (NamidaConnectionLimit *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = namida_tally_get_total (self->by_address) + self->n_trusted;
  g_mutex_unlock (&self->lock);
  return n;
}
