/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Resumes the outgoing transfers that the last run of the program did not finish, as namida-sending-write.c left them
 * in the history. namida_outbox_start() calls it. Main context. */
#include "config.h"

#include "namida-outbox-private.h"
#include "namida-clock.h"
#include "namida-take-up.h"

static void
history_take_up (gpointer outbox, const NamidaJournalSession *row)
{
  NamidaOutbox *self = outbox;
  g_auto (GStrv) lines = g_strsplit (row->wish, "\n", -1);
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  NamidaTransfer *transfer;
  NamidaSending *sending;
  int lock = -1;

  if (!self->running || !namida_sending_claim (self, row->id, &lock))
    return;
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

void
namida_outbox_take_up (NamidaOutbox *self)
{
  if (self->patience.next_run && self->patience.seconds != 0)
    namida_take_up (G_OBJECT (self), self->database, namida_journal_list_wishes, history_take_up, self->cancellable);
}
