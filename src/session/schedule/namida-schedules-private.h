/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two halves of NamidaSchedules: namida-schedules.c (the list and the database) and namida-schedules-run.c (which
 * schedules are due, and their runs). Main context. */
#pragma once

#include "namida-schedule-private.h"
#include "namida-schedules.h"

G_BEGIN_DECLS

struct _NamidaSchedules
{
  GObject parent_instance;

  GListStore *items;
  NamidaDatabase *database; /* (nullable) until it is started */
  char *lock;               /* (nullable): path of the lock file */
  const NamidaScheduleHost *host;
  gpointer host_data;
  GTimeZone *zone;           /* (nullable): the local time zone */
  GCancellable *cancellable; /* for reading the database */
  guint timer;
  guint check_idle;
  guint n_busy; /* number of active reads, writes and runs */
  gboolean loading, load_again;
  gint64 read_at; /* monotonic µs */
};

/**
 * namida_schedules_note: writes the results of the runs of @schedule in a worker, one write at a time. @ended: a run
 * has just ended
 */
void namida_schedules_note (NamidaSchedules *self, NamidaSchedule *schedule, gboolean ended);
/** namida_schedules_is_due_to_read: Returns: whether the last read of the database is long ago. */
gboolean namida_schedules_is_due_to_read (NamidaSchedules *self);

G_END_DECLS
