/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What NamidaSchedules does with its items. Main context. */
#pragma once

#include "namida-schedule.h"

G_BEGIN_DECLS

struct _NamidaSchedule
{
  GObject parent_instance;

  NamidaScheduleRow *row;
  NamidaScheduleState state;
  gint64 next_at;

  /* One run. */
  GCancellable *running; /* (nullable): none goes on */
  int lock;              /* the file that says so to other programs; -1: none */
  gint64 slot;           /* what it serves */
  gboolean writing;      /* a worker writes its row */
  gboolean unwritten;    /* the row is newer than what was written last */
  gboolean note_end;     /* the next row that is written tells of a run that has ended */
};

/** @row: (transfer full) */
NamidaSchedule *namida_schedule_new (NamidaScheduleRow *row);
/** namida_schedule_take_row: @row: (transfer full): as the database has it; while a run goes on, its times stay. */
void namida_schedule_take_row (NamidaSchedule *self, NamidaScheduleRow *row);
/** namida_schedule_set_state: tells it when that, or @next_at, is new. */
void namida_schedule_set_state (NamidaSchedule *self, NamidaScheduleState state, gint64 next_at);

G_END_DECLS
