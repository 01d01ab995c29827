/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NamidaSchedule: one automatic backup for rows and widgets: what the user chose, when it runs next, and how the last
 * run ended. The objects belong to the list NamidaSchedules, which alone changes them. Everything here is read-only
 * and belongs to the main context. */
#pragma once

#include <gio/gio.h>

#include "namida-schedule-row.h"

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_SCHEDULE_OFF,               /* turned off by the user */
  NAMIDA_SCHEDULE_IDLE,              /* the next run is at namida_schedule_get_next_at() */
  NAMIDA_SCHEDULE_WAITS_FOR_DEVICE,  /* due, but the device is not nearby */
  NAMIDA_SCHEDULE_WAITS_FOR_POWER,   /* due, but this device runs on battery */
  NAMIDA_SCHEDULE_WAITS_FOR_NETWORK, /* due, but the network is metered */
  NAMIDA_SCHEDULE_WAITS_TO_RETRY,    /* the last attempt failed; namida_schedule_get_next_at() is the next one */
  NAMIDA_SCHEDULE_WAITS_FOR_TURN,    /* due, but another run to this device is active */
  NAMIDA_SCHEDULE_RUNNING,
} NamidaScheduleState;

#define NAMIDA_TYPE_SCHEDULE (namida_schedule_get_type ())
/** NamidaSchedule: signal "changed": something about the schedule has changed. */
G_DECLARE_FINAL_TYPE (NamidaSchedule, namida_schedule, NAMIDA, SCHEDULE, GObject)

/** namida_schedule_get_row: Returns: (transfer none): valid until the next iteration of the main loop. */
const NamidaScheduleRow *namida_schedule_get_row (NamidaSchedule *self);
/** namida_schedule_get_id: Returns: the id of the row in the database. */
gint64 namida_schedule_get_id (NamidaSchedule *self);
/** namida_schedule_get_state: Returns: what the schedule does or waits for. */
NamidaScheduleState namida_schedule_get_state (NamidaSchedule *self);
/**
 * namida_schedule_state_to_text: Returns: (transfer none): a word for scripts: "off", "idle", "waits-for-device", …
 */
const char *namida_schedule_state_to_text (NamidaScheduleState state);
/** namida_schedule_get_next_at: Returns: microseconds since 1970 of the next run, as far as it is known; 0: off. */
gint64 namida_schedule_get_next_at (NamidaSchedule *self);
/**
 * namida_schedule_dup_state_words: Returns: (transfer full): what it does or waits for, as a sentence without a full
 * stop. Translated.
 */
char *namida_schedule_dup_state_words (NamidaSchedule *self);
/** namida_schedule_row_dup_what_words: Returns: (transfer full): what @row sends: “Newest Namida backup” and the names
 * of the folders. Translated. */
char *namida_schedule_row_dup_what_words (const NamidaScheduleRow *row);

G_END_DECLS
