/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts outgoing transfers and runs each attempt: scan, check the names for a phone, send, and then finish, wait or
 * fail. The window and the command line call it through namida-hub.h. Main context; scanning and sending run in
 * worker threads. */
#include "config.h"

#include "namida-hub-send-private.h"
#include "namida-clock.h"
#include "namida-error.h"

#include <glib/gi18n-lib.h>

/* ---- one attempt ---- */

/* The attempt has stopped, but the transfer has not ended. */
static void
go_on_later (NamidaHub *self, NamidaTransfer *transfer)
{
  if (self == NULL || g_cancellable_is_cancelled (namida_transfer_get_cancellable (transfer)))
    namida_sending_cancelled (transfer);
  else if (!self->wait_for_device && namida_error_is_full (namida_sending_of (transfer)->error))
    namida_sending_give_up (self, transfer);
  else if (namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_PAUSED)
    namida_sending_stay_paused (self, transfer);
  else
    namida_sending_wait (self, transfer);
}

static void
send_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaTransfer) transfer = user_data;
  NamidaSending *sending = namida_sending_of (transfer);
  g_autoptr (NamidaHub) self = g_weak_ref_get (&sending->hub);
  g_autofree char *session = namida_sender_dup_session (NAMIDA_SENDER (source));

  sending->accepted = namida_sender_get_accepted (NAMIDA_SENDER (source));
  if (session != NULL)
    namida_transfer_set_session_id (transfer, session);
  if (namida_sender_get_reached (NAMIDA_SENDER (source)))
    {
      sending->away_since = 0;
      sending->tries = 0;
    }
  /* The files are read before the device is asked. */
  sending->has_reread |= sending->reread
                         && (namida_sender_get_reached (NAMIDA_SENDER (source))
                             || namida_transfer_get_state (transfer) != NAMIDA_TRANSFER_PAUSED);
  sending->retry_after = namida_sender_get_retry_after (NAMIDA_SENDER (source));
  g_clear_error (&sending->error);
  namida_sender_send_finish (NAMIDA_SENDER (source), result, &sending->error);
  g_clear_object (&sending->sender);
  /* Either the sender has ended the transfer and set its error, or the transfer can be resumed. */
  if (!namida_transfer_is_final (transfer))
    go_on_later (self, transfer);
  else if (self != NULL && self->database != NULL)
    namida_sending_write (self, transfer);
}

/* From the moment that it was accepted, an outgoing transfer is in the history, because the program may be killed. */
static void
on_state (NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);
  g_autoptr (NamidaHub) self = g_weak_ref_get (&sending->hub);
  NamidaTransferState state = namida_transfer_get_state (transfer);

  if (sending->sender != NULL)
    sending->accepted |= namida_sender_get_accepted (sending->sender);
  if (self != NULL && self->database != NULL && namida_transfer_get_backup (transfer) != NULL
      && (state == NAMIDA_TRANSFER_RUNNING || state == NAMIDA_TRANSFER_INTERRUPTED || state == NAMIDA_TRANSFER_PAUSED))
    namida_sending_write (self, transfer);
}

/* Ends a transfer that cannot be sent at all. @error: (transfer none) */
static void
end_unsent (NamidaHub *self, NamidaTransfer *transfer, const GError *error)
{
  NamidaSending *sending = namida_sending_of (transfer);

  namida_transfer_fail (transfer, error);
  if (self == NULL)
    return;
  if (sending->history_id != NULL && self->database != NULL)
    namida_sending_write (self, transfer);
  else
    namida_hub_sending_over (self);
}

static void
start_sender (NamidaHub *self, NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);
  g_autoptr (NamidaDeviceInfo) own = namida_server_dup_info (self->server);
  g_autoptr (GError) error = NULL;

  if (!namida_hub_check_unencrypted (self, sending->peer, sending->unencrypted, &error))
    {
      end_unsent (self, transfer, error);
      return;
    }
  sending->tried_at = namida_clock_monotonic ();
  sending->sender
      = namida_sender_new (namida_sender_best_dialect (namida_peer_get_dialects (sending->peer)), self->identity, own,
                           namida_peer_get_addresses (sending->peer), sending->fingerprint, self->database, transfer);
  namida_sender_set_pin (sending->sender, sending->pin);
  namida_sender_set_limit (sending->sender, sending->limit != 0 ? sending->limit : self->limit);
  if (self->patience_seconds > 0 || sending->accepted)
    namida_sender_set_patient (sending->sender, sending->accepted);
  namida_sender_set_waits (sending->sender, self->patience_seconds > 0, self->wait_for_device);
  namida_sender_set_session_before (sending->sender, namida_transfer_get_session_id (transfer));
  namida_sender_send_async (sending->sender, send_done, g_object_ref (transfer));
}

/* Ends a transfer without files to send, because everything seems to be there already. */
static void
end_without_files (NamidaHub *self, NamidaTransfer *transfer, NamidaBackup *backup)
{
  namida_transfer_set_backup (transfer, backup);
  namida_transfer_set_unproven (transfer);
  namida_transfer_finish (transfer);
  if (self->database != NULL)
    namida_sending_write (self, transfer);
  else
    namida_hub_sending_over (self);
}

/* @backup: (nullable): %NULL with @failure */
static void
send_gathered (NamidaHub *self, NamidaTransfer *transfer, NamidaBackup *backup, GError *failure)
{
  NamidaSending *sending = namida_sending_of (transfer);
  g_autoptr (GError) error = failure;

  sending->scanning = FALSE;
  if (backup == NULL && namida_transfer_is_pausing (transfer) && self != NULL)
    {
      namida_transfer_set_paused (transfer);
      namida_sending_stay_paused (self, transfer);
      return;
    }
  if (backup != NULL)
    {
      if (sending->accepted)
        namida_transfer_restart (transfer);
      /* Only once: a transfer that is resumed has read them already. */
      if (sending->reread && !sending->has_reread)
        namida_backup_set_reread (backup, TRUE);
      namida_transfer_set_backup (transfer, backup);
    }
  if (backup != NULL && (self == NULL || self->server == NULL))
    g_set_error_literal (&error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The program was closed."));
  if (error != NULL)
    end_unsent (self, transfer, error);
  else if (namida_transfer_get_sent_before (transfer) > 0 && namida_backup_get_files (backup) == 0)
    end_without_files (self, transfer, backup);
  else if (sending->peer != NULL)
    start_sender (self, transfer);
  else
    go_on_later (self, transfer);
}

/* ---- names for a phone ---- */

static void
adapt_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  NamidaPhoneNames names = (NamidaPhoneNames) GPOINTER_TO_INT (g_object_get_data (G_OBJECT (task), "names"));
  NamidaBackup *backup = namida_phone_names_adapt (data, names, cancellable, &error);

  if (backup != NULL)
    g_task_return_pointer (task, backup, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
adapted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaTransfer) transfer = user_data;
  g_autoptr (NamidaHub) self = g_weak_ref_get (&namida_sending_of (transfer)->hub);
  GError *error = NULL;
  g_autoptr (NamidaBackup) backup = g_task_propagate_pointer (G_TASK (result), &error);

  send_gathered (self, transfer, backup, error);
}

static gboolean
is_for_phone (NamidaSending *sending)
{
  return sending->peer != NULL
         && namida_sender_best_dialect (namida_peer_get_dialects (sending->peer)) == NAMIDA_DIALECT_PHONE;
}

static void
left_out_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaTransfer) transfer = user_data;
  g_autoptr (NamidaHub) self = g_weak_ref_get (&namida_sending_of (transfer)->hub);
  g_autoptr (NamidaBackup) backup = namida_sending_leave_out_sent_finish (transfer, result);

  send_gathered (self, transfer, backup, NULL);
}

static void
gathered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaTransfer) transfer = user_data;
  NamidaSending *sending = namida_sending_of (transfer);
  g_autoptr (NamidaHub) self = g_weak_ref_get (&sending->hub);
  GError *error = NULL;
  g_autoptr (NamidaBackup) backup = sending->what->end (result, &error);

  if (backup != NULL && is_for_phone (sending))
    {
      g_autoptr (GTask) task
          = g_task_new (NULL, namida_transfer_get_cancellable (transfer), adapted, g_object_ref (transfer));

      g_object_set_data (G_OBJECT (task), "names", GINT_TO_POINTER (sending->names));
      g_task_set_task_data (task, g_steal_pointer (&backup), g_object_unref);
      g_task_run_in_thread (task, adapt_thread);
      return;
    }
  if (backup != NULL && self != NULL && namida_sending_leaves_out_sent (self, sending))
    {
      namida_sending_leave_out_sent_async (self, sending, backup, left_out_sent, g_object_ref (transfer));
      return;
    }
  send_gathered (self, transfer, backup, error);
}

void
namida_sending_try (NamidaHub *self, NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);

  namida_sending_find_again (self, sending);
  sending->tried_at = namida_clock_monotonic ();
  if (sending->peer == NULL && namida_transfer_get_backup (transfer) != NULL)
    {
      namida_sending_wait (self, transfer);
      return;
    }
  sending->scanning = TRUE;
  sending->what->begin (sending->what->data, namida_transfer_get_cancellable (transfer), gathered,
                        g_object_ref (transfer));
}

NamidaTransfer *
namida_sending_begin (NamidaHub *self,
                      NamidaPeer *peer,
                      const char *alias,
                      const char *fingerprint,
                      gboolean encrypted,
                      NamidaSendSource *what)
{
  g_autoptr (NamidaTransfer) transfer = namida_transfer_new (NAMIDA_DIRECTION_SEND, alias, fingerprint, encrypted);

  namida_sending_attach (transfer, self, peer, fingerprint, what);
  g_signal_connect (transfer, "notify::state", G_CALLBACK (on_state), NULL);
  g_list_store_insert (self->transfers, 0, transfer);
  self->n_sendings++;
  return transfer; /* the list holds it */
}

/* Ends the transfer in an idle callback, so that the caller can connect to "ended" first. */
static gboolean
refuse_recipient (gpointer user_data)
{
  g_autoptr (NamidaTransfer) transfer = user_data;
  NamidaSending *sending = namida_sending_of (transfer);
  g_autoptr (NamidaHub) self = g_weak_ref_get (&sending->hub);

  end_unsent (self, transfer, sending->error);
  return G_SOURCE_REMOVE;
}

static NamidaTransfer *
begin_sending (NamidaHub *self, NamidaPeer *peer, NamidaSendSource *what, GListModel *files, const char *pin)
{
  NamidaTransfer *transfer
      = namida_sending_begin (self, peer, namida_peer_get_alias (peer), namida_peer_get_fingerprint (peer),
                              namida_peer_get_encrypted (peer), what);
  NamidaSending *sending = namida_sending_of (transfer);

  sending->pin = g_strdup (pin);
  g_set_object (&sending->files, files);
  /* Wait for a trusted device that is away as for one that was lost. Its user is asked when it is back. */
  if (self->patience_seconds > 0 && namida_peer_get_away (peer) && namida_peer_get_trusted (peer))
    sending->accepted = TRUE;
  if (namida_hub_check_recipient (self, peer, NULL, &sending->error))
    namida_sending_try (self, transfer);
  else
    g_idle_add (refuse_recipient, g_object_ref (transfer));
  return transfer;
}

NamidaTransfer *
namida_hub_send_what (NamidaHub *self, NamidaPeer *peer, NamidaSendSource *what, const char *pin)
{
  return begin_sending (self, peer, what, NULL, pin);
}

NamidaTransfer *
namida_hub_send (NamidaHub *self, NamidaPeer *peer, GListModel *files, const char *pin)
{
  return namida_hub_send_filtered (self, peer, files, NULL, pin);
}

NamidaTransfer *
namida_hub_send_filtered (
    NamidaHub *self, NamidaPeer *peer, GListModel *files, NamidaScanFilter *filter, const char *pin)
{
  NamidaTransfer *transfer;

  g_return_val_if_fail (self->running, NULL);

  transfer = filter == NULL ? namida_sending_join (self, namida_peer_get_fingerprint (peer), files, pin) : NULL;
  if (transfer != NULL)
    return transfer;
  transfer = begin_sending (self, peer, namida_send_source_new_for_files (files, filter), files, pin);
  namida_sending_of (transfer)->is_filtered = filter != NULL;
  return transfer;
}

NamidaTransfer *
namida_hub_retry (NamidaHub *self, NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);

  if (sending == NULL || !self->running)
    return NULL;
  if (sending->timer != 0)
    {
      namida_sending_seen (transfer);
      return transfer;
    }
  namida_sending_find_again (self, sending);
  if (!namida_transfer_is_final (transfer) || sending->peer == NULL)
    return NULL;
  transfer = begin_sending (self, sending->peer, g_rc_box_acquire (sending->what), sending->files, sending->pin);
  namida_sending_of (transfer)->sent_before
      = sending->sent_before == NAMIDA_SENT_BEFORE_AGAIN ? NAMIDA_SENT_BEFORE_AGAIN : NAMIDA_SENT_BEFORE_SKIP;
  namida_sending_of (transfer)->unencrypted = sending->unencrypted;
  namida_sending_of (transfer)->reread = sending->reread;
  namida_sending_of (transfer)->limit = sending->limit;
  namida_sending_of (transfer)->names = sending->names;
  return transfer;
}

void
namida_hub_set_sending_pin (NamidaHub *self, NamidaTransfer *transfer, const char *pin)
{
  NamidaSending *sending = namida_sending_of (transfer);

  if (sending == NULL)
    return;
  g_free (sending->pin);
  sending->pin = g_strdup (pin);
}

void
namida_hub_read_everything (NamidaHub *self, NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);

  g_return_if_fail (sending != NULL);

  sending->reread = TRUE;
}

void
namida_hub_limit_sending (NamidaHub *self, NamidaTransfer *transfer, guint64 limit)
{
  NamidaSending *sending = namida_sending_of (transfer);

  g_return_if_fail (sending != NULL);

  sending->limit = limit;
}

void
namida_hub_set_phone_names (NamidaHub *self, NamidaTransfer *transfer, NamidaPhoneNames names)
{
  NamidaSending *sending = namida_sending_of (transfer);

  g_return_if_fail (sending != NULL);

  sending->names = names;
}

void
namida_hub_allow_unencrypted (NamidaHub *self, NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);

  g_return_if_fail (sending != NULL);

  sending->unencrypted = TRUE;
}

void
namida_hub_close_sendings (NamidaHub *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->transfers)); i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (self->transfers), i);
      NamidaSending *sending = namida_sending_of (transfer);

      if (namida_transfer_is_final (transfer) || sending == NULL)
        continue;
      /* The transfer ends here. Received data is safe on the other device, and a program that waits resumes the
       * transfer at its next start. */
      sending->closing = !self->send_only && self->patience_seconds > 0 && (sending->accepted || self->wait_for_device)
                         && sending->files != NULL && !sending->by_schedule;
      sending->stays_paused
          = namida_transfer_is_pausing (transfer) || namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_PAUSED;
      namida_transfer_cancel_keeping (transfer);
    }
}
