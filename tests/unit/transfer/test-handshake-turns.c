/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the order in which connections get a turn for their handshake: a new connection gets one soon in spite of many
 * slow ones, and a trusted device gets one immediately. Threads and time are simulated. */
#include "config.h"

#include <glib.h>

#include "namida-arrival-pace.h"
#include "namida-clock.h"
#include "namida-handshake-turns.h"
#include "namida-limits.h"

static void
add (NamidaHandshakeTurns *turns, guint item, guint address, gboolean preferred)
{
  g_autofree char *text = g_strdup_printf ("10.0.0.%u", address);

  namida_handshake_turns_add (turns, GUINT_TO_POINTER (item), text, text, preferred);
}

/* @per_address handshakes of each of @addresses wait; as many as may run do. Returns: how many run. */
static guint
crowd (NamidaHandshakeTurns *turns, guint addresses, guint per_address)
{
  guint n = 0;

  for (guint i = 0; i < addresses * per_address; i++)
    add (turns, 1000 + i, 1 + i % addresses, FALSE);
  while (namida_handshake_turns_next (turns) != NULL)
    n++;
  return n;
}

static void
test_bounds (void)
{
  NamidaHandshakeTurns *turns = namida_handshake_turns_new ();

  g_assert_cmpuint (crowd (turns, 1, 20), ==, NAMIDA_LIMIT_HANDSHAKES_PER_ADDRESS);
  namida_handshake_turns_free (turns);
  turns = namida_handshake_turns_new ();
  g_assert_cmpuint (crowd (turns, 30, 4), ==, NAMIDA_LIMIT_HANDSHAKES - NAMIDA_LIMIT_HANDSHAKES_RESERVED);
  /* The rest is for addresses that a trusted device came from. */
  for (guint i = 0; i < NAMIDA_LIMIT_HANDSHAKES_RESERVED; i++)
    {
      add (turns, 1 + i, 100 + i, TRUE);
      g_assert_cmpuint (GPOINTER_TO_UINT (namida_handshake_turns_next (turns)), ==, 1 + i);
    }
  add (turns, 99, 200, TRUE);
  g_assert_null (namida_handshake_turns_next (turns));
  namida_handshake_turns_free (turns);
}

static void
test_network (void)
{
  NamidaHandshakeTurns *turns = namida_handshake_turns_new ();
  guint n = 0;

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *address = g_strdup_printf ("2001:db8::%x", i);

      namida_handshake_turns_add (turns, GUINT_TO_POINTER (1 + i), address, "2001:db8::/64", FALSE);
    }
  while (namida_handshake_turns_next (turns) != NULL)
    n++;
  g_assert_cmpuint (n, ==, NAMIDA_LIMIT_HANDSHAKES_PER_NETWORK);
  namida_handshake_turns_free (turns);
}

/* Lets the clock go on until the handshake of @item runs, ending those that have to make room; as many others of the
 * crowd come again. Returns: how long that took, in ms. */
static gint64
wait_for (NamidaHandshakeTurns *turns, guint item, guint addresses)
{
  gint64 began = namida_clock_monotonic ();
  guint more = 100000;

  while (namida_clock_monotonic () - began < 60 * G_USEC_PER_SEC)
    {
      gpointer victim = namida_handshake_turns_victim (turns), next;

      if (victim == NULL)
        namida_clock_set_fake (namida_clock_monotonic () + 1000);
      else
        {
          /* One at a time. */
          g_assert_null (namida_handshake_turns_victim (turns));
          namida_handshake_turns_remove (turns, victim);
          more++;
          add (turns, more, 1 + more % addresses, FALSE);
        }
      while ((next = namida_handshake_turns_next (turns)) != NULL)
        if (GPOINTER_TO_UINT (next) == item)
          return (namida_clock_monotonic () - began) / 1000;
    }
  g_assert_not_reached ();
}

/* Addresses with six silent handshakes each: one that comes later has its turn after those that came before it had one
 * each; and as soon as they are known to dawdle, at once. */
static void
test_newcomer (gconstpointer data)
{
  guint addresses = GPOINTER_TO_UINT (data);
  guint at_once = NAMIDA_LIMIT_HANDSHAKES - NAMIDA_LIMIT_HANDSHAKES_RESERVED;
  guint rounds = (addresses + at_once - 1) / at_once;
  NamidaHandshakeTurns *turns;

  namida_clock_set_fake (1);
  turns = namida_handshake_turns_new ();
  crowd (turns, addresses, 6);
  add (turns, 1, 250, FALSE);
  g_assert_null (namida_handshake_turns_next (turns));
  g_assert_null (namida_handshake_turns_victim (turns));
  g_assert_cmpint (wait_for (turns, 1, addresses), <=, rounds * NAMIDA_LIMIT_HANDSHAKE_TURN_MS);
  namida_handshake_turns_done (turns, GUINT_TO_POINTER (1));
  /* By now each address of the crowd has let one run out. */
  for (guint i = 2; i < 20; i++)
    {
      add (turns, i, 200 + i, FALSE);
      g_assert_cmpint (wait_for (turns, i, addresses), <=, NAMIDA_LIMIT_HANDSHAKE_AGAIN_MS);
      namida_handshake_turns_done (turns, GUINT_TO_POINTER (i));
    }
  namida_handshake_turns_free (turns);
  namida_clock_set_fake (-1);
}

/* A handshake that succeeds makes up for one that ran out: the address goes before dawdlers again. */
static void
test_second_chance (void)
{
  NamidaHandshakeTurns *turns;

  namida_clock_set_fake (1);
  turns = namida_handshake_turns_new ();
  add (turns, 1, 1, FALSE);
  g_assert_true (namida_handshake_turns_next (turns) == GUINT_TO_POINTER (1));
  namida_clock_set_fake (1 + NAMIDA_LIMIT_HANDSHAKE_AGAIN_MS * 1000);
  namida_handshake_turns_remove (turns, GUINT_TO_POINTER (1));
  add (turns, 2, 1, FALSE);
  add (turns, 3, 2, FALSE);
  g_assert_true (namida_handshake_turns_next (turns) == GUINT_TO_POINTER (3));
  g_assert_true (namida_handshake_turns_next (turns) == GUINT_TO_POINTER (2));
  namida_handshake_turns_done (turns, GUINT_TO_POINTER (2));
  namida_handshake_turns_done (turns, GUINT_TO_POINTER (3));
  add (turns, 4, 1, FALSE);
  add (turns, 5, 2, FALSE);
  /* The one whose last turn is longer ago. */
  g_assert_true (namida_handshake_turns_next (turns) == GUINT_TO_POINTER (5));
  namida_handshake_turns_free (turns);
  namida_clock_set_fake (-1);
}

/* Addresses take turns: of many that come again and again, the one that was served longest ago is next. */
static void
test_rounds (void)
{
  NamidaHandshakeTurns *turns = namida_handshake_turns_new ();
  guint seen[50] = { 0 };

  for (guint i = 0; i < 50; i++)
    add (turns, 1 + i, 1 + i, FALSE);
  for (guint round = 0; round < 500; round++)
    {
      guint item;
      gpointer next = namida_handshake_turns_next (turns);

      g_assert_nonnull (next);
      item = GPOINTER_TO_UINT (next);
      seen[item - 1]++;
      namida_handshake_turns_remove (turns, next);
      add (turns, item, item, FALSE);
    }
  for (guint i = 0; i < 50; i++)
    g_assert_cmpuint (seen[i], ==, 10);
  namida_handshake_turns_free (turns);
}

/* Without anybody who waits, a slow handshake has all of its time. */
static void
test_no_hurry (void)
{
  NamidaHandshakeTurns *turns;

  namida_clock_set_fake (1);
  turns = namida_handshake_turns_new ();
  crowd (turns, NAMIDA_LIMIT_HANDSHAKES - NAMIDA_LIMIT_HANDSHAKES_RESERVED, 1);
  namida_clock_set_fake (1 + 9 * G_USEC_PER_SEC);
  g_assert_null (namida_handshake_turns_victim (turns));
  namida_handshake_turns_free (turns);
  namida_clock_set_fake (-1);
}

/* While a trusted device is connected, strangers' handshakes begin apart, and its own do not wait. */
static void
test_space (void)
{
  NamidaHandshakeTurns *turns;

  namida_clock_set_fake (1);
  turns = namida_handshake_turns_new ();
  namida_handshake_turns_set_space (turns, NAMIDA_LIMIT_HANDSHAKE_SPACE_MS);
  for (guint i = 1; i <= 4; i++)
    add (turns, i, i, FALSE);
  g_assert_nonnull (namida_handshake_turns_next (turns));
  g_assert_null (namida_handshake_turns_next (turns));
  add (turns, 9, 9, TRUE);
  g_assert_true (namida_handshake_turns_next (turns) == GUINT_TO_POINTER (9));
  g_assert_null (namida_handshake_turns_next (turns));
  namida_clock_set_fake (1 + NAMIDA_LIMIT_HANDSHAKE_SPACE_MS * 1000);
  g_assert_nonnull (namida_handshake_turns_next (turns));
  g_assert_null (namida_handshake_turns_next (turns));
  namida_handshake_turns_set_space (turns, 0);
  g_assert_nonnull (namida_handshake_turns_next (turns));
  namida_handshake_turns_free (turns);
  namida_clock_set_fake (-1);
}

static gint64
get_waited (gpointer item, gint64 running)
{
  return GPOINTER_TO_UINT (item) == 1003 ? running : 0;
}

/* On a computer that is slow a handshake lasts long through no fault of the other side: such a one neither has to make
 * room nor counts as dawdling; the one that keeps us waiting does. */
static void
test_own_slowness (void)
{
  guint at_once = NAMIDA_LIMIT_HANDSHAKES - NAMIDA_LIMIT_HANDSHAKES_RESERVED;
  NamidaHandshakeTurns *turns;

  namida_clock_set_fake (1);
  turns = namida_handshake_turns_new ();
  namida_handshake_turns_set_waited (turns, get_waited);
  crowd (turns, at_once, 1);
  add (turns, 1, 100, FALSE);
  namida_clock_set_fake (1 + 5 * G_USEC_PER_SEC);
  g_assert_true (namida_handshake_turns_victim (turns) == GUINT_TO_POINTER (1003));
  g_assert_null (namida_handshake_turns_victim (turns));
  namida_handshake_turns_remove (turns, GUINT_TO_POINTER (1003));
  namida_handshake_turns_remove (turns, GUINT_TO_POINTER (1001));
  g_assert_true (namida_handshake_turns_next (turns) == GUINT_TO_POINTER (1));
  /* Addresses 4 and 2 come again: only the first of them has dawdled. */
  add (turns, 2, 4, FALSE);
  add (turns, 3, 2, FALSE);
  g_assert_true (namida_handshake_turns_next (turns) == GUINT_TO_POINTER (3));
  namida_handshake_turns_free (turns);
  namida_clock_set_fake (-1);
}

/* Who is behind the same address as a trusted device, and takes all turns of that address, holds it up but shortly. */
static void
test_behind_one_address (void)
{
  NamidaHandshakeTurns *turns;
  gpointer victim;

  namida_clock_set_fake (1);
  turns = namida_handshake_turns_new ();
  for (guint i = 0; i < 60; i++)
    add (turns, 1000 + i, 1, TRUE);
  while (namida_handshake_turns_next (turns) != NULL)
    continue;
  add (turns, 1, 1, TRUE);
  g_assert_null (namida_handshake_turns_victim (turns));
  namida_clock_set_fake (1 + NAMIDA_LIMIT_HANDSHAKE_LEAST_MS * 1000);
  victim = namida_handshake_turns_victim (turns);
  g_assert_nonnull (victim);
  namida_handshake_turns_remove (turns, victim);
  g_assert_true (namida_handshake_turns_next (turns) == GUINT_TO_POINTER (1));
  namida_handshake_turns_free (turns);
  namida_clock_set_fake (-1);
}

/* An address that connects often waits with each of what is more than its share; another one does not. */
static void
test_pace (void)
{
  const gint64 space = G_USEC_PER_SEC / NAMIDA_LIMIT_ARRIVALS_PER_SECOND;
  NamidaArrivalPace *pace;

  namida_clock_set_fake (1);
  pace = namida_arrival_pace_new ();
  for (guint i = 0; i < NAMIDA_LIMIT_ARRIVALS_AT_ONCE; i++)
    g_assert_cmpuint (namida_arrival_pace_take (pace, "10.0.0.1"), ==, 0);
  g_assert_cmpuint (namida_arrival_pace_take (pace, "10.0.0.1"), ==, space / 1000);
  for (guint i = 0; i < 1000; i++)
    g_assert_cmpuint (namida_arrival_pace_take (pace, "10.0.0.1"), <=, NAMIDA_LIMIT_ARRIVAL_WAIT_MS);
  g_assert_cmpuint (namida_arrival_pace_take (pace, "10.0.0.1"), ==, NAMIDA_LIMIT_ARRIVAL_WAIT_MS);
  g_assert_cmpuint (namida_arrival_pace_take (pace, "10.0.0.2"), ==, 0);
  /* However often it came, soon it is as any other again. */
  namida_clock_set_fake (1 + NAMIDA_LIMIT_ARRIVAL_WAIT_MS * 1000 + 2 * space);
  g_assert_cmpuint (namida_arrival_pace_take (pace, "10.0.0.1"), <, NAMIDA_LIMIT_ARRIVAL_WAIT_MS);
  namida_clock_set_fake (1 + 60 * G_USEC_PER_SEC);
  g_assert_cmpuint (namida_arrival_pace_take (pace, "10.0.0.1"), ==, 0);
  namida_arrival_pace_free (pace);
  namida_clock_set_fake (-1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/handshake-turns/bounds", test_bounds);
  g_test_add_func ("/handshake-turns/network", test_network);
  g_test_add_data_func ("/handshake-turns/newcomer/ten-addresses", GUINT_TO_POINTER (10), test_newcomer);
  g_test_add_data_func ("/handshake-turns/newcomer/forty-addresses", GUINT_TO_POINTER (40), test_newcomer);
  g_test_add_func ("/handshake-turns/second-chance", test_second_chance);
  g_test_add_func ("/handshake-turns/rounds", test_rounds);
  g_test_add_func ("/handshake-turns/no-hurry", test_no_hurry);
  g_test_add_func ("/handshake-turns/space", test_space);
  g_test_add_func ("/handshake-turns/own-slowness", test_own_slowness);
  g_test_add_func ("/handshake-turns/behind-one-address", test_behind_one_address);
  g_test_add_func ("/arrival-pace/share", test_pace);
  return g_test_run ();
}
