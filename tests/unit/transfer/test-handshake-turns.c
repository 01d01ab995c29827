/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Turns for handshakes: whoever comes to a crowd of dawdlers has a turn soon, and a trusted device at once. No thread
 * and no time is real here. */

#include "config.h"

#include <glib.h>

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

/* Ten addresses with six silent handshakes each: one that comes later has its turn after 300 ms. */
static void
test_newcomer (gconstpointer data)
{
  guint addresses = GPOINTER_TO_UINT (data);
  gint64 wait_ms
      = addresses > NAMIDA_LIMIT_HANDSHAKES ? NAMIDA_LIMIT_HANDSHAKE_TURN_MS : NAMIDA_LIMIT_HANDSHAKE_LEAST_MS;
  NamidaHandshakeTurns *turns;
  gpointer victim, next = NULL;

  namida_clock_set_fake (1);
  turns = namida_handshake_turns_new ();
  crowd (turns, addresses, 6);
  add (turns, 1, 250, FALSE);
  g_assert_null (namida_handshake_turns_next (turns));
  g_assert_null (namida_handshake_turns_victim (turns));
  namida_clock_set_fake (1 + wait_ms * 1000);
  /* Others that have had no turn yet, and came before it, go first: one for each address at most. */
  for (guint i = 0; next == NULL || next != GUINT_TO_POINTER (1); i++)
    {
      g_assert_cmpuint (i, <,
                        MAX (addresses, NAMIDA_LIMIT_HANDSHAKES) - NAMIDA_LIMIT_HANDSHAKES
                            + NAMIDA_LIMIT_HANDSHAKES_RESERVED + 1);
      victim = namida_handshake_turns_victim (turns);
      g_assert_nonnull (victim);
      /* One at a time. */
      g_assert_null (namida_handshake_turns_victim (turns));
      namida_handshake_turns_remove (turns, victim);
      next = namida_handshake_turns_next (turns);
    }
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
  crowd (turns, 8, 3);
  namida_clock_set_fake (1 + 9 * G_USEC_PER_SEC);
  g_assert_null (namida_handshake_turns_victim (turns));
  namida_handshake_turns_free (turns);
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
  g_test_add_func ("/handshake-turns/rounds", test_rounds);
  g_test_add_func ("/handshake-turns/no-hurry", test_no_hurry);
  return g_test_run ();
}
