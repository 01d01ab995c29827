/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Removes received transfers from the list of transfers after a while, together with the entries of all their files,
 * because a program that runs for months would otherwise grow without limit. From then on the history shows them.
 * Also lists those that the user paused in an earlier run. Main
 * context; the journal is read in a worker thread. */
#include "config.h"

#include "namida-inbox-private.h"
#include "namida-limits.h"
#include "namida-take-up.h"

#define MOST 50                       /* rows of the list */
#define MOST_FILES NAMIDA_LIMIT_FILES /* files of all finished transfers except the newest: about 100 bytes each */
#define MOST_IN_HISTORY 2000          /* as many rows as the history shows */

/* Received, and nothing continues it. An interrupted transfer that its sender resumes is found in the database. */
static gboolean
received_is_over (NamidaTransfer *transfer)
{
  return namida_transfer_get_direction (transfer) == NAMIDA_DIRECTION_RECEIVE
         && (namida_transfer_is_final (transfer)
             || namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_INTERRUPTED);
}

void
namida_inbox_leave_to_history (NamidaInbox *self, const char *id)
{
  if (id == NULL || g_hash_table_contains (self->in_history, id))
    return;
  while (self->history_order.length >= MOST_IN_HISTORY)
    g_hash_table_remove (self->in_history, g_queue_pop_head (&self->history_order));
  g_queue_push_tail (&self->history_order, g_strdup (id));
  g_hash_table_add (self->in_history, g_queue_peek_tail (&self->history_order));
}

/* An interrupted transfer is resumed, so its row no longer belongs to the history. */
static void
received_recall (NamidaInbox *self, const char *id)
{
  gpointer key;

  if (id == NULL || !g_hash_table_lookup_extended (self->in_history, id, &key, NULL))
    return;
  g_queue_remove (&self->history_order, key);
  g_hash_table_remove (self->in_history, id);
}

static void
received_remove_old (NamidaInbox *self)
{
  guint n = 0;
  guint64 files = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->transfers));)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (self->transfers), i);

      if (received_is_over (transfer))
        {
          files += n++ > 0 && namida_transfer_is_final (transfer) ? namida_transfer_get_total_files (transfer) : 0;
          if (n > MOST || (n > 1 && namida_transfer_is_final (transfer) && files > MOST_FILES))
            {
              namida_inbox_leave_to_history (self, namida_transfer_get_session_id (transfer));
              g_list_store_remove (self->transfers, i);
              continue;
            }
        }
      i++;
    }
}

void
namida_inbox_list_received (NamidaInbox *self, NamidaTransfer *transfer)
{
  received_remove_old (self);
  received_recall (self, namida_transfer_get_session_id (transfer));
  g_list_store_insert (self->transfers, 0, transfer);
}

gboolean
namida_inbox_is_left_to_history (NamidaInbox *self, const char *id)
{
  return g_hash_table_contains (self->in_history, id);
}

void
namida_inbox_clear_history (NamidaInbox *self)
{
  g_queue_clear (&self->history_order); /* the strings belong to the set */
  g_clear_pointer (&self->in_history, g_hash_table_unref);
}

/* The transfer may have been canceled or resumed while the database was read. */
static gboolean
received_paused_is_listed (NamidaInbox *self, const char *id)
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
received_paused_take_up (gpointer inbox, const NamidaJournalSession *row)
{
  NamidaInbox *self = inbox;
  g_autoptr (NamidaTransfer) transfer = NULL;

  if (!self->running || received_paused_is_listed (self, row->id))
    return;
  transfer = namida_transfer_new (NAMIDA_DIRECTION_RECEIVE, row->alias, row->fingerprint, row->fingerprint != NULL);
  namida_transfer_set_summary (transfer, row->title, row->total_bytes, row->total_files);
  namida_transfer_set_session_id (transfer, row->id);
  namida_transfer_set_offer_key (transfer, row->offer_key);
  namida_transfer_set_pausable (transfer, TRUE);
  namida_transfer_set_paused (transfer);
  g_list_store_insert (self->transfers, 0, transfer);
}

void
namida_inbox_take_up_paused (NamidaInbox *self)
{
  if (!self->closed)
    namida_take_up (G_OBJECT (self), self->database, namida_journal_list_paused, received_paused_take_up,
                    self->cancellable);
}
