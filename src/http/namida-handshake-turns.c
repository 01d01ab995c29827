/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedules TLS handshakes, each of which takes a thread, so that slow strangers hold up neither each other nor
 * trusted devices. An address whose last handshake took long and failed comes last; otherwise, the address with the
 * fewest running handshakes comes first, then the one whose last turn is longest ago. A few turns are reserved for
 * addresses that a trusted device has connected from. When others wait, a handshake ends early: first one of an
 * address that was slow before, then the oldest one of the address with the most. Called by the listener, in the
 * main context. */

#include "config.h"

#include "namida-handshake-turns.h"

#include "namida-clock.h"
#include "namida-limits.h"
#include "namida-tally.h"

#define MAX_SERVED 4096 /* networks whose last turn is remembered */

typedef struct
{
  gpointer item;
  char *address, *network;
  gboolean preferred, running, leaving;
  gint64 began; /* monotonic µs */
} Turn;

/* The record of an address, or for IPv6, where a computer has many addresses, of its network. */
typedef struct
{
  guint64 number;   /* number of its last turn */
  gboolean dawdles; /* its last handshake took long and failed */
} Served;

struct _NamidaHandshakeTurns
{
  GHashTable *turns;                    /* item → Turn */
  GQueue waiting;                       /* borrowed Turns in order of arrival */
  GQueue running;                       /* borrowed Turns, oldest first */
  NamidaTally *by_address, *by_network; /* running ones */
  guint n_preferred;                    /* of the running ones */
  guint n_preferred_waiting;
  GHashTable *served; /* network → Served */
  guint64 n_served;
  NamidaHandshakeWaited waited; /* (nullable) */
  gint64 space, last;           /* µs between turns of strangers, and when the last one began */
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
  self->n_preferred_waiting += preferred ? 1 : 0;
}

void
namida_handshake_turns_set_waited (NamidaHandshakeTurns *self, NamidaHandshakeWaited waited)
{
  self->waited = waited;
}

void
namida_handshake_turns_set_space (NamidaHandshakeTurns *self, guint ms)
{
  self->space = ms * G_GINT64_CONSTANT (1000);
}

/* Our own slowness does not count against the other side. Returns: µs. */
static gint64
turns_get_waited (NamidaHandshakeTurns *self, const Turn *turn)
{
  gint64 running = namida_clock_monotonic () - turn->began;

  return self->waited != NULL ? self->waited (turn->item, running) : running;
}

/* Returns: (transfer none): the record of @network, which is created if necessary. */
static Served *
turns_note (NamidaHandshakeTurns *self, const char *network)
{
  Served *served = g_hash_table_lookup (self->served, network);

  if (served != NULL)
    return served;
  if (g_hash_table_size (self->served) >= MAX_SERVED)
    g_hash_table_remove_all (self->served);
  served = g_new0 (Served, 1);
  g_hash_table_insert (self->served, g_strdup (network), served);
  return served;
}

static void
turns_stop_waiting (NamidaHandshakeTurns *self, Turn *turn)
{
  g_queue_remove (&self->waiting, turn);
  self->n_preferred_waiting -= turn->preferred ? 1 : 0;
}

void
namida_handshake_turns_done (NamidaHandshakeTurns *self, gpointer item)
{
  Turn *turn = g_hash_table_lookup (self->turns, item);
  g_autofree char *network = turn != NULL ? g_strdup (turn->network) : NULL;

  if (turn == NULL)
    return;
  /* Even if the other side was slow. */
  namida_handshake_turns_remove (self, item);
  turns_note (self, network)->dawdles = FALSE;
}

void
namida_handshake_turns_remove (NamidaHandshakeTurns *self, gpointer item)
{
  Turn *turn = g_hash_table_lookup (self->turns, item);

  if (turn == NULL)
    return;
  if (turn->running)
    {
      if (turns_get_waited (self, turn) >= NAMIDA_LIMIT_HANDSHAKE_AGAIN_MS * G_GINT64_CONSTANT (1000))
        turns_note (self, turn->network)->dawdles = TRUE;
      g_queue_remove (&self->running, turn);
      namida_tally_down (self->by_address, turn->address);
      namida_tally_down (self->by_network, turn->network);
      self->n_preferred -= turn->preferred ? 1 : 0;
    }
  else
    turns_stop_waiting (self, turn);
  g_hash_table_remove (self->turns, item);
}

/* Returns whether the address has a turn left, regardless of others. */
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

/* Returns whether no turn is left for anyone. In a crowd, this saves the search through all addresses that wait. */
static gboolean
turns_are_full (NamidaHandshakeTurns *self)
{
  guint total = self->running.length;

  if (total >= NAMIDA_LIMIT_HANDSHAKES)
    return TRUE;
  return self->n_preferred_waiting == 0
         && total - self->n_preferred >= NAMIDA_LIMIT_HANDSHAKES - NAMIDA_LIMIT_HANDSHAKES_RESERVED;
}

/* A crowd of strangers must not take the processors from the transfer of a trusted device. */
static gboolean
turns_is_too_soon (NamidaHandshakeTurns *self)
{
  return self->n_preferred_waiting == 0 && self->space > 0 && self->last != 0
         && namida_clock_monotonic () - self->last < self->space;
}

static guint64
turns_get_served (NamidaHandshakeTurns *self, const char *network)
{
  const Served *served = g_hash_table_lookup (self->served, network);

  return served != NULL ? served->number : 0;
}

static gboolean
turns_has_dawdled (NamidaHandshakeTurns *self, const Turn *turn)
{
  const Served *served = g_hash_table_lookup (self->served, turn->network);

  return served != NULL && served->dawdles;
}

static gboolean
turns_dawdles (NamidaHandshakeTurns *self, const Turn *turn)
{
  return turns_has_dawdled (self, turn) && !turn->preferred;
}

/* Returns whether @a takes precedence over @b, which arrived earlier. */
static gboolean
turns_is_before (NamidaHandshakeTurns *self, const Turn *a, const Turn *b)
{
  guint in_network = namida_tally_get (self->by_network, a->network);
  guint in_other = namida_tally_get (self->by_network, b->network);
  guint of_address = namida_tally_get (self->by_address, a->address);
  guint of_other = namida_tally_get (self->by_address, b->address);

  if (a->preferred != b->preferred)
    return a->preferred;
  if (turns_dawdles (self, a) != turns_dawdles (self, b))
    return turns_dawdles (self, b);
  if (in_network != in_other)
    return in_network < in_other;
  if (of_address != of_other)
    return of_address < of_other;
  /* A trusted device and an attacker that takes all turns may be behind the same address, so try the newest first. */
  if (g_str_equal (a->network, b->network))
    return turns_has_dawdled (self, a);
  return turns_get_served (self, a->network) < turns_get_served (self, b->network);
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
  Turn *turn = turns_are_full (self) || turns_is_too_soon (self) ? NULL : turns_find_first (self);

  if (turn == NULL || !turns_have_room (self, turn))
    return NULL;
  if (!turn->preferred)
    self->last = namida_clock_monotonic ();
  turns_stop_waiting (self, turn);
  g_queue_push_tail (&self->running, turn);
  turn->running = TRUE;
  turn->began = namida_clock_monotonic ();
  namida_tally_up (self->by_address, turn->address);
  namida_tally_up (self->by_network, turn->network);
  self->n_preferred += turn->preferred ? 1 : 0;
  turns_note (self, turn->network)->number = ++self->n_served;
  return turn->item;
}

/* The more addresses wait that were never slow, the shorter a turn is, so that in a crowd of new addresses each is
 * tried soon. */
static gint64
turns_get_full_lease (NamidaHandshakeTurns *self)
{
  guint at_once = NAMIDA_LIMIT_HANDSHAKES - NAMIDA_LIMIT_HANDSHAKES_RESERVED;
  guint n = 0;

  for (GList *l = self->waiting.head; l != NULL; l = l->next)
    n += turns_dawdles (self, l->data) ? 0 : 1;
  return CLAMP (NAMIDA_LIMIT_HANDSHAKE_TURN_MS * at_once / MAX (n, 1), NAMIDA_LIMIT_HANDSHAKE_LEAST_MS,
                NAMIDA_LIMIT_HANDSHAKE_TURN_MS);
}

/* Returns how many ms @turn may last while @first waits. @full: the time for an address without a history. */
static gint64
turns_get_lease (NamidaHandshakeTurns *self, const Turn *turn, const Turn *first, gint64 full)
{
  if (turns_dawdles (self, turn) && !turns_dawdles (self, first))
    return NAMIDA_LIMIT_HANDSHAKE_AGAIN_MS;
  return namida_tally_get (self->by_address, turn->address) > namida_tally_get (self->by_address, first->address) + 1
             ? MIN (full, NAMIDA_LIMIT_HANDSHAKE_LEAST_MS)
             : full;
}

/* All turns of an address that a trusted device has connected from may be taken by others behind the same address.
 * Returns: (nullable): the turn that waits there. */
static Turn *
turns_find_blocked (NamidaHandshakeTurns *self)
{
  for (GList *l = self->waiting.head; l != NULL; l = l->next)
    if (((Turn *) l->data)->preferred && !turns_may (self, l->data))
      return l->data;
  return NULL;
}

/* Returns whether @turn has to make room for @first once it has lasted long enough. */
static gboolean
turns_is_below (const Turn *turn, const Turn *first, gboolean blocked)
{
  if (blocked)
    return g_str_equal (turn->network, first->network);
  return !turn->preferred || first->preferred;
}

/* Returns: (nullable): the turn that makes room for @first. @blocked: whether only a turn of the same address can. */
static Turn *
turns_find_victim (NamidaHandshakeTurns *self, const Turn *first, gboolean blocked)
{
  gint64 full = blocked ? NAMIDA_LIMIT_HANDSHAKE_LEAST_MS : turns_get_full_lease (self);
  Turn *victim = NULL;
  guint most = 0;

  for (GList *l = self->running.head; l != NULL; l = l->next)
    {
      Turn *turn = l->data;
      /* An address that was slow before makes room before all that were not. */
      guint n = namida_tally_get (self->by_address, turn->address)
                + (turns_dawdles (self, turn) ? NAMIDA_LIMIT_HANDSHAKES : 0);

      /* One that is already leaving will make room soon. */
      if (turn->leaving)
        return NULL;
      if (!turns_is_below (turn, first, blocked) || n <= most
          || turns_get_waited (self, turn) < turns_get_lease (self, turn, first, full) * 1000)
        continue;
      most = n;
      victim = turn;
    }
  return victim;
}

gpointer
namida_handshake_turns_victim (NamidaHandshakeTurns *self)
{
  Turn *first = turns_find_first (self), *victim = NULL;

  if (first != NULL && !turns_have_room (self, first))
    victim = turns_find_victim (self, first, FALSE);
  if (victim == NULL && (first = turns_find_blocked (self)) != NULL)
    victim = turns_find_victim (self, first, TRUE);
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
