/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “schedule run”: runs one schedule now, or all that are due, in this process, for cron and for testing a schedule. A
 * schedule that another program is running is skipped. Main thread. */
#include "config.h"

#include "namida-cli-schedule.h"

#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-cli-progress.h"
#include "namida-clock.h"
#include "namida-hub-schedules.h"
#include "namida-lock-file.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

typedef struct
{
  NamidaCli *cli;
  NamidaHub *hub;
  NamidaDatabase *database;
} Runner;

static void
run_on_ended (NamidaTransfer *transfer, gpointer user_data)
{
}

static void
run_on_transfers_changed (Runner *self, guint position, guint removed, guint added, GListModel *transfers)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (transfers, i);

      namida_cli_progress_watch (self->cli, transfer, run_on_ended, self);
    }
}

static int
run_fail (Runner *self, NamidaError code, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (NAMIDA_ERROR, (int) code, message);

  return namida_cli_fail (self->cli, error);
}

static void
run_note (Runner *self, NamidaScheduleRow *row, NamidaScheduleOutcome outcome, char *message, gint64 started)
{
  g_autoptr (GError) error = NULL;

  row->started_at = started;
  row->ended_at = namida_clock_real ();
  row->outcome = outcome;
  g_free (row->message);
  row->message = message;
  if (outcome != NAMIDA_SCHEDULE_OUTCOME_AGAIN)
    {
      row->slot_at = MAX (row->slot_at, namida_schedule_rule_latest (&row->rule, started, NULL));
      row->tries = 0;
      row->retry_at = 0;
    }
  if (outcome == NAMIDA_SCHEDULE_OUTCOME_DONE)
    row->done_at = row->ended_at;
  if (!namida_schedule_row_note (self->database, row, TRUE, &error))
    namida_cli_complain ("%s", error->message);
}

static int
run_exit_code (Runner *self, NamidaScheduleRow *row, NamidaTransfer *transfer)
{
  if (row->outcome == NAMIDA_SCHEDULE_OUTCOME_DONE)
    return NAMIDA_CLI_EXIT_DONE;
  if (transfer == NULL)
    return run_fail (self, NAMIDA_ERROR_STORAGE, row->message);
  if (namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_DONE)
    {
      namida_cli_complain ("%s", row->message);
      return NAMIDA_CLI_EXIT_INCOMPLETE;
    }
  return (int) namida_cli_exit_from_transfer (transfer);
}

/* Runs a schedule whose device is nearby and that no other program runs. */
static int
run_now (Runner *self, NamidaScheduleRow *row)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (NamidaTransfer) transfer = NULL;
  gint64 started = namida_clock_real ();
  char *message = NULL;
  NamidaScheduleOutcome outcome;

  namida_hub_run_schedule_async (self->hub, row, self->cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  outcome = namida_hub_run_schedule_finish (self->hub, result, &message, &transfer);
  run_note (self, row, outcome, message, started);
  return run_exit_code (self, row, transfer);
}

static int
run_one (Runner *self, NamidaScheduleRow *row)
{
  g_autofree char *data_dir = namida_cli_dup_data_dir (self->cli);
  g_autofree char *path = g_build_filename (data_dir, "schedules.lock", NULL);
  g_autoptr (NamidaPeer) peer = NULL;
  g_autoptr (GError) error = NULL;
  int lock = namida_lock_file_take (path, row->id, &error);
  int code;

  if (lock < 0 && error != NULL)
    return namida_cli_fail (self->cli, error);
  if (lock < 0)
    return run_fail (self, NAMIDA_ERROR_BUSY, _ ("This schedule is being run by another program right now."));
  if (!namida_hub_may_send_by_itself (self->hub, row->fingerprint))
    code = run_fail (self, NAMIDA_ERROR_DECLINED,
                     _ ("The device is not trusted any more. Pair with it, or remove this schedule."));
  else if ((peer = namida_cli_resolve (self->cli, self->hub, row->fingerprint, &error)) == NULL)
    code = namida_cli_fail (self->cli, error);
  else
    code = run_now (self, row);
  close (lock);
  return code;
}

static int
run_rows (Runner *self, GPtrArray *rows, gint64 id)
{
  int code = NAMIDA_CLI_EXIT_DONE;
  guint n = 0;

  for (guint i = 0; i < rows->len && !g_cancellable_is_cancelled (self->cli->cancellable); i++)
    {
      NamidaScheduleRow *row = rows->pdata[i];
      gint64 slot = row->slot_at;
      gboolean due = row->enabled && namida_schedule_rule_is_due (&row->rule, &slot, namida_clock_real (), NULL);
      int one;

      if (id != 0 ? row->id != id : !due && !row->asked)
        continue;
      n++;
      one = run_one (self, row);
      code = one != NAMIDA_CLI_EXIT_DONE ? one : code;
    }
  if (n == 0 && id != 0)
    return run_fail (self, NAMIDA_ERROR_NOT_FOUND,
                     _ ("There is no such schedule. “schedule list” shows all schedules."));
  if (n == 0)
    namida_cli_say (self->cli, _ ("No schedule is due."));
  return code;
}

int
namida_cli_schedule_run (NamidaCli *cli, gint64 id)
{
  NamidaHubOptions options = { .send_only = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) database = namida_cli_open_database (cli, &error);
  g_autoptr (GPtrArray) rows = database != NULL ? namida_schedule_rows_list (database, &error) : NULL;
  g_autoptr (NamidaHub) hub = NULL;
  Runner self = { .cli = cli, .database = database };
  int code;

  if (rows == NULL)
    return namida_cli_fail (cli, error);
  hub = namida_cli_start_hub (cli, &options, &error);
  if (hub == NULL)
    return namida_cli_fail (cli, error);
  self.hub = hub;
  g_signal_connect_swapped (namida_hub_get_transfers (hub), "items-changed", G_CALLBACK (run_on_transfers_changed),
                            &self);
  code = run_rows (&self, rows, id);
  namida_cli_stop_hub (hub);
  g_signal_handlers_disconnect_by_data (namida_hub_get_transfers (hub), &self);
  return code;
}
