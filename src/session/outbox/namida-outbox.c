/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox itself: construction, settings, start and stop, and the functions that start a transfer. Main context. */
#include "config.h"

#include "namida-outbox-private.h"

G_DEFINE_FINAL_TYPE (NamidaOutbox, namida_outbox, G_TYPE_OBJECT)

static void
namida_outbox_dispose (GObject *object)
{
  NamidaOutbox *self = NAMIDA_OUTBOX (object);

  self->running = FALSE;
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->peers);
  g_clear_object (&self->transfers);
  g_clear_object (&self->list);
  g_clear_object (&self->database);
  g_clear_object (&self->identity);
  G_OBJECT_CLASS (namida_outbox_parent_class)->dispose (object);
}

static void
namida_outbox_finalize (GObject *object)
{
  g_object_unref (NAMIDA_OUTBOX (object)->cancellable);
  G_OBJECT_CLASS (namida_outbox_parent_class)->finalize (object);
}

static void
namida_outbox_class_init (NamidaOutboxClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = namida_outbox_dispose;
  object_class->finalize = namida_outbox_finalize;
  g_signal_new ("settled", NAMIDA_TYPE_OUTBOX, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("trouble", NAMIDA_TYPE_OUTBOX, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
namida_outbox_init (NamidaOutbox *self)
{
  self->cancellable = g_cancellable_new ();
}

NamidaOutbox *
namida_outbox_new (NamidaPeerList *peers, NamidaTransferList *list, const NamidaOutboxRules *rules, gpointer data)
{
  NamidaOutbox *self = g_object_new (NAMIDA_TYPE_OUTBOX, NULL);

  self->peers = g_object_ref (peers);
  self->list = g_object_ref (list);
  self->transfers = g_object_ref (namida_transfer_list_get_store (list));
  self->rules = rules;
  self->rules_data = data;
  return self;
}

void
namida_outbox_set_patience (NamidaOutbox *self, NamidaOutboxPatience patience)
{
  self->patience = patience;
}

void
namida_outbox_set_limit (NamidaOutbox *self, guint64 limit)
{
  self->limit = limit;
}

void
namida_outbox_start (NamidaOutbox *self, NamidaIdentity *identity, NamidaDatabase *database)
{
  g_set_object (&self->identity, identity);
  g_set_object (&self->database, database);
  self->running = TRUE;
  namida_outbox_take_up (self);
}

void
namida_outbox_stop (NamidaOutbox *self)
{
  self->running = FALSE;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->transfers)); i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (self->transfers), i);
      NamidaSending *sending = namida_sending_of (transfer);

      if (namida_transfer_is_final (transfer) || sending == NULL)
        continue;
      /* The transfer ends here. Received data is safe on the other device, and a program that waits resumes the
       * transfer at its next start. */
      sending->closing = self->patience.next_run && self->patience.seconds > 0
                         && (sending->accepted || self->patience.for_device) && sending->files != NULL
                         && !sending->by_schedule;
      sending->stays_paused
          = namida_transfer_is_pausing (transfer) || namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_PAUSED;
      namida_transfer_cancel_keeping (transfer);
    }
}

guint
namida_outbox_count (NamidaOutbox *self)
{
  return self->n_open;
}

/* ---- starting a transfer ---- */

/* Ends the transfer in an idle callback, so that the caller can connect to "ended" first. */
static gboolean
outbox_refuse_recipient (gpointer user_data)
{
  g_autoptr (NamidaTransfer) transfer = user_data;
  NamidaSending *sending = namida_sending_of (transfer);
  g_autoptr (NamidaOutbox) self = g_weak_ref_get (&sending->outbox);

  namida_outbox_end_unsent (self, transfer, sending->error);
  return G_SOURCE_REMOVE;
}

static NamidaTransfer *
outbox_begin_sending (NamidaOutbox *self, NamidaPeer *peer, NamidaSendSource *what, GListModel *files, const char *pin)
{
  NamidaTransfer *transfer
      = namida_outbox_begin (self, peer, namida_peer_get_alias (peer), namida_peer_get_fingerprint (peer),
                             namida_peer_get_encrypted (peer), what);
  NamidaSending *sending = namida_sending_of (transfer);

  sending->pin = g_strdup (pin);
  g_set_object (&sending->files, files);
  /* Wait for a trusted device that is away as for one that was lost. Its user is asked when it is back. */
  if (self->patience.seconds > 0 && namida_peer_get_away (peer) && namida_peer_get_trusted (peer))
    sending->accepted = TRUE;
  if (self->rules->check_recipient (peer, &sending->error, self->rules_data))
    namida_outbox_try (self, transfer);
  else
    g_idle_add (outbox_refuse_recipient, g_object_ref (transfer));
  return transfer;
}

NamidaTransfer *
namida_outbox_send_what (NamidaOutbox *self, NamidaPeer *peer, NamidaSendSource *what, const char *pin)
{
  return outbox_begin_sending (self, peer, what, NULL, pin);
}

NamidaTransfer *
namida_outbox_send (NamidaOutbox *self, NamidaPeer *peer, GListModel *files, NamidaScanFilter *filter, const char *pin)
{
  NamidaTransfer *transfer;

  g_return_val_if_fail (self->running, NULL);

  transfer = filter == NULL ? namida_outbox_join (self, namida_peer_get_fingerprint (peer), files, pin) : NULL;
  if (transfer != NULL)
    return transfer;
  transfer = outbox_begin_sending (self, peer, namida_send_source_new_for_files (files, filter), files, pin);
  namida_sending_of (transfer)->is_filtered = filter != NULL;
  return transfer;
}

NamidaTransfer *
namida_outbox_retry (NamidaOutbox *self, NamidaTransfer *transfer)
{
  /* Another transfer in the list may remove this one from it. */
  g_autoptr (NamidaTransfer) before G_GNUC_UNUSED = g_object_ref (transfer);
  NamidaSending *sending = namida_sending_of (transfer);

  if (sending == NULL || !self->running)
    return NULL;
  if (sending->timer != 0)
    {
      namida_outbox_device_seen (transfer);
      return transfer;
    }
  namida_outbox_find_again (self, sending);
  if (!namida_transfer_is_final (transfer) || sending->peer == NULL)
    return NULL;
  transfer = outbox_begin_sending (self, sending->peer, g_rc_box_acquire (sending->what), sending->files, sending->pin);
  namida_sending_of (transfer)->sent_before
      = sending->sent_before == NAMIDA_SENT_BEFORE_AGAIN ? NAMIDA_SENT_BEFORE_AGAIN : NAMIDA_SENT_BEFORE_SKIP;
  namida_sending_of (transfer)->unencrypted = sending->unencrypted;
  namida_sending_of (transfer)->reread = sending->reread;
  namida_sending_of (transfer)->limit = sending->limit;
  namida_sending_of (transfer)->names = sending->names;
  return transfer;
}
