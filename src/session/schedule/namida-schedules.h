/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NamidaSchedules makes automatic backups for the hub: a list of NamidaSchedule, the clock that determines which one
 * is due, and the runs. It accesses devices, power and transfers only through a NamidaScheduleHost, so that a whole
 * year can be tested without a network. Main context; the database is read and written in worker threads. */
#pragma once

#include "namida-database.h"
#include "namida-schedule.h"

G_BEGIN_DECLS

/**
 * NamidaScheduleHost: what the schedules need from the program around them. Each function is called in the main
 * context and gets the host's data first.
 */
typedef struct
{
  /* Returns whether the device with this key is nearby. */
  gboolean (*is_near) (gpointer host, const char *fingerprint);
  /* (nullable): looks for the device with this key where it was last seen, because a run waits for it. Called about
   * once a minute. */
  void (*look_for) (gpointer host, const char *fingerprint);
  /* (nullable): returns the current name of the device with this key; (transfer none) (nullable). */
  const char *(*get_alias) (gpointer host, const char *fingerprint);
  gboolean (*is_on_battery) (gpointer host);
  gboolean (*is_on_metered) (gpointer host);
  /* Sends what @row specifies. After a cancel, files that have arrived on the other device stay there. */
  void (*run) (gpointer host,
               const NamidaScheduleRow *row,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data);
  /* @message: (out) (transfer full) (nullable): the reason, as a sentence */
  NamidaScheduleOutcome (*run_finish) (gpointer host, GAsyncResult *result, char **message);
} NamidaScheduleHost;

#define NAMIDA_TYPE_SCHEDULES (namida_schedules_get_type ())
/**
 * NamidaSchedules: a GListModel of NamidaSchedule ordered by id; an item keeps its object when the list is reloaded.
 * Signal "trouble" (const char *sentence): the database could not be used. Signal "ran" (NamidaSchedule *): a run has
 * ended.
 */
G_DECLARE_FINAL_TYPE (NamidaSchedules, namida_schedules, NAMIDA, SCHEDULES, GObject)

/** namida_schedules_new: Returns: (transfer full): an empty list; see namida_schedules_start(). */
NamidaSchedules *namida_schedules_new (void);
/**
 * namida_schedules_start:
 * @self: the list
 * @database: where schedules are stored
 * @lock: (nullable): the path of a file that keeps two programs from running the same schedule at once
 * @host: (nullable): what runs them; %NULL: they are only listed and changed
 * @host_data: (nullable): for the functions of @host
 *
 * Reads the schedules and from then on runs those that are due.
 */
void namida_schedules_start (NamidaSchedules *self,
                             NamidaDatabase *database,
                             const char *lock,
                             const NamidaScheduleHost *host,
                             gpointer host_data);
/** namida_schedules_stop: cancels the runs, which are repeated after the next start, and forgets the host. */
void namida_schedules_stop (NamidaSchedules *self);
/** namida_schedules_set_zone: @zone: (nullable): the time zone for times of day; %NULL: the local one */
void namida_schedules_set_zone (NamidaSchedules *self, GTimeZone *zone);
/** namida_schedules_reload: reads the database again, then checks which schedules are due. */
void namida_schedules_reload (NamidaSchedules *self);
/**
 * namida_schedules_check: checks which schedules are due. The host calls it when a device has appeared, or power or
 * network have changed.
 */
void namida_schedules_check (NamidaSchedules *self);
/**
 * namida_schedules_database_changed: handles a write to the database, perhaps by another program: reads it again
 * unless that was done a moment ago.
 */
void namida_schedules_database_changed (NamidaSchedules *self);
/** namida_schedules_is_idle: Returns: whether nothing is being run, read or written. */
gboolean namida_schedules_is_idle (NamidaSchedules *self);

/** namida_schedules_find_for_device: Returns: (transfer none) (nullable): the first one to this device. */
NamidaSchedule *namida_schedules_find_for_device (NamidaSchedules *self, const char *fingerprint);

/**
 * namida_schedules_save_async:
 * @self: the list
 * @row: what the user chose; id 0 creates a new schedule
 *
 * After a change of the time, the next slot of the new time is the first one.
 */
void namida_schedules_save_async (NamidaSchedules *self,
                                  const NamidaScheduleRow *row,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** namida_schedules_save_finish: Returns: the id of the schedule; 0 with @error */
gint64 namida_schedules_save_finish (NamidaSchedules *self, GAsyncResult *result, GError **error);
/**
 * namida_schedules_remove_async: removes the schedule. An active run ends; files that have arrived on the other
 * device stay there.
 */
void namida_schedules_remove_async (
    NamidaSchedules *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/** namida_schedules_remove_finish: Returns: %FALSE with NOT_FOUND or STORAGE. */
gboolean namida_schedules_remove_finish (NamidaSchedules *self, GAsyncResult *result, GError **error);
/**
 * namida_schedules_run_now_async: requests a run regardless of time, battery and network; if the device is away, it
 * runs as soon as the device is back. Finishes when the request is stored, not when the run has ended.
 */
void namida_schedules_run_now_async (
    NamidaSchedules *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/** namida_schedules_run_now_finish: Returns: %FALSE with NOT_FOUND or STORAGE. */
gboolean namida_schedules_run_now_finish (NamidaSchedules *self, GAsyncResult *result, GError **error);

G_END_DECLS
