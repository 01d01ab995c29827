/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fields of NamidaSchedule that NamidaSchedules uses. Main context. */
#pragma once

#include "namida-schedule.h"

G_BEGIN_DECLS

struct _NamidaSchedule
{
  GObject parent_instance;

  NamidaScheduleRow *row;
  NamidaScheduleState state;
  gint64 next_at;

  /* The current run. */
  GCancellable *running; /* (nullable): cancels the run; %NULL: none is active */
  int lock;              /* locked file descriptor that tells other programs about the run; -1: none */
  gint64 slot;           /* the slot that the run serves */
  gboolean writing;      /* a worker is writing its row */
  gboolean unwritten;    /* the row has changed since it was written */
  gboolean note_end;     /* the next write of the row records that a run has ended */
};

/** namida_schedule_new: @row: (transfer full). Returns: (transfer full) */
NamidaSchedule *namida_schedule_new (NamidaScheduleRow *row);
/**
 * namida_schedule_take_row: @row: (transfer full): the row as read from the database; during a run, the times of the
 * run are kept
 */
void namida_schedule_take_row (NamidaSchedule *self, NamidaScheduleRow *row);
/** namida_schedule_set_state: sets the state and @next_at, and emits "changed" if one of them differs. */
void namida_schedule_set_state (NamidaSchedule *self, NamidaScheduleState state, gint64 next_at);

G_END_DECLS
