/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calendar of schedules: see the header. Slots of days and weeks are found by walking the dates of the time zone,
 * so that a day of 23 or 25 hours has one slot like any other day. */
#include "config.h"

#include "namida-schedule-rule.h"

#include "namida-error.h"

#include <glib/gi18n-lib.h>

#define MINUTES_A_DAY (24 * 60)
#define DAY (24 * G_TIME_SPAN_HOUR)
#define ANY_TIME NAMIDA_SCHEDULE_ANY_TIME

/* The longest distance to the slot of a week, plus one day for a date whose slot is still to come. */
#define MAX_DAYS_BACK 8

static GTimeZone *
rule_zone (GTimeZone *zone)
{
  return zone != NULL ? g_time_zone_ref (zone) : g_time_zone_new_local ();
}

static GDateTime *
rule_date (gint64 us, GTimeZone *zone)
{
  gint64 seconds = us / G_USEC_PER_SEC - (us % G_USEC_PER_SEC < 0);
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (CLAMP (seconds, 0, G_GINT64_CONSTANT (250000000000)));

  return g_date_time_to_timezone (utc, zone);
}

/* Returns the slot on the day of @date. A time of day that does not exist on that day becomes the time after the gap,
 * as in GDateTime. */
static gint64
rule_slot_of (const NamidaScheduleRule *rule, GDateTime *date, GTimeZone *zone)
{
  int minutes = rule->at == ANY_TIME ? 0 : rule->at;
  g_autoptr (GDateTime) slot = g_date_time_new (zone, g_date_time_get_year (date), g_date_time_get_month (date),
                                                g_date_time_get_day_of_month (date), minutes / 60, minutes % 60, 0);

  return g_date_time_to_unix (slot) * G_USEC_PER_SEC;
}

static gboolean
rule_is_on (const NamidaScheduleRule *rule, GDateTime *date)
{
  return rule->every == NAMIDA_SCHEDULE_DAY || g_date_time_get_day_of_week (date) == rule->weekday;
}

/* Returns the date some days later, at noon, which no clock change affects. */
static GDateTime *
rule_other_day (GDateTime *date, int days, GTimeZone *zone)
{
  g_autoptr (GDateTime) noon = g_date_time_new (zone, g_date_time_get_year (date), g_date_time_get_month (date),
                                                g_date_time_get_day_of_month (date), 12, 0, 0);

  return g_date_time_add_days (noon, days);
}

gint64
namida_schedule_rule_get_period (const NamidaScheduleRule *rule)
{
  switch (rule->every)
    {
    case NAMIDA_SCHEDULE_HOURS:
      return (gint64) MAX (rule->hours, 1) * G_TIME_SPAN_HOUR;
    case NAMIDA_SCHEDULE_WEEK:
      return 7 * DAY;
    case NAMIDA_SCHEDULE_DAY:
    default:
      return DAY;
    }
}

static gint64
rule_latest_of_hours (const NamidaScheduleRule *rule, gint64 now)
{
  gint64 period = namida_schedule_rule_get_period (rule);
  gint64 since = now - rule->anchor;

  return rule->anchor + (since / period - (since % period < 0)) * period;
}

gint64
namida_schedule_rule_latest (const NamidaScheduleRule *rule, gint64 now, GTimeZone *zone)
{
  g_autoptr (GTimeZone) used = rule_zone (zone);
  g_autoptr (GDateTime) today = NULL;

  if (rule->every == NAMIDA_SCHEDULE_HOURS)
    return rule_latest_of_hours (rule, now);
  today = rule_date (now, used);
  for (int back = 0; back <= MAX_DAYS_BACK; back++)
    {
      g_autoptr (GDateTime) date = rule_other_day (today, -back, used);

      if (rule_is_on (rule, date) && rule_slot_of (rule, date, used) <= now)
        return rule_slot_of (rule, date, used);
    }
  return now;
}

gint64
namida_schedule_rule_next (const NamidaScheduleRule *rule, gint64 slot, gint64 now, GTimeZone *zone)
{
  gint64 period = namida_schedule_rule_get_period (rule);
  gint64 after = slot + period / 2;
  g_autoptr (GTimeZone) used = NULL;
  g_autoptr (GDateTime) first = NULL;

  if (slot == 0)
    return now;
  if (rule->every == NAMIDA_SCHEDULE_HOURS)
    return rule_latest_of_hours (rule, after) + period;
  used = rule_zone (zone);
  first = rule_date (after, used);
  for (int ahead = 0; ahead <= MAX_DAYS_BACK; ahead++)
    {
      g_autoptr (GDateTime) date = rule_other_day (first, ahead, used);

      if (rule_is_on (rule, date) && rule_slot_of (rule, date, used) > after)
        return rule_slot_of (rule, date, used);
    }
  return slot + period;
}

gboolean
namida_schedule_rule_is_due (const NamidaScheduleRule *rule, gint64 *slot, gint64 now, GTimeZone *zone)
{
  gint64 next = namida_schedule_rule_next (rule, *slot, now, zone);

  if (next <= now)
    {
      *slot = namida_schedule_rule_latest (rule, now, zone);
      return TRUE;
    }
  /* The next slot is further away than setting back the clock by one period can explain: the clock was far ahead at
   * the last run. Do not wait for it. */
  if (next - now > 2 * namida_schedule_rule_get_period (rule))
    *slot = namida_schedule_rule_latest (rule, now, zone);
  return FALSE;
}

/* ---- text ---- */

static gboolean
rule_parse_at (const char *text, int *at)
{
  guint tens = 0;

  /* Accept “3:00” as well as “03:00”. */
  if (strlen (text) == 5 && g_ascii_isdigit (text[0]))
    tens = (guint) g_ascii_digit_value (*text++);
  if (strlen (text) != 4 || !g_ascii_isdigit (text[0]) || text[1] != ':' || !g_ascii_isdigit (text[2])
      || !g_ascii_isdigit (text[3]))
    return FALSE;
  *at = (int) (tens * 10 + (guint) g_ascii_digit_value (text[0])) * 60 + g_ascii_digit_value (text[2]) * 10
        + g_ascii_digit_value (text[3]);
  return *at < MINUTES_A_DAY && text[2] < '6';
}

/* Parses "12h". */
static gboolean
rule_parse_hours (const char *text, guint *hours)
{
  guint64 value;
  gsize length = strlen (text);
  g_autofree char *digits = NULL;

  if (length < 2 || text[length - 1] != 'h')
    return FALSE;
  digits = g_strndup (text, length - 1);
  if (!g_ascii_string_to_unsigned (digits, 10, 1, NAMIDA_SCHEDULE_MAX_HOURS, &value, NULL))
    return FALSE;
  *hours = (guint) value;
  return TRUE;
}

gboolean
namida_schedule_rule_parse (
    const char *every, const char *at, gint64 now, GTimeZone *zone, NamidaScheduleRule *rule, GError **error)
{
  g_autoptr (GTimeZone) used = rule_zone (zone);
  g_autoptr (GDateTime) today = rule_date (now, used);
  NamidaScheduleRule parsed = { .at = ANY_TIME, .anchor = now, .weekday = g_date_time_get_day_of_week (today) };

  if (g_str_equal (every, "day"))
    parsed.every = NAMIDA_SCHEDULE_DAY;
  else if (g_str_equal (every, "week"))
    parsed.every = NAMIDA_SCHEDULE_WEEK;
  else if (rule_parse_hours (every, &parsed.hours))
    parsed.every = NAMIDA_SCHEDULE_HOURS;
  else
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                   /* Translators: the user types “day”, “week” or “12h”; do not translate these */
                   _ ("A schedule runs every “day”, every “week” or every so many hours, such as “12h”, not “%s”."),
                   every);
      return FALSE;
    }
  if (at != NULL && !rule_parse_at (at, &parsed.at))
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                   _ ("The time of day is given as HH:MM, such as 02:30, not “%s”."), at);
      return FALSE;
    }
  if (parsed.every == NAMIDA_SCHEDULE_HOURS && parsed.at != ANY_TIME)
    parsed.anchor = rule_slot_of (&parsed, today, used);
  *rule = parsed;
  return TRUE;
}

char *
namida_schedule_rule_dup_every (const NamidaScheduleRule *rule)
{
  switch (rule->every)
    {
    case NAMIDA_SCHEDULE_HOURS:
      return g_strdup_printf ("%uh", rule->hours);
    case NAMIDA_SCHEDULE_WEEK:
      return g_strdup ("week");
    case NAMIDA_SCHEDULE_DAY:
    default:
      return g_strdup ("day");
    }
}

char *
namida_schedule_rule_dup_at (const NamidaScheduleRule *rule)
{
  if (rule->at == ANY_TIME)
    return NULL;
  return g_strdup_printf ("%02d:%02d", rule->at / 60, rule->at % 60);
}

char *
namida_schedule_rule_dup_words (const NamidaScheduleRule *rule)
{
  g_autofree char *at = namida_schedule_rule_dup_at (rule);

  switch (rule->every)
    {
    case NAMIDA_SCHEDULE_HOURS:
      return g_strdup_printf (ngettext ("Every hour", "Every %u hours", rule->hours), rule->hours);
    case NAMIDA_SCHEDULE_WEEK:
      if (at == NULL)
        return g_strdup (_ ("Every week, when both devices are there"));
      /* Translators: %s is a time of day, such as 02:30 */
      return g_strdup_printf (_ ("Every week at %s"), at);
    case NAMIDA_SCHEDULE_DAY:
    default:
      if (at == NULL)
        return g_strdup (_ ("Every day, when both devices are there"));
      /* Translators: %s is a time of day, such as 02:30 */
      return g_strdup_printf (_ ("Every day at %s"), at);
    }
}
