/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-clock.h"

/* -1: the real clocks. Only whole-word atomic access: tests replace it while threads read. */
static gint64 fake_us = -1;

static gint64
fake_now (void)
{
  return __atomic_load_n (&fake_us, __ATOMIC_SEQ_CST);
}

gint64
namida_clock_monotonic (void)
{
  gint64 fake = fake_now ();

  return fake >= 0 ? fake : g_get_monotonic_time ();
}

gint64
namida_clock_real (void)
{
  gint64 fake = fake_now ();

  return fake >= 0 ? fake : g_get_real_time ();
}

void
namida_clock_set_fake (gint64 us)
{
  __atomic_store_n (&fake_us, us, __ATOMIC_SEQ_CST);
}

/* Rounds towards the past, so that times before 1970 keep a positive fraction. */
static gint64
split_ms (gint64 ms, int *fraction)
{
  gint64 seconds = ms / 1000;
  int rest = (int) (ms % 1000);

  if (rest < 0)
    {
      rest += 1000;
      seconds--;
    }
  *fraction = rest;
  return seconds;
}

char *
namida_time_to_iso8601 (gint64 ms)
{
  int fraction;
  gint64 seconds = split_ms (ms, &fraction);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);
  g_autofree char *head = NULL;

  /* GDateTime knows the years 1 to 9999: what lies outside is shown as 1970, never as a crash. */
  if (time == NULL)
    return g_strdup ("1970-01-01T00:00:00.000Z");
  head = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S");
  return g_strdup_printf ("%s.%03dZ", head, fraction);
}

char *
namida_time_to_local_iso8601 (gint64 ms)
{
  int fraction;
  gint64 seconds = split_ms (ms, &fraction);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (seconds);
  g_autofree char *head = NULL;

  if (time == NULL)
    return g_strdup ("1970-01-01T00:00:00.000000");
  head = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S");
  return g_strdup_printf ("%s.%06d", head, fraction * 1000);
}

gboolean
namida_time_from_iso8601 (const char *text, gint64 *ms)
{
  g_autoptr (GTimeZone) local = NULL;
  g_autoptr (GDateTime) time = NULL;

  g_return_val_if_fail (ms != NULL, FALSE);

  /* Longer than any ISO 8601 time: a peer's text is not handed on unmeasured. */
  if (text == NULL || strnlen (text, 65) > 64)
    return FALSE;
  local = g_time_zone_new_local ();
  time = g_date_time_new_from_iso8601 (text, local);
  if (time == NULL)
    return FALSE;
  *ms = g_date_time_to_unix (time) * 1000 + g_date_time_get_microsecond (time) / 1000;
  return TRUE;
}
