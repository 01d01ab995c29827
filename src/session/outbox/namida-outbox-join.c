/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Combines several outgoing transfers to one device: sending the same files again returns the running transfer, and a
 * transfer that still waits for its device takes further files, so that the remote user is asked once. Called by
 * namida_outbox_send(). Main context. */
#include "config.h"

#include "namida-outbox-private.h"

static gboolean
join_has_file (GListModel *files, GFile *file)
{
  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) one = g_list_model_get_item (files, i);

      if (g_file_equal (one, file))
        return TRUE;
    }
  return FALSE;
}

static gboolean
join_has_all (GListModel *files, GListModel *others)
{
  for (guint i = 0; i < g_list_model_get_n_items (others); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (others, i);

      if (!join_has_file (files, file))
        return FALSE;
    }
  return TRUE;
}

/* Whether the transfer waits for its device and nobody there has seen the offer yet. */
static gboolean
join_may_grow (NamidaSending *sending)
{
  return sending->timer != 0 && !sending->accepted;
}

static void
join_append (GListStore *all, GListModel *files)
{
  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);

      if (!join_has_file (G_LIST_MODEL (all), file))
        g_list_store_append (all, file);
    }
}

static void
join_grow (NamidaSending *sending, GListModel *files)
{
  g_autoptr (GListStore) all = g_list_store_new (G_TYPE_FILE);

  join_append (all, sending->files);
  join_append (all, files);
  g_set_object (&sending->files, G_LIST_MODEL (all));
  namida_send_source_unref (sending->what);
  sending->what = namida_send_source_new_for_files (G_LIST_MODEL (all), NULL);
}

/* Whether @transfer was started by the user, goes to this device and moves or waits: one that the user has paused would
 * hold up files that are sent again. */
static gboolean
join_is_users (NamidaTransfer *transfer, const char *fingerprint)
{
  NamidaSending *sending = namida_sending_of (transfer);

  return sending != NULL && sending->files != NULL && !sending->is_filtered && !sending->by_schedule
         && !namida_transfer_is_final (transfer) && namida_transfer_get_state (transfer) != NAMIDA_TRANSFER_PAUSED
         && !namida_transfer_is_pausing (transfer)
         && !g_cancellable_is_cancelled (namida_transfer_get_cancellable (transfer))
         && g_strcmp0 (sending->fingerprint, fingerprint) == 0;
}

static gboolean
join_has_same (NamidaSending *sending, GListModel *files)
{
  return join_has_all (files, sending->files) && join_has_all (sending->files, files);
}

NamidaTransfer *
namida_outbox_find_same (NamidaOutbox *self, const char *fingerprint, GListModel *files)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->transfers)); i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (self->transfers), i);

      if (join_is_users (transfer, fingerprint) && join_has_same (namida_sending_of (transfer), files))
        return transfer; /* the list holds it */
    }
  return NULL;
}

NamidaTransfer *
namida_outbox_join (NamidaOutbox *self, const char *fingerprint, GListModel *files, const char *pin)
{
  for (guint i = 0; fingerprint != NULL && i < g_list_model_get_n_items (G_LIST_MODEL (self->transfers)); i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (self->transfers), i);
      NamidaSending *sending = namida_sending_of (transfer);

      if (!join_is_users (transfer, fingerprint) || (!join_may_grow (sending) && !join_has_same (sending, files)))
        continue;
      if (join_may_grow (sending))
        join_grow (sending, files);
      if (pin != NULL)
        namida_sending_set_pin (transfer, pin);
      if (sending->timer != 0)
        namida_outbox_device_seen (transfer);
      return transfer; /* the list holds it */
    }
  return NULL;
}
