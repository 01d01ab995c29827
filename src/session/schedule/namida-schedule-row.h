/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the database knows of a schedule: to which device, what, when, and how its last run ended. The functions that
 * read and write the tables “schedules” and “schedule_runs” block: call them in a worker thread, or in a command that
 * does nothing else. NamidaSchedules (the room of the hub) and the command “schedule” call them. */
#pragma once

#include "namida-database.h"
#include "namida-schedule-rule.h"

G_BEGIN_DECLS

/** NamidaScheduleOutcome: how a run ended. */
typedef enum
{
  NAMIDA_SCHEDULE_OUTCOME_NONE,       /* there was no run yet */
  NAMIDA_SCHEDULE_OUTCOME_DONE,       /* sent and verified */
  NAMIDA_SCHEDULE_OUTCOME_INCOMPLETE, /* some of it could not be sent */
  NAMIDA_SCHEDULE_OUTCOME_REFUSED,    /* not before the next slot: declined, canceled, not trusted */
  NAMIDA_SCHEDULE_OUTCOME_AGAIN,      /* tried again soon: away, busy, no room */
} NamidaScheduleOutcome;

typedef struct
{
  gint64 id;
  char *fingerprint; /* the device: its key, whatever its address and name are */
  char *alias;       /* as it was called last */
  NamidaScheduleRule rule;
  gboolean newest_backup; /* the newest Namida backup that is found here */
  GStrv folders;          /* absolute paths, (nullable) none */
  guint64 limit;          /* bytes a second, 0: as for any transfer */
  gboolean on_battery;    /* allowed to run on battery power */
  gboolean on_metered;    /* allowed to run on a metered network */
  gboolean enabled;
  gint64 created_at; /* this and all times below: microseconds since 1970, 0: never */

  gint64 slot_at;    /* the slot that was served last */
  gint64 started_at; /* of the last run */
  gint64 ended_at;
  gint64 done_at; /* when a run last ended well */
  NamidaScheduleOutcome outcome;
  char *message;   /* (nullable): why, a sentence */
  guint tries;     /* since the slot was due */
  gint64 retry_at; /* 0: none is planned */
  gboolean asked;  /* a person asked for a run, whatever the time */
} NamidaScheduleRow;

NamidaScheduleRow *namida_schedule_row_copy (const NamidaScheduleRow *self);
void namida_schedule_row_free (NamidaScheduleRow *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaScheduleRow, namida_schedule_row_free)

/** namida_schedule_outcome_to_text: Returns: (transfer none): "done", "incomplete", "refused", "again"; "" for none. */
const char *namida_schedule_outcome_to_text (NamidaScheduleOutcome outcome);

/** namida_schedule_rows_list: Returns: (transfer full) (nullable) (element-type NamidaScheduleRow): by id. */
GPtrArray *namida_schedule_rows_list (NamidaDatabase *database, GError **error);
/** namida_schedule_row_add: @row: its id is set. A schedule with a time of day waits for that time; others are due at
 * once. */
gboolean namida_schedule_row_add (NamidaDatabase *database, NamidaScheduleRow *row, GError **error);
/** namida_schedule_row_change: writes what a person chose. Returns: %FALSE with NOT_FOUND when there is none of this
 * id, or with STORAGE. */
gboolean namida_schedule_row_change (NamidaDatabase *database, const NamidaScheduleRow *row, GError **error);
/** namida_schedule_row_note: writes how its runs went, and @ended, whether one has just ended, into the list of runs,
 * which keeps the newest NAMIDA_SCHEDULE_RUNS. One that was removed meanwhile is no error. */
gboolean
namida_schedule_row_note (NamidaDatabase *database, const NamidaScheduleRow *row, gboolean ended, GError **error);
/** namida_schedule_row_ask: asks the program that runs schedules for a run now. Returns: %FALSE with NOT_FOUND. */
gboolean namida_schedule_row_ask (NamidaDatabase *database, gint64 id, GError **error);
/** namida_schedule_row_remove: Returns: %FALSE with NOT_FOUND when there is none of this id, or with STORAGE. */
gboolean namida_schedule_row_remove (NamidaDatabase *database, gint64 id, GError **error);

#define NAMIDA_SCHEDULE_RUNS 64

typedef struct
{
  gint64 started_at, ended_at;
  NamidaScheduleOutcome outcome;
} NamidaScheduleRun;

/** namida_schedule_runs_list: Returns: (transfer full) (nullable) (element-type NamidaScheduleRun): of the schedule
 * @id, newest first. */
GArray *namida_schedule_runs_list (NamidaDatabase *database, gint64 id, GError **error);

G_END_DECLS
