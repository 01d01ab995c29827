/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Turns for TLS handshakes, which take a thread each, so that strangers who dawdle hold up neither each other nor
 * trusted devices: an address that has fewest under way goes first, then the one that has waited longest since its
 * last turn; a few turns are kept for addresses that a trusted device came from. When somebody waits, the oldest
 * handshake of the address that has the most ends early. The listener calls this, in the main context. */

#include "config.h"

#include "namida-handshake-turns.h"

#include "namida-clock.h"
#include "namida-limits.h"
#include "namida-tally.h"

#define MAX_SERVED 4096 /* addresses whose last turn is known */

typedef struct
{
  gpointer item;
  char *address, *network;
  gboolean preferred, running, leaving;
  gint64 began; /* monotonic µs */
} Turn;

struct _NamidaHandshakeTurns
{
  GHashTable *turns;                    /* item → Turn */
  GQueue waiting;                       /* Turn, borrowed, in the order of arrival */
  GQueue running;                       /* Turn, borrowed, the oldest first */
  NamidaTally *by_address, *by_network; /* that run */
  guint n_preferred;                    /* of those that run */
  GHashTable *served;                   /* address → number of its last turn */
  guint64 n_served;
};

static void
turn_free (gpointer data)
{
  Turn *turn = data;

  g_free (turn->address);
  g_free (turn->network);
  g_free (turn);
}

NamidaHandshakeTurns *
namida_handshake_turns_new (void)
{
  NamidaHandshakeTurns *self = g_new0 (NamidaHandshakeTurns, 1);

  self->turns = g_hash_table_new_full (NULL, NULL, NULL, turn_free);
  self->by_address = namida_tally_new ();
  self->by_network = namida_tally_new ();
  self->served = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_queue_init (&self->waiting);
  g_queue_init (&self->running);
  return self;
}

void
namida_handshake_turns_free (NamidaHandshakeTurns *self)
{
  g_queue_clear (&self->waiting);
  g_queue_clear (&self->running);
  g_hash_table_unref (self->turns);
  g_hash_table_unref (self->served);
  namida_tally_free (self->by_address);
  namida_tally_free (self->by_network);
  g_free (self);
}

void
namida_handshake_turns_add (
    NamidaHandshakeTurns *self, gpointer item, const char *address, const char *network, gboolean preferred)
{
  Turn *turn = g_new0 (Turn, 1);

  turn->item = item;
  turn->address = g_strdup (address);
  turn->network = g_strdup (network);
  turn->preferred = preferred;
  g_hash_table_insert (self->turns, item, turn);
  g_queue_push_tail (&self->waiting, turn);
}

void
namida_handshake_turns_remove (NamidaHandshakeTurns *self, gpointer item)
{
  Turn *turn = g_hash_table_lookup (self->turns, item);

  if (turn == NULL)
    return;
  if (turn->running)
    {
      g_queue_remove (&self->running, turn);
      namida_tally_down (self->by_address, turn->address);
      namida_tally_down (self->by_network, turn->network);
      self->n_preferred -= turn->preferred ? 1 : 0;
    }
  else
    g_queue_remove (&self->waiting, turn);
  g_hash_table_remove (self->turns, item);
}

/* Whether the address itself has a turn left, however many others run. */
static gboolean
turns_may (NamidaHandshakeTurns *self, const Turn *turn)
{
  return namida_tally_get (self->by_address, turn->address) < NAMIDA_LIMIT_HANDSHAKES_PER_ADDRESS
         && namida_tally_get (self->by_network, turn->network) < NAMIDA_LIMIT_HANDSHAKES_PER_NETWORK;
}

static gboolean
turns_have_room (NamidaHandshakeTurns *self, const Turn *turn)
{
  guint total = self->running.length;

  if (turn->preferred)
    return total < NAMIDA_LIMIT_HANDSHAKES;
  return total < NAMIDA_LIMIT_HANDSHAKES
         && total - self->n_preferred < NAMIDA_LIMIT_HANDSHAKES - NAMIDA_LIMIT_HANDSHAKES_RESERVED;
}

static guint64
turns_get_served (NamidaHandshakeTurns *self, const char *address)
{
  guint64 *number = g_hash_table_lookup (self->served, address);

  return number != NULL ? *number : 0;
}

/* Whether @a goes before @b, which came before it. */
static gboolean
turns_is_before (NamidaHandshakeTurns *self, const Turn *a, const Turn *b)
{
  guint in_network = namida_tally_get (self->by_network, a->network);
  guint in_other = namida_tally_get (self->by_network, b->network);
  guint of_address = namida_tally_get (self->by_address, a->address);
  guint of_other = namida_tally_get (self->by_address, b->address);

  if (a->preferred != b->preferred)
    return a->preferred;
  if (in_network != in_other)
    return in_network < in_other;
  if (of_address != of_other)
    return of_address < of_other;
  return turns_get_served (self, a->address) < turns_get_served (self, b->address);
}

/* Returns: (nullable) */
static Turn *
turns_find_first (NamidaHandshakeTurns *self)
{
  Turn *first = NULL;

  for (GList *l = self->waiting.head; l != NULL; l = l->next)
    if (turns_may (self, l->data) && (first == NULL || turns_is_before (self, l->data, first)))
      first = l->data;
  return first;
}

gpointer
namida_handshake_turns_next (NamidaHandshakeTurns *self)
{
  Turn *turn = turns_find_first (self);
  guint64 *number;

  if (turn == NULL || !turns_have_room (self, turn))
    return NULL;
  g_queue_remove (&self->waiting, turn);
  g_queue_push_tail (&self->running, turn);
  turn->running = TRUE;
  turn->began = namida_clock_monotonic ();
  namida_tally_up (self->by_address, turn->address);
  namida_tally_up (self->by_network, turn->network);
  self->n_preferred += turn->preferred ? 1 : 0;
  if (g_hash_table_size (self->served) >= MAX_SERVED)
    g_hash_table_remove_all (self->served);
  number = g_new (guint64, 1);
  *number = ++self->n_served;
  g_hash_table_replace (self->served, g_strdup (turn->address), number);
  return turn->item;
}

gpointer
namida_handshake_turns_victim (NamidaHandshakeTurns *self)
{
  Turn *first = turns_find_first (self), *victim = NULL;
  gint64 now = namida_clock_monotonic ();
  guint has, most = 0;

  if (first == NULL || turns_have_room (self, first))
    return NULL;
  has = namida_tally_get (self->by_address, first->address);
  for (GList *l = self->running.head; l != NULL; l = l->next)
    {
      Turn *turn = l->data;
      guint n = namida_tally_get (self->by_address, turn->address);
      gint64 least = n > has + 1 ? NAMIDA_LIMIT_HANDSHAKE_LEAST_MS : NAMIDA_LIMIT_HANDSHAKE_TURN_MS;

      /* One that leaves already makes room soon. */
      if (turn->leaving)
        return NULL;
      if (turn->preferred || n <= most || now - turn->began < least * 1000)
        continue;
      most = n;
      victim = turn;
    }
  if (victim == NULL)
    return NULL;
  victim->leaving = TRUE;
  return victim->item;
}

gboolean
namida_handshake_turns_is_waiting (NamidaHandshakeTurns *self)
{
  return self->waiting.length > 0;
}
