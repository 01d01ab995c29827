/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs each attempt of an outgoing transfer: scan, check the names for a phone, send, and then finish, wait or fail.
 * The other files of this folder call it. Main context; scanning and sending run in worker threads. */
#include "config.h"

#include "namida-outbox-private.h"
#include "namida-clock.h"
#include "namida-error.h"

#include <glib/gi18n-lib.h>

/* ---- one attempt ---- */

/* The attempt has stopped, but the transfer has not ended. */
static void
attempt_go_on_later (NamidaOutbox *self, NamidaTransfer *transfer)
{
  if (self == NULL || g_cancellable_is_cancelled (namida_transfer_get_cancellable (transfer)))
    namida_outbox_canceled (transfer);
  else if (!self->patience.for_device && namida_error_is_full (namida_sending_of (transfer)->error))
    namida_outbox_give_up (self, transfer);
  else if (namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_PAUSED)
    namida_outbox_stay_paused (self, transfer);
  else
    namida_outbox_wait (self, transfer);
}

static void
attempt_send_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaTransfer) transfer = user_data;
  NamidaSending *sending = namida_sending_of (transfer);
  g_autoptr (NamidaOutbox) self = g_weak_ref_get (&sending->outbox);
  g_autofree char *session = namida_sender_dup_session (NAMIDA_SENDER (source));

  sending->accepted = namida_sender_get_accepted (NAMIDA_SENDER (source));
  if (session != NULL)
    namida_transfer_set_session_id (transfer, session);
  if (namida_sender_get_reached (NAMIDA_SENDER (source)))
    {
      sending->away_since = 0;
      sending->tries = 0;
    }
  /* Files are read before the device is contacted, so an attempt that has reached the device has read all of them. */
  sending->has_reread |= sending->reread
                         && (namida_sender_get_reached (NAMIDA_SENDER (source))
                             || namida_transfer_get_state (transfer) != NAMIDA_TRANSFER_PAUSED);
  sending->retry_after = namida_sender_get_retry_after (NAMIDA_SENDER (source));
  g_clear_error (&sending->error);
  namida_sender_send_finish (NAMIDA_SENDER (source), result, &sending->error);
  g_clear_object (&sending->sender);
  /* Either the sender has ended the transfer and set its error, or the transfer can be resumed. */
  if (!namida_transfer_is_final (transfer))
    attempt_go_on_later (self, transfer);
  else if (self != NULL && self->database != NULL)
    namida_sending_write (self, transfer);
}

/* Writes an outgoing transfer to the history as soon as it is accepted, because the program may be killed. */
static void
attempt_on_state (NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);
  g_autoptr (NamidaOutbox) self = g_weak_ref_get (&sending->outbox);
  NamidaTransferState state = namida_transfer_get_state (transfer);

  if (sending->sender != NULL)
    sending->accepted |= namida_sender_get_accepted (sending->sender);
  if (self != NULL && self->database != NULL && namida_transfer_get_backup (transfer) != NULL
      && (state == NAMIDA_TRANSFER_RUNNING || state == NAMIDA_TRANSFER_INTERRUPTED || state == NAMIDA_TRANSFER_PAUSED))
    namida_sending_write (self, transfer);
}

void
namida_outbox_end_unsent (NamidaOutbox *self, NamidaTransfer *transfer, const GError *error)
{
  NamidaSending *sending = namida_sending_of (transfer);

  namida_transfer_fail (transfer, error);
  if (self == NULL)
    return;
  if (sending->history_id != NULL && self->database != NULL)
    namida_sending_write (self, transfer);
  else
    namida_outbox_note_over (self);
}

static void
attempt_start_sender (NamidaOutbox *self, NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);
  g_autoptr (NamidaDeviceInfo) own = self->rules->dup_own_info (self->rules_data);
  g_autoptr (GError) error = NULL;

  if (!self->rules->check_encryption (sending->peer, sending->unencrypted, &error, self->rules_data))
    {
      namida_outbox_end_unsent (self, transfer, error);
      return;
    }
  sending->tried_at = namida_clock_monotonic ();
  sending->sender
      = namida_sender_new (namida_sender_best_dialect (namida_peer_get_dialects (sending->peer)), self->identity, own,
                           namida_peer_get_addresses (sending->peer), sending->fingerprint, self->database, transfer);
  namida_sender_set_pin (sending->sender, sending->pin);
  namida_sender_set_limit (sending->sender, sending->limit != 0 ? sending->limit : self->limit);
  if (self->patience.seconds > 0 || sending->accepted)
    namida_sender_set_patient (sending->sender, sending->accepted);
  namida_sender_set_waits (sending->sender, self->patience.seconds > 0, self->patience.for_device);
  namida_sender_set_session_before (sending->sender, namida_transfer_get_session_id (transfer));
  namida_sender_send_async (sending->sender, attempt_send_done, g_object_ref (transfer));
}

/* Ends a transfer without files to send, because the receiver seems to have all of them already. */
static void
attempt_end_without_files (NamidaOutbox *self, NamidaTransfer *transfer, NamidaBackup *backup)
{
  namida_transfer_set_backup (transfer, backup);
  namida_transfer_set_unproven (transfer);
  namida_transfer_finish (transfer);
  if (self->database != NULL)
    namida_sending_write (self, transfer);
  else
    namida_outbox_note_over (self);
}

/* @backup: (nullable): %NULL with @failure */
static void
attempt_send_collected (NamidaOutbox *self, NamidaTransfer *transfer, NamidaBackup *backup, GError *failure)
{
  NamidaSending *sending = namida_sending_of (transfer);
  g_autoptr (GError) error = failure;

  sending->scanning = FALSE;
  if (backup == NULL && namida_transfer_is_pausing (transfer) && self != NULL)
    {
      namida_transfer_set_paused (transfer);
      namida_outbox_stay_paused (self, transfer);
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
  if (backup != NULL && (self == NULL || !self->running))
    g_set_error_literal (&error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The program was closed."));
  if (error != NULL)
    namida_outbox_end_unsent (self, transfer, error);
  else if (namida_transfer_get_sent_before (transfer) > 0 && namida_backup_get_files (backup) == 0)
    attempt_end_without_files (self, transfer, backup);
  else if (sending->peer != NULL)
    attempt_start_sender (self, transfer);
  else
    attempt_go_on_later (self, transfer);
}

/* ---- names for a phone ---- */

static void
attempt_adapt_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
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
attempt_adapted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaTransfer) transfer = user_data;
  g_autoptr (NamidaOutbox) self = g_weak_ref_get (&namida_sending_of (transfer)->outbox);
  GError *error = NULL;
  g_autoptr (NamidaBackup) backup = g_task_propagate_pointer (G_TASK (result), &error);

  attempt_send_collected (self, transfer, backup, error);
}

static gboolean
attempt_is_for_phone (NamidaSending *sending)
{
  return sending->peer != NULL
         && namida_sender_best_dialect (namida_peer_get_dialects (sending->peer)) == NAMIDA_DIALECT_PHONE;
}

static void
attempt_left_out_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaTransfer) transfer = user_data;
  g_autoptr (NamidaOutbox) self = g_weak_ref_get (&namida_sending_of (transfer)->outbox);
  g_autoptr (NamidaBackup) backup = namida_outbox_leave_out_sent_finish (transfer, result);

  attempt_send_collected (self, transfer, backup, NULL);
}

static void
attempt_on_collected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaTransfer) transfer = user_data;
  NamidaSending *sending = namida_sending_of (transfer);
  g_autoptr (NamidaOutbox) self = g_weak_ref_get (&sending->outbox);
  GError *error = NULL;
  g_autoptr (NamidaBackup) backup = sending->what->end (result, &error);

  if (backup != NULL && attempt_is_for_phone (sending))
    {
      g_autoptr (GTask) task
          = g_task_new (NULL, namida_transfer_get_cancellable (transfer), attempt_adapted, g_object_ref (transfer));

      g_object_set_data (G_OBJECT (task), "names", GINT_TO_POINTER (sending->names));
      g_task_set_task_data (task, g_steal_pointer (&backup), g_object_unref);
      g_task_run_in_thread (task, attempt_adapt_thread);
      return;
    }
  if (backup != NULL && self != NULL && namida_outbox_leaves_out_sent (self, sending))
    {
      namida_outbox_leave_out_sent_async (self, sending, backup, attempt_left_out_sent, g_object_ref (transfer));
      return;
    }
  attempt_send_collected (self, transfer, backup, error);
}

void
namida_outbox_try (NamidaOutbox *self, NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);

  namida_outbox_find_again (self, sending);
  sending->tried_at = namida_clock_monotonic ();
  if (sending->peer == NULL && namida_transfer_get_backup (transfer) != NULL)
    {
      namida_outbox_wait (self, transfer);
      return;
    }
  sending->scanning = TRUE;
  sending->what->begin (sending->what->data, namida_transfer_get_cancellable (transfer), attempt_on_collected,
                        g_object_ref (transfer));
}

NamidaTransfer *
namida_outbox_begin (NamidaOutbox *self,
                     NamidaPeer *peer,
                     const char *alias,
                     const char *fingerprint,
                     gboolean encrypted,
                     NamidaSendSource *what)
{
  g_autoptr (NamidaTransfer) transfer = namida_transfer_new (NAMIDA_DIRECTION_SEND, alias, fingerprint, encrypted);

  namida_sending_attach (transfer, self, peer, fingerprint, what);
  g_signal_connect (transfer, "notify::state", G_CALLBACK (attempt_on_state), NULL);
  namida_transfer_list_add (self->list, transfer);
  self->n_open++;
  return transfer; /* the list holds it */
}
