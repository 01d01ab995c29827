/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the row of an outgoing transfer to the history, with what the next run of the program needs to resume it.
 * The other files of this folder call it whenever the transfer changes. Main context; rows are written in worker
 * threads. */
#include "config.h"

#include "namida-outbox-private.h"
#include "namida-clock.h"
#include "namida-report-interval.h"
#include "namida-transfer-end.h"

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
writing_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaOutbox *self = source;
  Writing *writing = data;
  GError *error = NULL;

  writing->row->offer_key = writing->backup != NULL ? namida_backup_dup_key (writing->backup) : g_strdup ("");
  if (namida_journal_write_send (self->database, writing->row, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
namida_outbox_note_over (NamidaOutbox *self)
{
  g_return_if_fail (self->n_open > 0);

  self->n_open--;
  if (self->n_open == 0)
    g_signal_emit_by_name (self, "settled");
}

static void
writing_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaOutbox *self = NAMIDA_OUTBOX (source);
  g_autoptr (NamidaTransfer) transfer = user_data;
  NamidaSending *sending = namida_sending_of (transfer);

  sending->writing = FALSE;
  sending->written = namida_report_history (source, result, &self->reported_at);
  if (sending->write_again)
    {
      namida_sending_write (self, transfer);
      return;
    }
  if (!sending->last)
    return;
  namida_sending_unclaim (sending);
  namida_outbox_note_over (self);
}

static const char *
writing_get_state_name (NamidaTransferState state)
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
writing_dup_request (NamidaOutbox *self, NamidaSending *sending)
{
  g_autoptr (GString) request = g_string_new (NULL);

  if (!self->patience.next_run || self->patience.seconds == 0 || (!sending->accepted && !self->patience.for_device)
      || sending->fingerprint == NULL || sending->files == NULL || sending->by_schedule)
    return NULL;
  if (!sending->accepted)
    g_string_append (request, NAMIDA_SENDING_NOT_ACCEPTED "\n");
  for (guint i = 0; i < g_list_model_get_n_items (sending->files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (sending->files, i);
      g_autofree char *uri = g_file_get_uri (file);

      g_string_append_printf (request, "%s\n", uri);
    }
  return g_string_free (g_steal_pointer (&request), FALSE);
}

/* Writes the current state to the row. One write at a time, so that an older state cannot be written last. */
void
namida_sending_write (NamidaOutbox *self, NamidaTransfer *transfer)
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
  task = g_task_new (self, NULL, writing_done, g_object_ref (transfer));
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
  row->state = g_strdup (stays ? "parked" : writing_get_state_name (namida_transfer_get_state (transfer)));
  if (stays || !namida_transfer_is_final (transfer))
    row->wish = writing_dup_request (self, sending);
  if (row->wish != NULL)
    namida_sending_claim (self, row->id, &sending->lock);
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
  g_task_run_in_thread (task, writing_thread);
}

char *
namida_sending_dup_row_id (NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);

  if (sending->history_id != NULL)
    return g_strdup (sending->history_id);
  if (sending->next_id == NULL)
    sending->next_id = g_uuid_string_random ();
  return g_strdup (sending->next_id);
}
