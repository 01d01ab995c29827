/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clocks and the calendar arithmetic; see the header. Any thread. */
#include "config.h"

#include "namida-clock.h"

#include <time.h>

/* -1 selects the real clocks. Accessed atomically only, because tests replace it while threads read it. */
static gint64 fake_us = -1;

static gint64
clock_fake_now (void)
{
  return __atomic_load_n (&fake_us, __ATOMIC_SEQ_CST);
}

gint64
namida_clock_monotonic (void)
{
  gint64 fake = clock_fake_now ();

  return fake >= 0 ? fake : g_get_monotonic_time ();
}

gint64
namida_clock_real (void)
{
  gint64 fake = clock_fake_now ();

  return fake >= 0 ? fake : g_get_real_time ();
}

void
namida_clock_set_fake (gint64 us)
{
  __atomic_store_n (&fake_us, us, __ATOMIC_SEQ_CST);
}

/* Rounds toward the past, so that times before 1970 keep a positive fraction. */
static gint64
clock_split_ms (gint64 ms, int *fraction)
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

/* Calendar arithmetic for the years 1 to 9999 (Howard Hinnant, "chrono-compatible low-level date algorithms"). An
 * offer has a time for each file, and GDateTime reads the time zone from the disk each time it is created, even for
 * UTC. */
#define FIRST_DAY G_GINT64_CONSTANT (-719162) /* 0001-01-01 */
#define LAST_DAY G_GINT64_CONSTANT (2932896)  /* 9999-12-31 */
#define DAY_SECONDS (24 * 60 * 60)

typedef struct
{
  int year, month, day, hour, minute, second, ms;
} Civil;

static gboolean
civil_from_ms (gint64 ms, Civil *civil)
{
  gint64 seconds = clock_split_ms (ms, &civil->ms);
  gint64 days = seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0);
  int rest = (int) (seconds - days * DAY_SECONDS);
  int era, day_of_era, year_of_era, day_of_year, month;

  if (days < FIRST_DAY || days > LAST_DAY)
    return FALSE;
  days += 719468; /* since 0000-03-01, so that the leap day is the last day of a year */
  era = (int) (days / 146097);
  day_of_era = (int) (days - (gint64) era * 146097);
  year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  month = (5 * day_of_year + 2) / 153;
  civil->day = day_of_year - (153 * month + 2) / 5 + 1;
  civil->month = month < 10 ? month + 3 : month - 9;
  civil->year = year_of_era + era * 400 + (civil->month <= 2);
  civil->hour = rest / 3600;
  civil->minute = rest / 60 % 60;
  civil->second = rest % 60;
  return TRUE;
}

static gint64
clock_ms_from_civil (const Civil *civil)
{
  int year = civil->year - (civil->month <= 2);
  int month = civil->month > 2 ? civil->month - 3 : civil->month + 9;
  int era = year / 400;
  int year_of_era = year - era * 400;
  int day_of_year = (153 * month + 2) / 5 + civil->day - 1;
  gint64 days = (gint64) era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;

  return (days * DAY_SECONDS + civil->hour * 3600 + civil->minute * 60 + civil->second) * 1000 + civil->ms;
}

/* Parses exactly what namida_time_to_iso8601() writes, which is what all of our own devices send. */
static gboolean
clock_parse_own (const char *text, Civil *civil)
{
  static const char pattern[] = "dddd-dd-ddTdd:dd:dd.dddZ";
  int *const parts[]
      = { &civil->year, &civil->month, &civil->day, &civil->hour, &civil->minute, &civil->second, &civil->ms };
  guint part = 0;

  *civil = (Civil){ 0 };
  for (gsize i = 0; pattern[i] != '\0'; i++)
    if (pattern[i] == 'd' && g_ascii_isdigit (text[i]))
      *parts[part] = *parts[part] * 10 + (text[i] - '0');
    else if (pattern[i] != 'd' && text[i] == pattern[i])
      part++;
    else
      return FALSE;
  return text[sizeof pattern - 1] == '\0' && civil->hour < 24 && civil->minute < 60 && civil->second < 60
         && g_date_valid_dmy ((GDateDay) civil->day, (GDateMonth) civil->month, (GDateYear) civil->year);
}

char *
namida_time_to_iso8601 (gint64 ms)
{
  Civil civil;

  /* Times outside of these years are shown as 1970 instead of crashing. */
  if (!civil_from_ms (ms, &civil))
    return g_strdup ("1970-01-01T00:00:00.000Z");
  return g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", civil.year, civil.month, civil.day, civil.hour,
                          civil.minute, civil.second, civil.ms);
}

char *
namida_time_to_local_iso8601 (gint64 ms)
{
  int fraction;
  time_t seconds = (time_t) clock_split_ms (ms, &fraction);
  struct tm local;

  /* GDateTime would read the time zone from the disk for each call, and a manifest has a time for each of its files. */
  if (localtime_r (&seconds, &local) == NULL || local.tm_year < 1 - 1900 || local.tm_year > 9999 - 1900)
    return g_strdup ("1970-01-01T00:00:00.000000");
  return g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02d.%06d", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday,
                          local.tm_hour, local.tm_min, local.tm_sec, fraction * 1000);
}

gboolean
namida_time_from_iso8601 (const char *text, gint64 *ms)
{
  g_autoptr (GTimeZone) local = NULL;
  g_autoptr (GDateTime) time = NULL;
  Civil civil;

  g_return_val_if_fail (ms != NULL, FALSE);

  /* Longer than any ISO 8601 time. Text from another device is never passed on without a length check. */
  if (text == NULL || strnlen (text, 65) > 64)
    return FALSE;
  if (clock_parse_own (text, &civil))
    {
      *ms = clock_ms_from_civil (&civil);
      return TRUE;
    }
  local = g_time_zone_new_local ();
  time = g_date_time_new_from_iso8601 (text, local);
  if (time == NULL)
    return FALSE;
  *ms = g_date_time_to_unix (time) * 1000 + g_date_time_get_microsecond (time) / 1000;
  return TRUE;
}
