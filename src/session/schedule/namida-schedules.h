/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NamidaSchedules: the room of the hub that makes automatic backups: a list of NamidaSchedule, the clock that looks
 * which one is due, and the runs. It knows devices, power and transfers only through a NamidaScheduleHost, so that a
 * year of it can be tested without a network. Main context; the database is read and written in worker threads. */
#pragma once

#include "namida-database.h"
#include "namida-schedule.h"

G_BEGIN_DECLS

/** NamidaScheduleHost: what the schedules ask of the program around them. Each function is called in the main context
 * and gets the host's data first. */
typedef struct
{
  /* Whether the device of this key is nearby. */
  gboolean (*is_near) (gpointer host, const char *fingerprint);
  /* (nullable): a run waits for the device of this key: look for it where it was last. Called about once a minute. */
  void (*look_for) (gpointer host, const char *fingerprint);
  /* (nullable): what the device of this key is called now; (transfer none) (nullable). */
  const char *(*get_alias) (gpointer host, const char *fingerprint);
  gboolean (*is_on_battery) (gpointer host);
  gboolean (*is_on_metered) (gpointer host);
  /* Sends what @row says. A cancelled run keeps what has arrived on the other device. */
  void (*run) (gpointer host,
               const NamidaScheduleRow *row,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data);
  /* @message: (out) (transfer full) (nullable): why, a sentence. */
  NamidaScheduleOutcome (*run_finish) (gpointer host, GAsyncResult *result, char **message);
} NamidaScheduleHost;

#define NAMIDA_TYPE_SCHEDULES (namida_schedules_get_type ())
/** NamidaSchedules: a GListModel of NamidaSchedule by id; an item keeps its object over reloads. Signal "trouble"
 * (const char *sentence): the database could not be used. Signal "ran" (NamidaSchedule *): a run has ended. */
G_DECLARE_FINAL_TYPE (NamidaSchedules, namida_schedules, NAMIDA, SCHEDULES, GObject)

NamidaSchedules *namida_schedules_new (void);
/**
 * namida_schedules_start:
 * @self: the list
 * @database: where schedules are kept
 * @lock: (nullable): the path of a file that keeps two programs from running one schedule at once
 * @host: (nullable): what runs them; %NULL: they are only listed and changed
 * @host_data: (nullable): for the functions of @host
 *
 * Reads the schedules and runs those that are due, now and from now on.
 */
void namida_schedules_start (NamidaSchedules *self,
                             NamidaDatabase *database,
                             const char *lock,
                             const NamidaScheduleHost *host,
                             gpointer host_data);
/** namida_schedules_stop: ends the runs, which their next start makes up for, and forgets the host. */
void namida_schedules_stop (NamidaSchedules *self);
/** namida_schedules_set_zone: @zone: (nullable): the time zone of times of day; %NULL: the local one. */
void namida_schedules_set_zone (NamidaSchedules *self, GTimeZone *zone);
/** namida_schedules_reload: reads the database again and then looks what is due. */
void namida_schedules_reload (NamidaSchedules *self);
/** namida_schedules_check: looks now what is due: the host calls it when a device came, or power or network changed. */
void namida_schedules_check (NamidaSchedules *self);
/** namida_schedules_database_changed: somebody wrote to the database, perhaps another program: reads it again, unless
 * that was done a moment ago. */
void namida_schedules_database_changed (NamidaSchedules *self);
/** namida_schedules_is_idle: whether nothing runs, is read or is written at the moment. */
gboolean namida_schedules_is_idle (NamidaSchedules *self);

/** namida_schedules_find_for_device: Returns: (transfer none) (nullable): the first one to this device. */
NamidaSchedule *namida_schedules_find_for_device (NamidaSchedules *self, const char *fingerprint);

/**
 * namida_schedules_save_async:
 * @self: the list
 * @row: what a person chose; with the id 0 a new schedule
 *
 * A change of the time begins with the next slot of the new time.
 */
void namida_schedules_save_async (NamidaSchedules *self,
                                  const NamidaScheduleRow *row,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** Returns: the id of the schedule; 0 with @error */
gint64 namida_schedules_save_finish (NamidaSchedules *self, GAsyncResult *result, GError **error);
/** namida_schedules_remove_async: its run, if one goes on, ends; what has arrived stays on the other device. */
void namida_schedules_remove_async (
    NamidaSchedules *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean namida_schedules_remove_finish (NamidaSchedules *self, GAsyncResult *result, GError **error);
/** namida_schedules_run_now_async: a run whatever the time, the battery and the network; when the device is away, as
 * soon as it is back. Finishes when that is noted, not when it has run. */
void namida_schedules_run_now_async (
    NamidaSchedules *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean namida_schedules_run_now_finish (NamidaSchedules *self, GAsyncResult *result, GError **error);

/** namida_schedule_lock_take: @path: the file; @id: of a schedule. Ends with the program, however that ends. Returns: a
 * descriptor to close; -1: another run holds it, or the file cannot be made (@error is set then). Any thread. */
int namida_schedule_lock_take (const char *path, gint64 id, GError **error);

G_END_DECLS
