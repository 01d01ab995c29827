/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which schedules are due, and their runs: the second half of NamidaSchedules. The clock is checked about once a
 * minute instead of setting a timer for the due time, because a timer stands still while the device sleeps and does
 * not notice that the clock was set. A slot counts as served when its run has ended, so that a run that was killed is
 * repeated. Main context. */
#include "config.h"

#include "namida-schedules-private.h"

#include "namida-clock.h"
#include "namida-lock-file.h"

#include <unistd.h>

#define LOOK_SECONDS 60

/* Delays after the first failed attempt, the second one, and so on. */
static const guint retry_minutes[] = { 1, 5, 15, 30, 60 };

typedef struct
{
  NamidaSchedules *list;
  NamidaSchedule *schedule;
} Run;

static void
run_free (Run *run)
{
  g_object_unref (run->schedule);
  g_object_unref (run->list);
  g_free (run);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Run, run_free)

static gboolean
schedules_on_check_idle (gpointer user_data)
{
  NamidaSchedules *self = user_data;

  self->check_idle = 0;
  namida_schedules_check (self);
  return G_SOURCE_REMOVE;
}

static void
schedules_plan_retry (NamidaScheduleRow *row, gint64 now)
{
  guint minutes = retry_minutes[MIN (row->tries, G_N_ELEMENTS (retry_minutes) - 1)];

  row->tries++;
  row->retry_at = now + (gint64) minutes * 60 * G_USEC_PER_SEC;
}

static void
schedules_on_ran (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Run) run = user_data;
  NamidaSchedules *self = run->list;
  NamidaSchedule *schedule = run->schedule;
  NamidaScheduleRow *row = schedule->row;
  gboolean stopped = self->host == NULL;

  self->n_busy--;
  g_clear_pointer (&row->message, g_free);
  if (!stopped)
    {
      row->outcome = self->host->run_finish (self->host_data, result, &row->message);
      row->ended_at = namida_clock_real ();
      if (row->outcome == NAMIDA_SCHEDULE_OUTCOME_AGAIN)
        schedules_plan_retry (row, row->ended_at);
      else
        {
          row->slot_at = schedule->slot;
          row->tries = 0;
          row->retry_at = 0;
          row->asked = FALSE;
        }
      if (row->outcome == NAMIDA_SCHEDULE_OUTCOME_DONE)
        row->done_at = row->ended_at;
      namida_schedules_note (self, schedule, TRUE);
    }
  g_clear_object (&schedule->running);
  if (schedule->lock >= 0)
    close (schedule->lock);
  schedule->lock = -1;
  namida_schedule_set_state (schedule, NAMIDA_SCHEDULE_IDLE, 0);
  if (stopped)
    return;
  g_signal_emit_by_name (self, "ran", schedule);
  if (self->check_idle == 0)
    self->check_idle = g_idle_add (schedules_on_check_idle, self);
}

/* Ends a run that could not begin, because of a fault of this device. */
static void
schedules_fail_run (NamidaSchedules *self, NamidaSchedule *schedule, const GError *error)
{
  NamidaScheduleRow *row = schedule->row;

  row->started_at = row->ended_at = namida_clock_real ();
  row->outcome = NAMIDA_SCHEDULE_OUTCOME_AGAIN;
  g_free (row->message);
  row->message = g_strdup (error->message);
  schedules_plan_retry (row, row->ended_at);
  namida_schedules_note (self, schedule, TRUE);
  namida_schedule_set_state (schedule, NAMIDA_SCHEDULE_WAITS_TO_RETRY, row->retry_at);
  g_signal_emit_by_name (self, "trouble", error->message);
}

static void
schedules_start_run (NamidaSchedules *self, NamidaSchedule *schedule, gint64 slot)
{
  g_autoptr (GError) error = NULL;
  const char *alias
      = self->host->get_alias != NULL ? self->host->get_alias (self->host_data, schedule->row->fingerprint) : NULL;
  Run *run;

  if (alias != NULL && !g_str_equal (alias, schedule->row->alias))
    {
      g_free (schedule->row->alias);
      schedule->row->alias = g_strdup (alias);
    }
  if (self->lock != NULL)
    {
      schedule->lock = namida_lock_file_take (self->lock, schedule->row->id, &error);
      if (error != NULL)
        {
          schedules_fail_run (self, schedule, error);
          return;
        }
      if (schedule->lock < 0)
        {
          namida_schedule_set_state (schedule, NAMIDA_SCHEDULE_RUNNING, 0); /* by another program */
          return;
        }
    }
  schedule->slot = slot;
  schedule->running = g_cancellable_new ();
  schedule->row->started_at = namida_clock_real ();
  namida_schedules_note (self, schedule, FALSE);
  namida_schedule_set_state (schedule, NAMIDA_SCHEDULE_RUNNING, 0);
  run = g_new0 (Run, 1);
  run->list = g_object_ref (self);
  run->schedule = g_object_ref (schedule);
  self->n_busy++;
  self->host->run (self->host_data, schedule->row, schedule->running, schedules_on_ran, run);
}

static gboolean
schedules_is_device_taken (NamidaSchedules *self, NamidaSchedule *schedule)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->items)); i++)
    {
      g_autoptr (NamidaSchedule) other = g_list_model_get_item (G_LIST_MODEL (self->items), i);

      if (other->running != NULL && g_strcmp0 (other->row->fingerprint, schedule->row->fingerprint) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Whether to wait for a retry. Setting the clock back does not make the wait longer. */
static gboolean
schedules_waits_to_retry (const NamidaScheduleRow *row, gint64 now)
{
  gint64 longest = (gint64) retry_minutes[G_N_ELEMENTS (retry_minutes) - 1] * 60 * G_USEC_PER_SEC;

  return row->retry_at > now && row->retry_at - now <= longest;
}

/* Returns what keeps a due run from starting; RUNNING if nothing does. */
static NamidaScheduleState
schedules_obstacle (NamidaSchedules *self, NamidaSchedule *schedule, gint64 now)
{
  const NamidaScheduleRow *row = schedule->row;

  if (!row->asked && !row->on_battery && self->host->is_on_battery (self->host_data))
    return NAMIDA_SCHEDULE_WAITS_FOR_POWER;
  if (!row->asked && !row->on_metered && self->host->is_on_metered (self->host_data))
    return NAMIDA_SCHEDULE_WAITS_FOR_NETWORK;
  if (schedules_waits_to_retry (row, now))
    return NAMIDA_SCHEDULE_WAITS_TO_RETRY;
  if (!self->host->is_near (self->host_data, row->fingerprint))
    return NAMIDA_SCHEDULE_WAITS_FOR_DEVICE;
  if (schedules_is_device_taken (self, schedule))
    return NAMIDA_SCHEDULE_WAITS_FOR_TURN;
  return NAMIDA_SCHEDULE_RUNNING;
}

static void
schedules_check_one (NamidaSchedules *self, NamidaSchedule *schedule, gint64 now)
{
  NamidaScheduleRow *row = schedule->row;
  gint64 slot = row->slot_at;
  NamidaScheduleState obstacle;
  gboolean due;

  if (schedule->running != NULL)
    return;
  if (schedule->unwritten && !schedule->writing)
    namida_schedules_note (self, schedule, FALSE);
  due = row->enabled && namida_schedule_rule_is_due (&row->rule, &slot, now, self->zone);
  if (row->enabled && !due && slot != row->slot_at)
    {
      row->slot_at = slot;
      namida_schedules_note (self, schedule, FALSE);
    }
  if (row->asked && !due)
    slot = MAX (row->slot_at, namida_schedule_rule_latest (&row->rule, now, self->zone));
  if (!due && !row->asked)
    {
      namida_schedule_set_state (schedule, row->enabled ? NAMIDA_SCHEDULE_IDLE : NAMIDA_SCHEDULE_OFF,
                                 row->enabled ? namida_schedule_rule_next (&row->rule, row->slot_at, now, self->zone)
                                              : 0);
      return;
    }
  obstacle = self->host != NULL ? schedules_obstacle (self, schedule, now) : NAMIDA_SCHEDULE_IDLE;
  if (obstacle == NAMIDA_SCHEDULE_RUNNING)
    {
      schedules_start_run (self, schedule, slot);
      return;
    }
  namida_schedule_set_state (schedule, obstacle, obstacle == NAMIDA_SCHEDULE_WAITS_TO_RETRY ? row->retry_at : now);
  if (obstacle == NAMIDA_SCHEDULE_WAITS_FOR_DEVICE && self->host->look_for != NULL)
    self->host->look_for (self->host_data, row->fingerprint);
}

static gboolean
schedules_on_time (gpointer user_data)
{
  NamidaSchedules *self = user_data;

  self->timer = 0;
  if (namida_schedules_is_due_to_read (self))
    namida_schedules_reload (self); /* this also checks */
  else
    namida_schedules_check (self);
  return G_SOURCE_REMOVE;
}

/* Returns the seconds until a schedule may be due. */
static guint
schedules_seconds_left (NamidaSchedules *self, gint64 now)
{
  guint seconds = LOOK_SECONDS;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->items)); i++)
    {
      g_autoptr (NamidaSchedule) schedule = g_list_model_get_item (G_LIST_MODEL (self->items), i);
      gint64 left = schedule->next_at - now;

      if ((schedule->state == NAMIDA_SCHEDULE_IDLE || schedule->state == NAMIDA_SCHEDULE_WAITS_TO_RETRY) && left > 0)
        seconds = MIN (seconds, (guint) MIN (left / G_USEC_PER_SEC + 1, LOOK_SECONDS));
    }
  return MAX (seconds, 1);
}

void
namida_schedules_check (NamidaSchedules *self)
{
  gint64 now = namida_clock_real ();
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->items));

  g_return_if_fail (NAMIDA_IS_SCHEDULES (self));

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (NamidaSchedule) schedule = g_list_model_get_item (G_LIST_MODEL (self->items), i);

      schedules_check_one (self, schedule, now);
    }
  g_clear_handle_id (&self->timer, g_source_remove);
  /* Without schedules there is nothing to check. If another program adds one, it writes to the database, which the
   * hub notices. */
  if (self->host != NULL && n_items > 0)
    self->timer = g_timeout_add_seconds (schedules_seconds_left (self, now), schedules_on_time, self);
}
