/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the row of an outgoing transfer to the history, with what the next run of the program needs to resume it,
 * and resumes the transfers of the last run. namida-hub-send.c and namida-hub-wait.c call it. Main context; rows are
 * written in worker threads. */
#include "config.h"

#include "namida-hub-send-private.h"
#include "namida-clock.h"
#include "namida-transfer-end.h"

/* Used in place of a URI: nobody on the other device has accepted the transfer yet. */
#define NOT_ACCEPTED "#not-accepted"

typedef struct
{
  NamidaJournalSession *row;
  /* (nullable): the backup that the key of the row is computed from in a worker, because a library of 100,000 files
   * takes time. */
  NamidaBackup *backup;
} Writing;

static void
writing_free (Writing *writing)
{
  namida_journal_session_free (writing->row);
  g_clear_object (&writing->backup);
  g_free (writing);
}

static void
journal_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaHub *self = source;
  Writing *writing = data;
  g_autoptr (GError) error = NULL;

  writing->row->offer_key = writing->backup != NULL ? namida_backup_dup_key (writing->backup) : g_strdup ("");
  if (!namida_journal_write_send (self->database, writing->row, &error))
    g_warning ("The history could not be written: %s", error->message);
  g_task_return_boolean (task, TRUE);
}

static void
journal_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaHub *self = NAMIDA_HUB (source);
  g_autoptr (NamidaTransfer) transfer = user_data;
  NamidaSending *sending = namida_sending_of (transfer);

  sending->writing = FALSE;
  if (sending->write_again)
    namida_sending_write (self, transfer);
  else if (sending->last)
    namida_hub_sending_over (self);
}

static const char *
journal_state (NamidaTransferState state)
{
  switch (state)
    {
    case NAMIDA_TRANSFER_RUNNING:
    case NAMIDA_TRANSFER_FINISHING:
      return "open";
    case NAMIDA_TRANSFER_INTERRUPTED:
    case NAMIDA_TRANSFER_PAUSED:
      return "parked";
    case NAMIDA_TRANSFER_DONE:
      return "finished";
    case NAMIDA_TRANSFER_INCOMPLETE:
      return "incomplete";
    case NAMIDA_TRANSFER_DECLINED:
      return "declined";
    case NAMIDA_TRANSFER_CANCELLED:
      return "cancelled";
    default:
      return "failed";
    }
}

/* Returns what is needed to resume the transfer after the end of the program: only for a program that waits for days,
 * not for a command that the user can repeat. One URI per line, because a URI contains no line breaks. */
static char *
dup_wish (NamidaHub *self, NamidaSending *sending)
{
  g_autoptr (GString) wish = g_string_new (NULL);

  if (self->send_only || self->patience_seconds == 0 || (!sending->accepted && !self->wait_for_device)
      || sending->fingerprint == NULL || sending->files == NULL || sending->by_schedule)
    return NULL;
  if (!sending->accepted)
    g_string_append (wish, NOT_ACCEPTED "\n");
  for (guint i = 0; i < g_list_model_get_n_items (sending->files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (sending->files, i);
      g_autofree char *uri = g_file_get_uri (file);

      g_string_append_printf (wish, "%s\n", uri);
    }
  return g_string_free (g_steal_pointer (&wish), FALSE);
}

/* Writes the current state to the row. One write at a time, so that an older state cannot be written last. */
void
namida_sending_write (NamidaHub *self, NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);
  g_autoptr (GTask) task = NULL;
  Writing *writing;
  NamidaJournalSession *row;
  const GError *error = namida_transfer_get_error (transfer);
  NamidaFileCounts counts = namida_transfer_count_files (transfer);
  gboolean stays = sending->closing && namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_CANCELLED;

  sending->last = namida_transfer_is_final (transfer);
  sending->write_again = sending->writing;
  if (sending->writing)
    return;
  sending->writing = TRUE;
  task = g_task_new (self, NULL, journal_written, g_object_ref (transfer));
  g_task_set_source_tag (task, namida_sending_write);
  writing = g_new0 (Writing, 1);
  row = writing->row = g_new0 (NamidaJournalSession, 1);
  if (sending->history_id == NULL)
    sending->history_id = sending->next_id != NULL ? g_strdup (sending->next_id) : g_uuid_string_random ();
  row->id = g_strdup (sending->history_id);
  row->direction = g_strdup ("send");
  row->fingerprint = g_strdup (namida_transfer_get_peer_fingerprint (transfer));
  row->alias = g_strdup (namida_transfer_get_peer_alias (transfer));
  row->title = g_strdup (namida_transfer_get_title (transfer));
  g_set_object (&writing->backup, namida_transfer_get_backup (transfer));
  row->state = g_strdup (stays ? "parked" : journal_state (namida_transfer_get_state (transfer)));
  if (stays || !namida_transfer_is_final (transfer))
    row->wish = dup_wish (self, sending);
  row->paused = stays ? sending->stays_paused : namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_PAUSED;
  row->started_at = namida_transfer_get_started_at (transfer);
  row->updated_at
      = namida_transfer_is_final (transfer) ? namida_transfer_get_ended_at (transfer) : namida_clock_real ();
  row->total_bytes = namida_transfer_get_total_bytes (transfer);
  row->total_files = namida_transfer_get_total_files (transfer);
  row->stored_files = counts.stored;
  row->kept_files = counts.kept;
  row->left_out = namida_transfer_count_missed (transfer);
  row->unproven = namida_transfer_get_why_unproven (transfer);
  row->healed_files = namida_transfer_get_healed (transfer, &row->healed_versions);
  row->skipped = namida_transfer_count_skipped (transfer);
  row->can_resume = namida_transfer_can_resume (transfer);
  row->advice = g_strdup (namida_transfer_get_advice (transfer));
  row->failed_files = namida_transfer_is_final (transfer) && !stays ? counts.failed : 0;
  row->error = error != NULL && !stays ? g_strdup (error->message) : NULL;
  g_task_set_task_data (task, writing, (GDestroyNotify) writing_free);
  g_task_run_in_thread (task, journal_thread);
}

/* ---- transfers that an earlier run of the program did not finish ---- */

static void
take_up (NamidaHub *self, const NamidaJournalSession *row)
{
  g_auto (GStrv) lines = g_strsplit (row->wish, "\n", -1);
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  NamidaTransfer *transfer;
  NamidaSending *sending;

  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0' && !g_str_equal (lines[i], NOT_ACCEPTED))
      {
        g_autoptr (GFile) file = g_file_new_for_uri (lines[i]);

        g_list_store_append (files, file);
      }
  transfer = namida_sending_begin (self, NULL, row->alias, row->fingerprint, TRUE,
                                   namida_send_source_new_for_files (G_LIST_MODEL (files), NULL));
  sending = namida_sending_of (transfer);
  sending->history_id = g_strdup (row->id);
  sending->accepted = !g_str_has_prefix (row->wish, NOT_ACCEPTED "\n");
  sending->files = G_LIST_MODEL (g_steal_pointer (&files));
  /* Wait no longer than if the program had been running all the time. */
  sending->away_since = namida_clock_monotonic () - MAX (namida_clock_real () - row->updated_at, 0);
  namida_transfer_set_summary (transfer, row->title, row->total_bytes, row->total_files);
  namida_transfer_set_pausable (transfer, TRUE);
  if (row->paused)
    {
      namida_transfer_set_paused (transfer);
      namida_sending_stay_paused (self, transfer);
      return;
    }
  namida_transfer_set_state (transfer, NAMIDA_TRANSFER_INTERRUPTED);
  namida_sending_try (self, transfer);
}

void
namida_hub_take_up_sendings (NamidaHub *self)
{
  if (!self->send_only && self->patience_seconds != 0)
    namida_hub_take_up (self, namida_journal_list_wishes, take_up);
}
