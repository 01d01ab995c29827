/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests what an attacker between two pairing devices can achieve at best. The attacker is a model with a simulated
 * clock. */
#include "config.h"

#include "namida-clock.h"
#include "namida-digest.h"
#include "namida-limits.h"
#include "namida-pair-guard.h"
#include "namida-pairing.h"

#include <string.h>

#define DAY (24 * 3600)

static gint64 now = 1000 * G_USEC_PER_SEC;

static void
advance (guint seconds)
{
  now += seconds * G_USEC_PER_SEC;
  namida_clock_set_fake (now);
}

/* Begins as often as it is let, second by second, and gives every one up. */
static guint
guesses_in (NamidaPairGuard *guard, guint seconds)
{
  guint n = 0;

  for (guint i = 0; i < seconds; i++)
    {
      while (namida_pair_guard_wait (guard) == 0)
        {
          namida_pair_guard_begun (guard);
          n++;
        }
      advance (1);
    }
  return n;
}

/* docs/security.md: 3 in 5 minutes, 864 a day, and so less than one chance in a thousand. */
static void
test_limit (void)
{
  g_autoptr (NamidaPairGuard) guard = namida_pair_guard_new ();

  g_assert_cmpuint (guesses_in (guard, 1), ==, NAMIDA_LIMIT_PAIR_TRIES);
  g_assert_cmpuint (namida_pair_guard_wait (guard), ==, NAMIDA_LIMIT_PAIR_WINDOW_SECONDS - 1);
  g_assert_cmpuint (guesses_in (guard, NAMIDA_LIMIT_PAIR_WINDOW_SECONDS - 1), ==, 0);
  g_assert_cmpuint (guesses_in (guard, DAY), <=, 864);
}

static void
test_confirmed (void)
{
  g_autoptr (NamidaPairGuard) guard = namida_pair_guard_new ();

  for (guint i = 0; i < 100; i++)
    {
      g_assert_cmpuint (namida_pair_guard_wait (guard), ==, 0);
      namida_pair_guard_begun (guard);
      namida_pair_guard_confirmed (guard);
    }
}

static void
test_opened (void)
{
  g_autoptr (NamidaPairGuard) guard = namida_pair_guard_new ();

  g_assert_cmpuint (guesses_in (guard, 1), ==, NAMIDA_LIMIT_PAIR_TRIES);
  namida_pair_guard_open (guard, 120);
  g_assert_cmpuint (guesses_in (guard, 119), ==, NAMIDA_LIMIT_PAIR_OPEN_TRIES - NAMIDA_LIMIT_PAIR_TRIES);
  /* What came meanwhile counts afterwards, too. */
  advance (2);
  g_assert_cmpuint (namida_pair_guard_wait (guard), >, 0);
}

/* A nonce that is as good as random, and the same in every run. */
static char *
nonce_of (guint number, const char *whose)
{
  g_autofree char *text = g_strdup_printf ("%s %u", whose, number);

  return namida_digest_bytes (text, strlen (text));
}

/* It stands between A and B with a key of its own, and wants both to show the same digits. It is B's A: it has to
 * commit itself to its nonce before it knows B's. It is A's B: it must choose its nonce before A reveals. So all it can
 * do is to hope, as often as B's limit lets it begin. A begins whenever it likes. Only the last two digits have to be
 * the same, to have something to count. */
static void
test_middle (void)
{
  g_autoptr (NamidaPairGuard) guard = namida_pair_guard_new ();
  g_autofree char *a = nonce_of (0, "key A"), *b = nonce_of (0, "key B"), *m = nonce_of (0, "key M");
  const guint days = 46;
  const gint64 end = now + (gint64) days * DAY * G_USEC_PER_SEC;
  guint begun = 0, same = 0;

  for (; now < end; advance (1))
    while (namida_pair_guard_wait (guard) == 0)
      {
        g_autofree char *from_a = nonce_of (begun, "A"), *from_b = nonce_of (begun, "B");
        g_autofree char *to_b = nonce_of (begun, "M to B"), *to_a = nonce_of (begun, "M to A");
        g_autofree char *shown_a = namida_pairing_digits (a, m, from_a, to_a);
        g_autofree char *shown_b = namida_pairing_digits (m, b, to_b, from_b);

        namida_pair_guard_begun (guard);
        same += g_str_equal (shown_a + 5, shown_b + 5);
        begun++;
      }
  /* docs/security.md: at most 864 a day, and it uses them all. */
  g_assert_cmpuint (begun, <=, days * 864);
  g_assert_cmpuint (begun, >=, days * 860);
  /* One in a hundred, six standard deviations of 20; so less than one success in a thousand days with all six digits.
   */
  g_assert_cmpuint (same, >, 280);
  g_assert_cmpuint (same, <, 520);
}

/* Were the commitment not checked, it would choose its nonce when it knows B's: then it would always succeed. */
static void
test_commitment_is_needed (void)
{
  g_autofree char *a = nonce_of (0, "key A"), *b = nonce_of (0, "key B"), *m = nonce_of (0, "key M");
  g_autofree char *from_a = nonce_of (0, "A"), *from_b = nonce_of (0, "B"), *to_a = nonce_of (0, "M to A");
  g_autofree char *shown_a = namida_pairing_digits (a, m, from_a, to_a);
  g_autofree char *committed = nonce_of (0, "M to B");
  g_autofree char *commitment = namida_pairing_commitment (committed);
  gboolean found = FALSE;

  for (guint i = 1; i < 2000 && !found; i++)
    {
      g_autofree char *to_b = nonce_of (i, "M to B");
      g_autofree char *shown_b = namida_pairing_digits (m, b, to_b, from_b);
      g_autofree char *other = namida_pairing_commitment (to_b);

      found = g_str_equal (shown_a + 5, shown_b + 5);
      g_assert_cmpstr (other, !=, commitment);
    }
  g_assert_true (found);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  advance (0);
  g_test_add_func ("/pair-guard/limit", test_limit);
  g_test_add_func ("/pair-guard/confirmed", test_confirmed);
  g_test_add_func ("/pair-guard/opened", test_opened);
  g_test_add_func ("/pair-guard/middle", test_middle);
  g_test_add_func ("/pair-guard/commitment", test_commitment_is_needed);
  return g_test_run ();
}
