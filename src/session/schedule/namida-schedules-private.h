/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two halves of NamidaSchedules: namida-schedules.c (the list and the database) and namida-schedules-run.c (what is
 * due, and its run). Main context. */
#pragma once

#include "namida-schedule-private.h"
#include "namida-schedules.h"

G_BEGIN_DECLS

struct _NamidaSchedules
{
  GObject parent_instance;

  GListStore *items;
  NamidaDatabase *database; /* (nullable) before it is started */
  char *lock;               /* (nullable) */
  const NamidaScheduleHost *host;
  gpointer host_data;
  GTimeZone *zone;           /* (nullable): the local one */
  GCancellable *cancellable; /* of reading */
  guint timer;
  guint check_idle;
  guint n_busy; /* reads, writes and runs that go on */
  gboolean loading, load_again;
  gint64 read_at; /* monotonic */
};

/** namida_schedules_note: writes how the runs of @schedule went, in a worker, one after the other. @ended: a run has
 * just ended. */
void namida_schedules_note (NamidaSchedules *self, NamidaSchedule *schedule, gboolean ended);
/** namida_schedules_is_due_to_read: whether it is long ago that the database was read. */
gboolean namida_schedules_is_due_to_read (NamidaSchedules *self);

G_END_DECLS
