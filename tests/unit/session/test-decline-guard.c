/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests how long offers of a device are refused without asking after the user has declined one, and when this is
 * forgotten. The clock is simulated. */
#include "config.h"

#include "namida-clock.h"
#include "namida-decline-guard.h"

static gint64 now = 1000 * G_USEC_PER_SEC;

static void
advance (guint seconds)
{
  now += (gint64) seconds * G_USEC_PER_SEC;
  namida_clock_set_fake (now);
}

static void
test_doubling (void)
{
  static const guint waits[] = { 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600 };
  g_autoptr (NamidaDeclineGuard) guard = namida_decline_guard_new ();

  g_assert_cmpuint (namida_decline_guard_wait (guard, "A"), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      namida_decline_guard_declined (guard, "A", 0);
      g_assert_cmpuint (namida_decline_guard_wait (guard, "A"), ==, waits[i]);
      advance (waits[i] - 1);
      g_assert_cmpuint (namida_decline_guard_wait (guard, "A"), ==, 1);
      advance (1);
      g_assert_cmpuint (namida_decline_guard_wait (guard, "A"), ==, 0);
    }
  g_assert_cmpuint (namida_decline_guard_wait (guard, "B"), ==, 0);
}

static void
test_ends (void)
{
  g_autoptr (NamidaDeclineGuard) guard = namida_decline_guard_new ();

  for (guint i = 0; i < 5; i++)
    namida_decline_guard_declined (guard, "A", 0);
  namida_decline_guard_accepted (guard, "A");
  g_assert_cmpuint (namida_decline_guard_wait (guard, "A"), ==, 0);
  namida_decline_guard_declined (guard, "A", 0);
  g_assert_cmpuint (namida_decline_guard_wait (guard, "A"), ==, 10);
}

/* Long after, a no counts as the first one. */
static void
test_forgotten (void)
{
  g_autoptr (NamidaDeclineGuard) guard = namida_decline_guard_new ();

  for (guint i = 0; i < 5; i++)
    namida_decline_guard_declined (guard, "A", 0);
  g_assert_cmpuint (namida_decline_guard_wait (guard, "A"), ==, 160);
  advance (24 * 3600 - 1);
  namida_decline_guard_declined (guard, "A", 0);
  g_assert_cmpuint (namida_decline_guard_wait (guard, "A"), ==, 320);
  advance (24 * 3600 + 1);
  namida_decline_guard_declined (guard, "A", 0);
  g_assert_cmpuint (namida_decline_guard_wait (guard, "A"), ==, 10);
}

/* Several devices of one address: each may be declined, but not as many as one likes. */
static void
test_address (void)
{
  g_autoptr (NamidaDeclineGuard) guard = namida_decline_guard_new ();

  for (guint i = 0; i < 5; i++)
    {
      namida_decline_guard_declined (guard, "10.0.0.5", 5);
      g_assert_cmpuint (namida_decline_guard_wait (guard, "10.0.0.5"), ==, 0);
    }
  namida_decline_guard_declined (guard, "10.0.0.5", 5);
  g_assert_cmpuint (namida_decline_guard_wait (guard, "10.0.0.5"), ==, 10);
  namida_decline_guard_declined (guard, "10.0.0.5", 5);
  g_assert_cmpuint (namida_decline_guard_wait (guard, "10.0.0.5"), ==, 20);
}

/* Questions that are taken back at once, by keys that are made up: ten in a minute, and then nobody's. */
static void
test_withdrawn (void)
{
  g_autoptr (NamidaDeclineGuard) guard = namida_decline_guard_new ();

  namida_clock_set_fake (1000 * G_USEC_PER_SEC);
  namida_decline_guard_withdrawn (guard, "A");
  namida_decline_guard_withdrawn (guard, "A");
  g_assert_cmpuint (namida_decline_guard_wait (guard, "A"), ==, 0);
  namida_decline_guard_withdrawn (guard, "A");
  g_assert_cmpuint (namida_decline_guard_wait (guard, "A"), ==, 10);
  for (guint i = 3; i < 10; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i);

      g_assert_cmpuint (namida_decline_guard_wait_all (guard), ==, 0);
      namida_decline_guard_withdrawn (guard, key);
    }
  g_assert_cmpuint (namida_decline_guard_wait_all (guard), ==, 60);
  namida_clock_set_fake (1059 * G_USEC_PER_SEC);
  g_assert_cmpuint (namida_decline_guard_wait_all (guard), ==, 1);
  namida_clock_set_fake (1060 * G_USEC_PER_SEC);
  g_assert_cmpuint (namida_decline_guard_wait_all (guard), ==, 0);
  namida_clock_set_fake (-1);
}

/* A no to each of them ends nothing when the next one has another key and another address. */
static void
test_strangers (void)
{
  g_autoptr (NamidaDeclineGuard) guard = namida_decline_guard_new ();

  namida_clock_set_fake (1000 * G_USEC_PER_SEC);
  for (guint i = 0; i < 10; i++)
    {
      g_assert_cmpuint (namida_decline_guard_wait_all (guard), ==, 0);
      namida_decline_guard_count_stranger (guard);
    }
  g_assert_cmpuint (namida_decline_guard_wait_all (guard), ==, 60);
  g_assert_cmpuint (namida_decline_guard_wait (guard, "A"), ==, 0);
  namida_clock_set_fake (1060 * G_USEC_PER_SEC);
  g_assert_cmpuint (namida_decline_guard_wait_all (guard), ==, 0);
  namida_clock_set_fake (-1);
}

/* Anybody can make keys: the one that was last heard of longest ago is forgotten for a new one. */
static void
test_keys (void)
{
  g_autoptr (NamidaDeclineGuard) guard = namida_decline_guard_new ();

  namida_clock_set_fake (now);
  for (guint i = 0; i <= 1024; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      namida_decline_guard_declined (guard, key, 0);
      now++;
      namida_clock_set_fake (now);
    }
  g_assert_cmpuint (namida_decline_guard_wait (guard, "0"), ==, 0);
  g_assert_cmpuint (namida_decline_guard_wait (guard, "1"), >, 0);
  g_assert_cmpuint (namida_decline_guard_wait (guard, "1024"), >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  advance (0);
  g_test_add_func ("/decline-guard/doubling", test_doubling);
  g_test_add_func ("/decline-guard/ends", test_ends);
  g_test_add_func ("/decline-guard/forgotten", test_forgotten);
  g_test_add_func ("/decline-guard/address", test_address);
  g_test_add_func ("/decline-guard/withdrawn", test_withdrawn);
  g_test_add_func ("/decline-guard/keys", test_keys);
  g_test_add_func ("/decline-guard/strangers", test_strangers);
  return g_test_run ();
}
