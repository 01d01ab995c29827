/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a schedule is due: calendar arithmetic in a time zone, without a clock, a disk or a network. A due time is an
 * instant and is called a slot; the next slot follows from the last one that was served. Called by NamidaSchedules
 * and by the command line. Every function is pure and may be called in any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_SCHEDULE_DAY,
  NAMIDA_SCHEDULE_WEEK,
  NAMIDA_SCHEDULE_HOURS,
} NamidaScheduleUnit;

#define NAMIDA_SCHEDULE_MAX_HOURS 8760 /* a year */
#define NAMIDA_SCHEDULE_ANY_TIME (-1)

/**
 * NamidaScheduleRule: a plain value. Without a time of day, a slot begins at midnight and is served as soon as both
 * devices are available.
 */
typedef struct
{
  NamidaScheduleUnit every;
  guint hours;   /* for HOURS: 1 to NAMIDA_SCHEDULE_MAX_HOURS */
  int at;        /* minutes after midnight, or NAMIDA_SCHEDULE_ANY_TIME */
  int weekday;   /* for WEEK: 1 is Monday, 7 is Sunday */
  gint64 anchor; /* for HOURS: microseconds since 1970 of one of its slots */
} NamidaScheduleRule;

/**
 * namida_schedule_rule_parse:
 * @every: "day", "week" or a number of hours, as in "12h"
 * @at: (nullable): "HH:MM"
 * @now: microseconds since 1970; a weekly schedule keeps its weekday, and hours are counted from it
 * @zone: (nullable): the time zone; %NULL: the local one
 * @rule: (out): set on success
 *
 * Returns: %FALSE with INVALID_REQUEST
 */
gboolean namida_schedule_rule_parse (
    const char *every, const char *at, gint64 now, GTimeZone *zone, NamidaScheduleRule *rule, GError **error);

/** namida_schedule_rule_dup_every: Returns: (transfer full): "day", "week" or "12h", as parsed. */
char *namida_schedule_rule_dup_every (const NamidaScheduleRule *rule);
/** namida_schedule_rule_dup_at: Returns: (transfer full) (nullable): "02:30"; %NULL without a time of day. */
char *namida_schedule_rule_dup_at (const NamidaScheduleRule *rule);
/** namida_schedule_rule_dup_words: Returns: (transfer full): "Every day at 02:30". Translated. */
char *namida_schedule_rule_dup_words (const NamidaScheduleRule *rule);
/** namida_schedule_rule_get_period: Returns: microseconds from one slot to the next, ignoring clock changes. */
gint64 namida_schedule_rule_get_period (const NamidaScheduleRule *rule);

/**
 * namida_schedule_rule_latest:
 * @rule: the rule
 * @now: microseconds since 1970
 * @zone: (nullable): %NULL: the local time zone
 *
 * Returns: the newest slot that is not after @now, in microseconds since 1970
 */
gint64 namida_schedule_rule_latest (const NamidaScheduleRule *rule, gint64 now, GTimeZone *zone);
/**
 * namida_schedule_rule_next:
 * @rule: the rule
 * @slot: the slot that was served last; 0: none
 * @now: microseconds since 1970
 * @zone: (nullable): %NULL: the local time zone
 *
 * Slots are at least half a period apart, so a time of day that occurs twice because of a clock change or another
 * time zone counts once.
 *
 * Returns: the first slot after @slot, which may be in the past; @now if none was served
 */
gint64 namida_schedule_rule_next (const NamidaScheduleRule *rule, gint64 slot, gint64 now, GTimeZone *zone);
/**
 * namida_schedule_rule_is_due:
 * @rule: the rule
 * @slot: (inout): the slot that was served last; 0: none. When a run is due, set to the slot that it serves, which is
 * the newest one, because one run makes up for all missed slots. If a clock that was ahead wrote it, set to a slot in
 * the past.
 * @now: microseconds since 1970
 * @zone: (nullable): %NULL: the local time zone
 *
 * Returns: whether a run is due at @now
 */
gboolean namida_schedule_rule_is_due (const NamidaScheduleRule *rule, gint64 *slot, gint64 now, GTimeZone *zone);

G_END_DECLS
