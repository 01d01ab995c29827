/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Resumes the outgoing transfers that the last run of the program did not finish, as namida-sending-write.c left them
 * in the history. namida_outbox_start() calls it. Main context. */
#include "config.h"

#include "namida-outbox-private.h"
#include "namida-clock.h"
#include "namida-take-up.h"

#include <unistd.h>

/* HistoryClaim: a row of the history that this program claimed. */
typedef struct
{
  NamidaDatabase *database;
  char *id;
  int lock; /* -1: taken over, or without a file */
} HistoryClaim;

static void
history_claim_free (gpointer data)
{
  HistoryClaim *self = data;

  if (self->lock >= 0)
    close (self->lock);
  g_object_unref (self->database);
  g_free (self->id);
  g_free (self);
}

/* @lock: (transfer full): of namida_sending_claim(). */
static void
history_take_up (NamidaOutbox *self, const NamidaJournalSession *row, int lock)
{
  g_auto (GStrv) lines = g_strsplit (row->wish, "\n", -1);
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  NamidaTransfer *transfer;
  NamidaSending *sending;

  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0' && !g_str_equal (lines[i], NAMIDA_SENDING_NOT_ACCEPTED))
      {
        g_autoptr (GFile) file = g_file_new_for_uri (lines[i]);

        g_list_store_append (files, file);
      }
  transfer = namida_outbox_begin (self, NULL, row->alias, row->fingerprint, TRUE,
                                  namida_send_source_new_for_files (G_LIST_MODEL (files), NULL));
  sending = namida_sending_of (transfer);
  sending->lock = lock;
  sending->history_id = g_strdup (row->id);
  sending->accepted = !g_str_has_prefix (row->wish, NAMIDA_SENDING_NOT_ACCEPTED "\n");
  sending->files = G_LIST_MODEL (g_steal_pointer (&files));
  /* Wait no longer than if the program had been running all the time. */
  sending->away_since = namida_clock_monotonic () - MAX (namida_clock_real () - row->updated_at, 0);
  namida_transfer_set_summary (transfer, row->title, row->total_bytes, row->total_files);
  namida_transfer_set_pausable (transfer, TRUE);
  if (row->paused)
    {
      namida_transfer_set_paused (transfer);
      namida_outbox_stay_paused (self, transfer);
      return;
    }
  namida_transfer_set_state (transfer, NAMIDA_TRANSFER_INTERRUPTED);
  namida_outbox_try (self, transfer);
}

static void
history_read_again (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  HistoryClaim *claim = data;
  GError *error = NULL;
  NamidaJournalSession *row = namida_journal_find_send (claim->database, claim->id, &error);

  if (error == NULL)
    g_task_return_pointer (task, row, (GDestroyNotify) namida_journal_session_free);
  else
    g_task_return_error (task, error);
}

static void
history_on_read_again (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaOutbox *self = NAMIDA_OUTBOX (source);
  HistoryClaim *claim = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaJournalSession) row = g_task_propagate_pointer (G_TASK (result), &error);

  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_message ("%s", error->message);
  if (row != NULL && self->running)
    history_take_up (self, row, g_steal_fd (&claim->lock));
}

void
namida_outbox_take_up_row (gpointer outbox, const NamidaJournalSession *row)
{
  NamidaOutbox *self = outbox;
  g_autoptr (GTask) task = NULL;
  HistoryClaim *claim;
  int lock = -1;

  if (!self->running || !namida_sending_claim (self, row->id, &lock))
    return;
  claim = g_new0 (HistoryClaim, 1);
  claim->database = g_object_ref (self->database);
  claim->id = g_strdup (row->id);
  claim->lock = lock;
  task = g_task_new (self, self->cancellable, history_on_read_again, NULL);
  g_task_set_source_tag (task, namida_outbox_take_up_row);
  g_task_set_task_data (task, claim, history_claim_free);
  g_task_run_in_thread (task, history_read_again);
}

void
namida_outbox_take_up (NamidaOutbox *self)
{
  if (self->patience.next_run && self->patience.seconds != 0)
    namida_take_up (G_OBJECT (self), self->database, namida_journal_list_sends, namida_outbox_take_up_row,
                    self->cancellable);
}
