/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The database row of a schedule: the device, what to send, when, and how its last run ended. The functions that read
 * and write the tables “schedules” and “schedule_runs” block, so call them in a worker thread or in a command that
 * does nothing else. NamidaSchedules and the “schedule” command call them. */
#pragma once

#include "namida-database.h"
#include "namida-schedule-rule.h"

G_BEGIN_DECLS

/** NamidaScheduleOutcome: how a run ended. */
typedef enum
{
  NAMIDA_SCHEDULE_OUTCOME_NONE,       /* there was no run yet */
  NAMIDA_SCHEDULE_OUTCOME_DONE,       /* sent and verified */
  NAMIDA_SCHEDULE_OUTCOME_INCOMPLETE, /* some files could not be sent */
  NAMIDA_SCHEDULE_OUTCOME_REFUSED,    /* do not try before the next slot: declined, canceled, not trusted */
  NAMIDA_SCHEDULE_OUTCOME_AGAIN,      /* try again soon: device away or busy, disk full */
} NamidaScheduleOutcome;

typedef struct
{
  gint64 id;
  char *fingerprint; /* the key of the device, which stays when its address or name changes */
  char *alias;       /* the last known name of the device */
  NamidaScheduleRule rule;
  gboolean newest_backup; /* send the newest Namida backup that is found here */
  GStrv folders;          /* absolute paths; (nullable): none */
  guint64 limit;          /* bytes per second; 0: as for any transfer */
  gboolean on_battery;    /* allowed to run on battery power */
  gboolean on_metered;    /* allowed to run on a metered network */
  gboolean enabled;
  gint64 created_at; /* this and all times below: microseconds since 1970; 0: never */

  gint64 slot_at;    /* the last slot that was served */
  gint64 started_at; /* of the last run */
  gint64 ended_at;
  gint64 done_at; /* the end of the last successful run */
  NamidaScheduleOutcome outcome;
  char *message;   /* (nullable): the reason, as a sentence */
  guint tries;     /* attempts since the slot was due */
  gint64 retry_at; /* 0: none is planned */
  gboolean asked;  /* the user requested a run at any time */
} NamidaScheduleRow;

/** namida_schedule_row_copy: Returns: (transfer full): a deep copy. */
NamidaScheduleRow *namida_schedule_row_copy (const NamidaScheduleRow *self);
/** namida_schedule_row_free: frees @self. */
void namida_schedule_row_free (NamidaScheduleRow *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaScheduleRow, namida_schedule_row_free)

/** namida_schedule_outcome_to_text: Returns: (transfer none): "done", "incomplete", "refused", "again"; "" for none. */
const char *namida_schedule_outcome_to_text (NamidaScheduleOutcome outcome);

/**
 * namida_schedule_rows_list: Returns: (transfer full) (nullable) (element-type NamidaScheduleRow): all schedules,
 * ordered by id; %NULL with STORAGE.
 */
GPtrArray *namida_schedule_rows_list (NamidaDatabase *database, GError **error);
/**
 * namida_schedule_row_add: adds @row and sets its id. A schedule with a time of day waits for that time; others are due
 * at once. Returns: %FALSE with STORAGE or NO_SPACE.
 */
gboolean namida_schedule_row_add (NamidaDatabase *database, NamidaScheduleRow *row, GError **error);
/**
 * namida_schedule_row_change: writes the user's choices. Returns: %FALSE with NOT_FOUND if there is no schedule with
 * this id, or with STORAGE.
 */
gboolean namida_schedule_row_change (NamidaDatabase *database, const NamidaScheduleRow *row, GError **error);
/**
 * namida_schedule_row_note: writes the results of the runs. If @ended, adds the run that has just ended to the list
 * of runs, which keeps the newest NAMIDA_SCHEDULE_RUNS. A schedule that was removed meanwhile is no error.
 */
gboolean
namida_schedule_row_note (NamidaDatabase *database, const NamidaScheduleRow *row, gboolean ended, GError **error);
/** namida_schedule_row_ask: asks the program that runs schedules for a run now. Returns: %FALSE with NOT_FOUND. */
gboolean namida_schedule_row_ask (NamidaDatabase *database, gint64 id, GError **error);
/**
 * namida_schedule_row_remove: Returns: %FALSE with NOT_FOUND if there is no schedule with this id, or with STORAGE.
 */
gboolean namida_schedule_row_remove (NamidaDatabase *database, gint64 id, GError **error);

#define NAMIDA_SCHEDULE_RUNS 64

typedef struct
{
  gint64 started_at, ended_at;
  NamidaScheduleOutcome outcome;
} NamidaScheduleRun;

/**
 * namida_schedule_runs_list: Returns: (transfer full) (nullable) (element-type NamidaScheduleRun): the runs of
 * schedule @id, newest first; %NULL with STORAGE.
 */
GArray *namida_schedule_runs_list (NamidaDatabase *database, gint64 id, GError **error);

G_END_DECLS
