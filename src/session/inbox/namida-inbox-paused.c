/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists receiving transfers of earlier runs that the local user paused. namida_inbox_start() calls it. Main context;
 * the journal is read in a worker thread. */
#include "config.h"

#include "namida-inbox-private.h"
#include "namida-take-up.h"

/* The transfer may have been canceled or resumed while the database was read. */
static gboolean
paused_is_listed (NamidaInbox *self, const char *id)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->transfers)); i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (self->transfers), i);

      if (g_strcmp0 (namida_transfer_get_session_id (transfer), id) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
paused_take_up (gpointer inbox, const NamidaJournalSession *row)
{
  NamidaInbox *self = inbox;
  g_autoptr (NamidaTransfer) transfer = NULL;

  if (!self->running || paused_is_listed (self, row->id))
    return;
  transfer = namida_transfer_new (NAMIDA_DIRECTION_RECEIVE, row->alias, row->fingerprint, row->fingerprint != NULL);
  namida_transfer_set_summary (transfer, row->title, row->total_bytes, row->total_files);
  namida_transfer_set_session_id (transfer, row->id);
  namida_transfer_set_offer_key (transfer, row->offer_key);
  namida_transfer_set_pausable (transfer, TRUE);
  namida_transfer_set_paused (transfer);
  namida_transfer_list_add (self->list, transfer);
}

void
namida_inbox_take_up_paused (NamidaInbox *self)
{
  if (!self->closed)
    namida_take_up (G_OBJECT (self), self->database, namida_journal_list_paused, paused_take_up, self->cancellable);
}
