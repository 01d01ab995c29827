/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-hub-private.h"

/* The receivings of earlier runs that wait for the person here. */

#define OFFER_KEY "namida-hub-offer-key"

void
namida_hub_set_offer_key (NamidaTransfer *transfer, const char *key)
{
  g_object_set_data_full (G_OBJECT (transfer), OFFER_KEY, g_strdup (key), g_free);
}

const char *
namida_hub_get_offer_key (NamidaTransfer *transfer)
{
  return g_object_get_data (G_OBJECT (transfer), OFFER_KEY);
}

/* It may have been cancelled or gone on while the database was read. */
static gboolean
is_listed (NamidaHub *self, const char *id)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->transfers)); i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (self->transfers), i);

      if (g_strcmp0 (namida_hub_get_session_id (transfer), id) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
take_up (NamidaHub *self, const NamidaJournalSession *row)
{
  g_autoptr (NamidaTransfer) transfer = NULL;

  if (is_listed (self, row->id))
    return;
  transfer = namida_transfer_new (NAMIDA_DIRECTION_RECEIVE, row->alias, row->fingerprint, row->fingerprint != NULL);
  namida_transfer_set_summary (transfer, row->title, row->total_bytes, row->total_files);
  namida_hub_set_session_id (transfer, row->id);
  namida_hub_set_offer_key (transfer, row->offer_key);
  namida_transfer_set_pausable (transfer, TRUE);
  namida_transfer_set_paused (transfer);
  g_list_store_insert (self->transfers, 0, transfer);
}

static void
paused_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GPtrArray *rows = namida_journal_list_paused (data, &error);

  if (rows != NULL)
    g_task_return_pointer (task, rows, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

static void
paused_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaHub *self = NAMIDA_HUB (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = g_task_propagate_pointer (G_TASK (result), &error);

  if (rows == NULL)
    g_message ("%s", error->message);
  for (guint i = 0; rows != NULL && self->running && i < rows->len; i++)
    take_up (self, rows->pdata[i]);
}

void
namida_hub_take_up_paused (NamidaHub *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->send_only)
    return;
  task = g_task_new (self, self->cancellable, paused_read, NULL);
  g_task_set_source_tag (task, namida_hub_take_up_paused);
  g_task_set_task_data (task, g_object_ref (self->database), g_object_unref);
  g_task_run_in_thread (task, paused_thread);
}
