/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that a PIN of six digits cannot be guessed: a million guesses take longer than a lifetime, however the attacker
 * proceeds. The clock is simulated. */
#include "config.h"

#include <gio/gio.h>

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-limits.h"
#include "namida-pin-guard.h"

#define MILLION 1000000u
#define DAY (G_GINT64_CONSTANT (24) * 60 * 60 * G_USEC_PER_SEC)
#define YEAR (365 * DAY)
#define GUESSES 3000u /* so many are simulated: the locks have reached their full length by far */

typedef struct
{
  gint64 now;
  guint guesses; /* that were looked at */
  gint64 half;   /* when the second half of them began */
} Attack;

/* @vary_address, @vary_key: a new one for each try. Never waits longer than it has to. */
static Attack
guess (NamidaPinGuard *guard, gboolean vary_address, gboolean vary_key)
{
  Attack attack = { .now = G_GINT64_CONSTANT (1000000000) };
  guint made = 0;

  while (attack.guesses < GUESSES)
    {
      g_autofree char *address = g_strdup_printf ("fe80::%x", vary_address ? made : 0);
      g_autofree char *key = g_strdup_printf ("%064X", vary_key ? made : 0);
      g_autofree char *pin = g_strdup_printf ("%06u", attack.guesses);
      g_autoptr (GError) error = NULL;
      guint wait = 0;

      made++;
      namida_clock_set_fake (attack.now);
      g_assert_false (namida_pin_guard_check (guard, "no guess", pin, address, key, &wait, &error));
      if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_MANY))
        {
          g_assert_cmpuint (wait, >, 0);
          attack.now += (gint64) wait * G_USEC_PER_SEC;
          continue;
        }
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_PIN_WRONG);
      attack.guesses++;
      if (attack.guesses == GUESSES / 2)
        attack.half = attack.now;
    }
  return attack;
}

static void
test_million (gconstpointer data)
{
  guint how = GPOINTER_TO_UINT (data);
  g_autoptr (NamidaPinGuard) guard = namida_pin_guard_new ();
  Attack attack = guess (guard, (how & 1) != 0, (how & 2) != 0);
  /* The pace of the second half, which only gets slower, for all of the million. */
  gint64 pace = (attack.now - attack.half) / (GUESSES / 2);
  double years = (double) pace * MILLION / (double) YEAR;

  g_test_message ("%u guesses took %.1f days; a million take %.0f years", attack.guesses,
                  (double) (attack.now - G_GINT64_CONSTANT (1000000000)) / (double) DAY, years);
  g_assert_cmpfloat (years, >, 50);
  namida_clock_set_fake (-1);
}

/* An attacker who keeps the lock shut does not lock out who has shown that it knows the PIN. */
static void
test_known_device (void)
{
  g_autoptr (NamidaPinGuard) guard = namida_pin_guard_new ();
  g_autoptr (GError) error = NULL;
  guint wait;

  namida_clock_set_fake (G_GINT64_CONSTANT (1000000000));
  g_assert_true (namida_pin_guard_check (guard, "4711", "4711", "10.0.0.1", "AA", &wait, NULL));
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *address = g_strdup_printf ("fe80::%x", i);
      g_autofree char *key = g_strdup_printf ("%u", i);

      g_assert_false (namida_pin_guard_check (guard, "4711", "0000", address, key, &wait, NULL));
    }
  g_assert_false (namida_pin_guard_check (guard, "4711", "4711", "10.0.0.2", "BB", &wait, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_MANY);
  g_assert_true (namida_pin_guard_check (guard, "4711", "4711", "10.0.0.1", "AA", &wait, NULL));
  /* Its own wrong ones count all the same. */
  for (guint i = 0; i < NAMIDA_LIMIT_PIN_TRIES; i++)
    g_assert_false (namida_pin_guard_check (guard, "4711", "0000", "10.0.0.1", "AA", &wait, NULL));
  g_assert_false (namida_pin_guard_check (guard, "4711", "4711", "10.0.0.1", "AA", &wait, NULL));
  namida_clock_set_fake (-1);
}

/* Thousands of made-up keys do not push a lock out of the table. */
static void
test_table_is_bounded (void)
{
  g_autoptr (NamidaPinGuard) guard = namida_pin_guard_new ();

  namida_clock_set_fake (G_GINT64_CONSTANT (1000000000));
  for (guint i = 0; i < NAMIDA_LIMIT_PIN_TRIES; i++)
    namida_pin_guard_failed (guard, "mallory");
  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      namida_pin_guard_failed (guard, key);
    }
  g_assert_cmpuint (namida_pin_guard_wait (guard, "mallory"), ==, NAMIDA_LIMIT_PIN_LOCK_SECONDS);
  namida_clock_set_fake (-1);
}

/* The table does not grow with the keys: who has been silent for the longest time is forgotten. */
static void
test_table_forgets (void)
{
  g_autoptr (NamidaPinGuard) guard = namida_pin_guard_new ();
  gint64 now = G_GINT64_CONSTANT (1000000000);

  namida_clock_set_fake (now);
  for (guint i = 0; i + 1 < NAMIDA_LIMIT_PIN_TRIES; i++)
    namida_pin_guard_failed (guard, "first");
  for (guint i = 0; i < 1023; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      namida_clock_set_fake (now += 1000);
      for (guint n = 0; n + 1 < NAMIDA_LIMIT_PIN_TRIES; n++)
        namida_pin_guard_failed (guard, key);
    }
  namida_pin_guard_failed (guard, "one too many");
  namida_pin_guard_failed (guard, "first"); /* it begins anew */
  g_assert_cmpuint (namida_pin_guard_wait (guard, "first"), ==, 0);
  namida_pin_guard_failed (guard, "1022");
  g_assert_cmpuint (namida_pin_guard_wait (guard, "1022"), >, 0);
  namida_clock_set_fake (-1);
}

static void
test_equal_secret (void)
{
  g_assert_true (namida_equal_secret ("4711", "4711"));
  g_assert_false (namida_equal_secret ("4711", "471"));
  g_assert_false (namida_equal_secret ("4711", "47114711"));
  g_assert_false (namida_equal_secret ("4711", ""));
  g_assert_false (namida_equal_secret ("", "4711"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/pin-guard/million/one", GUINT_TO_POINTER (0), test_million);
  g_test_add_data_func ("/pin-guard/million/new-addresses", GUINT_TO_POINTER (1), test_million);
  g_test_add_data_func ("/pin-guard/million/new-keys", GUINT_TO_POINTER (2), test_million);
  g_test_add_data_func ("/pin-guard/million/new-both", GUINT_TO_POINTER (3), test_million);
  g_test_add_func ("/pin-guard/known-device", test_known_device);
  g_test_add_func ("/pin-guard/table-is-bounded", test_table_is_bounded);
  g_test_add_func ("/pin-guard/table-forgets", test_table_forgets);
  g_test_add_func ("/pin-guard/equal-secret", test_equal_secret);
  return g_test_run ();
}
