/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Provides NamidaSchedules with what it needs from the hub: which devices are nearby, the state of battery and network,
 * and the transfer of a run. Files are looked up in a worker thread; everything else happens in the main context. If a
 * run is canceled or its device goes away, files that have arrived there stay. */
#include "config.h"

#include "namida-hub-schedules.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-hub-private.h"
#include "namida-outbox-private.h"
#include "namida-newest-backup.h"
#include "namida-sleep-inhibitor.h"

#include <glib/gi18n-lib.h>

#define ASK_AGAIN (2 * 60 * G_USEC_PER_SEC) /* interval for asking a device at its last address */

/* One run. */
typedef struct
{
  NamidaScheduleRow *row;
  GListStore *files;
  char *problem;            /* (nullable): why something cannot be sent, as a sentence */
  NamidaTransfer *transfer; /* (nullable) until it is sent */
  gboolean is_users;        /* @transfer is one of the user's, with the same files */
  NamidaSleepInhibitor *awake;
  gulong cancelled;
  NamidaScheduleOutcome outcome;
  char *message;
} HubRun;

static void
schedules_run_free (HubRun *run)
{
  namida_schedule_row_free (run->row);
  g_clear_object (&run->files);
  g_clear_object (&run->transfer);
  g_clear_object (&run->awake);
  g_free (run->problem);
  g_free (run->message);
  g_free (run);
}

/* ---- what is sent ---- */

static void
schedules_run_find_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  HubRun *run = data;

  if (run->row->newest_backup)
    {
      g_autofree char *backup = namida_newest_backup_find (NULL);
      g_autoptr (GFile) file = backup != NULL ? g_file_new_for_path (backup) : NULL;

      if (file != NULL)
        g_list_store_append (run->files, file);
      else
        run->problem = g_strdup (_ ("No Namida backup was found on this device."));
    }
  for (guint i = 0; run->row->folders != NULL && run->row->folders[i] != NULL; i++)
    {
      g_autoptr (GFile) file = g_file_new_for_path (run->row->folders[i]);

      if (g_file_test (run->row->folders[i], G_FILE_TEST_IS_DIR))
        g_list_store_append (run->files, file);
      else if (run->problem == NULL)
        {
          g_autofree char *shown = g_filename_display_name (run->row->folders[i]);

          run->problem = g_strdup_printf (_ ("The music folder “%s” was not found. Connect its drive."), shown);
        }
    }
  g_task_return_boolean (task, TRUE);
}

/* ---- one run ---- */

/* @task: (transfer full) */
static void
schedules_run_end (GTask *task, NamidaScheduleOutcome outcome, const char *message)
{
  HubRun *run = g_task_get_task_data (task);

  if (run->transfer != NULL)
    g_signal_handlers_disconnect_by_data (run->transfer, task);
  if (run->cancelled != 0)
    g_signal_handler_disconnect (g_task_get_cancellable (task), run->cancelled); /* it may be running now */
  run->cancelled = 0;
  g_clear_object (&run->awake);
  run->outcome = outcome;
  run->message = g_strdup (message);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/* Errors that need an action of the user wait for the next slot. */
static NamidaScheduleOutcome
schedules_run_outcome_of_error (const GError *error)
{
  static const NamidaError refusals[] = {
    NAMIDA_ERROR_DECLINED,      NAMIDA_ERROR_PIN_REQUIRED,         NAMIDA_ERROR_PIN_WRONG,
    NAMIDA_ERROR_TOO_MANY,      NAMIDA_ERROR_IDENTITY_CHANGED,     NAMIDA_ERROR_ENCRYPTION_REQUIRED,
    NAMIDA_ERROR_NO_PERMISSION, NAMIDA_ERROR_CERTIFICATE_REQUIRED,
  };

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (g_error_matches (error, NAMIDA_ERROR, (int) refusals[i]))
      return NAMIDA_SCHEDULE_OUTCOME_REFUSED;
  return NAMIDA_SCHEDULE_OUTCOME_AGAIN;
}

static void
schedules_run_on_ended (NamidaTransfer *transfer, GTask *task)
{
  HubRun *run = g_task_get_task_data (task);
  const GError *error = namida_transfer_get_error (transfer);
  g_autofree char *words = namida_transfer_dup_state_text (transfer);

  switch (namida_transfer_get_state (transfer))
    {
    case NAMIDA_TRANSFER_DONE:
      schedules_run_end (task, run->problem == NULL ? NAMIDA_SCHEDULE_OUTCOME_DONE : NAMIDA_SCHEDULE_OUTCOME_INCOMPLETE,
                         run->problem);
      return;
    case NAMIDA_TRANSFER_INCOMPLETE:
      schedules_run_end (task, NAMIDA_SCHEDULE_OUTCOME_INCOMPLETE, words);
      return;
    case NAMIDA_TRANSFER_DECLINED:
      schedules_run_end (task, NAMIDA_SCHEDULE_OUTCOME_REFUSED, error != NULL ? error->message : words);
      return;
    case NAMIDA_TRANSFER_CANCELLED:
      /* The program ends, or the user canceled it. */
      schedules_run_end (task,
                         run->is_users || g_cancellable_is_cancelled (g_task_get_cancellable (task))
                             ? NAMIDA_SCHEDULE_OUTCOME_AGAIN
                             : NAMIDA_SCHEDULE_OUTCOME_REFUSED,
                         words);
      return;
    default:
      schedules_run_end (task, schedules_run_outcome_of_error (error), error != NULL ? error->message : words);
    }
}

/* Inhibit suspend while data moves, not while the transfer waits for a device that is away. */
static void
schedules_run_on_state (NamidaTransfer *transfer, GParamSpec *pspec, GTask *task)
{
  HubRun *run = g_task_get_task_data (task);

  switch (namida_transfer_get_state (transfer))
    {
    case NAMIDA_TRANSFER_PREPARING:
    case NAMIDA_TRANSFER_RUNNING:
    case NAMIDA_TRANSFER_FINISHING:
      if (run->awake == NULL)
        run->awake = namida_sleep_inhibitor_new (_ ("An automatic backup is being transferred"));
      return;
    default:
      g_clear_object (&run->awake);
    }
  /* The schedule does not wait for a transfer that the user paused. */
  if (run->is_users && namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_PAUSED)
    {
      g_autofree char *words = namida_transfer_dup_state_text (transfer);

      schedules_run_end (task, NAMIDA_SCHEDULE_OUTCOME_AGAIN, words);
    }
}

static void
schedules_run_on_cancelled (GCancellable *cancellable, GTask *task)
{
  HubRun *run = g_task_get_task_data (task);

  if (run->is_users)
    schedules_run_end (task, NAMIDA_SCHEDULE_OUTCOME_AGAIN, _ ("Canceled"));
  else
    namida_transfer_cancel_keeping (run->transfer);
}

/* Returns: (transfer full): a transfer of the schedule's own. The schedule itself repeats a run that a killed program
 * did not finish. */
static NamidaTransfer *
schedules_run_begin (NamidaHub *self, HubRun *run, NamidaPeer *peer)
{
  NamidaSendSource *what = namida_send_source_new_for_files (G_LIST_MODEL (run->files), NULL);
  NamidaTransfer *transfer = namida_outbox_send_what (self->outbox, peer, what, NULL);

  namida_sending_of (transfer)->by_schedule = TRUE;
  g_set_object (&namida_sending_of (transfer)->files, G_LIST_MODEL (run->files));
  if (run->row->limit > 0)
    namida_sending_set_limit (transfer, run->row->limit);
  return g_object_ref (transfer);
}

/* If the user is sending the same files to the device right now, the run only waits for the end of that. @task:
 * (transfer full) */
static void
schedules_run_send (NamidaHub *self, GTask *task, NamidaPeer *peer)
{
  HubRun *run = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  NamidaTransfer *same = namida_outbox_find_same (self->outbox, run->row->fingerprint, G_LIST_MODEL (run->files));

  run->is_users = same != NULL;
  run->transfer = same != NULL ? g_object_ref (same) : schedules_run_begin (self, run, peer);
  g_signal_connect (run->transfer, "notify::state", G_CALLBACK (schedules_run_on_state), task);
  g_signal_connect (run->transfer, "ended", G_CALLBACK (schedules_run_on_ended), task);
  schedules_run_on_state (run->transfer, NULL, task);
  if (cancellable != NULL)
    run->cancelled = g_signal_connect (cancellable, "cancelled", G_CALLBACK (schedules_run_on_cancelled), task);
  if (cancellable != NULL && g_cancellable_is_cancelled (cancellable))
    schedules_run_on_cancelled (cancellable, task);
}

static void
schedules_run_on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaHub *self = NAMIDA_HUB (source);
  GTask *task = user_data;
  HubRun *run = g_task_get_task_data (task);
  NamidaPeer *peer = self->running ? namida_peer_list_find_by_fingerprint (self->peers, run->row->fingerprint) : NULL;

  if (!self->running || g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    schedules_run_end (task, NAMIDA_SCHEDULE_OUTCOME_AGAIN, _ ("Namida Sync is being closed"));
  else if (!namida_hub_may_send_by_itself (self, run->row->fingerprint))
    schedules_run_end (task, NAMIDA_SCHEDULE_OUTCOME_REFUSED,
                       _ ("The device is not trusted any more. Pair with it, or remove this schedule."));
  else if (g_list_model_get_n_items (G_LIST_MODEL (run->files)) == 0)
    schedules_run_end (task, NAMIDA_SCHEDULE_OUTCOME_AGAIN,
                       run->problem != NULL ? run->problem : _ ("There is nothing to send. Choose what to back up."));
  else if (peer == NULL || namida_peer_get_away (peer))
    schedules_run_end (task, NAMIDA_SCHEDULE_OUTCOME_AGAIN, _ ("The device is not nearby."));
  else
    schedules_run_send (self, task, peer);
}

void
namida_hub_run_schedule_async (NamidaHub *self,
                               const NamidaScheduleRow *row,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GTask) finding = g_task_new (self, NULL, schedules_run_on_found, task);
  HubRun *run = g_new0 (HubRun, 1);

  g_task_set_source_tag (task, namida_hub_run_schedule_async);
  g_task_set_check_cancellable (task, FALSE);
  run->row = namida_schedule_row_copy (row);
  run->files = g_list_store_new (G_TYPE_FILE);
  g_task_set_task_data (task, run, (GDestroyNotify) schedules_run_free);
  g_task_set_source_tag (finding, schedules_run_find_thread);
  g_task_set_task_data (finding, run, NULL); /* owned by @task, which waits for it */
  g_task_run_in_thread (finding, schedules_run_find_thread);
}

NamidaScheduleOutcome
namida_hub_run_schedule_finish (NamidaHub *self, GAsyncResult *result, char **message, NamidaTransfer **transfer)
{
  HubRun *run = g_task_get_task_data (G_TASK (result));

  *message = g_steal_pointer (&run->message);
  if (transfer != NULL)
    *transfer = g_steal_pointer (&run->transfer);
  return run->outcome;
}

gboolean
namida_hub_may_send_by_itself (NamidaHub *self, const char *fingerprint)
{
  return self->trust != NULL && namida_trust_store_is_trusted (self->trust, fingerprint);
}

/* ---- the host ---- */

static gboolean
schedules_host_is_near (gpointer host, const char *fingerprint)
{
  NamidaHub *self = host;
  NamidaPeer *peer = namida_peer_list_find_by_fingerprint (self->peers, fingerprint);

  return peer != NULL && !namida_peer_get_away (peer);
}

/* Asks the device at its last address, in case announcements do not get through or have paused. */
static void
schedules_host_look_for (gpointer host, const char *fingerprint)
{
  NamidaHub *self = host;
  const NamidaTrusted *trusted = self->trust != NULL ? namida_trust_store_lookup (self->trust, fingerprint) : NULL;
  g_autoptr (GInetSocketAddress) address
      = trusted != NULL && trusted->last_address != NULL ? namida_address_parse (trusted->last_address) : NULL;
  gint64 now = namida_clock_monotonic ();
  gint64 *asked_at;

  if (address == NULL || !self->running)
    return;
  if (self->schedules_asked == NULL)
    self->schedules_asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  asked_at = g_hash_table_lookup (self->schedules_asked, fingerprint);
  if (asked_at != NULL && now - *asked_at < ASK_AGAIN)
    return;
  g_hash_table_insert (self->schedules_asked, g_strdup (fingerprint), g_memdup2 (&now, sizeof now));
  namida_hub_ask_host (self, address, fingerprint);
}

static gboolean
schedules_host_is_on_battery (gpointer host)
{
  NamidaHub *self = host;

  /* Run nothing until it is known whether there is mains power. UPower answers within a moment. */
  return !namida_run_conditions_is_known (self->conditions) || namida_run_conditions_get_on_battery (self->conditions);
}

static gboolean
schedules_host_is_on_metered (gpointer host)
{
  return namida_run_conditions_get_metered (((NamidaHub *) host)->conditions);
}

static void
schedules_host_run (gpointer host,
                    const NamidaScheduleRow *row,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  namida_hub_run_schedule_async (host, row, cancellable, callback, user_data);
}

static NamidaScheduleOutcome
schedules_host_run_finish (gpointer host, GAsyncResult *result, char **message)
{
  return namida_hub_run_schedule_finish (host, result, message, NULL);
}

static const char *
schedules_host_get_alias (gpointer host, const char *fingerprint)
{
  NamidaHub *self = host;
  const NamidaTrusted *trusted = self->trust != NULL ? namida_trust_store_lookup (self->trust, fingerprint) : NULL;

  return trusted != NULL ? trusted->alias : NULL;
}

static const NamidaScheduleHost hub_host = {
  .is_near = schedules_host_is_near,
  .look_for = schedules_host_look_for,
  .get_alias = schedules_host_get_alias,
  .is_on_battery = schedules_host_is_on_battery,
  .is_on_metered = schedules_host_is_on_metered,
  .run = schedules_host_run,
  .run_finish = schedules_host_run_finish,
};

static void
schedules_on_ran (NamidaHub *self, NamidaSchedule *schedule)
{
  const NamidaScheduleRow *row = namida_schedule_get_row (schedule);

  if (row->outcome == NAMIDA_SCHEDULE_OUTCOME_DONE)
    g_message ("schedule: backup to \"%s\" done", row->alias);
  else
    g_message ("schedule: backup to \"%s\" %s: %s", row->alias, namida_schedule_outcome_to_text (row->outcome),
               row->message != NULL ? row->message : "no reason given");
  namida_stale_list_refresh (self->stale);
}

static void
schedules_on_peers_changed (NamidaHub *self)
{
  namida_schedules_check (self->schedules);
}

void
namida_hub_init_schedules (NamidaHub *self)
{
  self->schedules = namida_schedules_new ();
  self->stale = namida_stale_list_new ();
  g_signal_connect_object (self->schedules, "trouble", G_CALLBACK (namida_hub_report_trouble), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->schedules, "ran", G_CALLBACK (schedules_on_ran), self, G_CONNECT_SWAPPED);
}

void
namida_hub_start_schedules (NamidaHub *self)
{
  g_autofree char *lock = g_build_filename (self->data_dir, "schedules.lock", NULL);

  if (self->send_only)
    return;
  self->conditions = namida_run_conditions_new ();
  g_signal_connect_object (self->conditions, "changed", G_CALLBACK (namida_schedules_check), self->schedules,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->peers, "items-changed", G_CALLBACK (schedules_on_peers_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (namida_hub_get_versions (self), "items-changed", G_CALLBACK (namida_stale_list_refresh),
                           self->stale, G_CONNECT_SWAPPED);
  namida_stale_list_start (self->stale, self->database, TRUE);
  namida_schedules_start (self->schedules, self->database, lock, &hub_host, self);
}

void
namida_hub_stop_schedules (NamidaHub *self)
{
  if (self->schedules != NULL)
    namida_schedules_stop (self->schedules);
  if (self->stale != NULL)
    {
      namida_stale_list_stop (self->stale);
      /* A thread that reads the versions may own them for longer. */
      g_signal_handlers_disconnect_by_data (namida_hub_get_versions (self), self->stale);
    }
  g_clear_object (&self->conditions);
  g_clear_pointer (&self->schedules_asked, g_hash_table_unref);
}

NamidaStaleList *
namida_hub_get_stale (NamidaHub *self)
{
  return self->stale;
}

NamidaSchedules *
namida_hub_get_schedules (NamidaHub *self)
{
  return self->schedules;
}
