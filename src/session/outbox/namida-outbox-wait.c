/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outgoing transfers without an active worker, because the device is away or the user paused them: when to try again,
 * and resuming, canceling and giving up. namida-outbox-attempt.c and namida-hub-pause.c call it. Main context. */
#include "config.h"

#include "namida-outbox-private.h"
#include "namida-clock.h"
#include "namida-error.h"

#include <glib/gi18n-lib.h>

static void
wait_on_peers_changed (NamidaTransfer *transfer, guint position, guint removed, guint added, GListModel *peers);

static void
wait_stop_waiting (NamidaOutbox *self, NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);

  g_clear_handle_id (&sending->timer, g_source_remove);
  if (self != NULL && self->peers != NULL)
    g_signal_handlers_disconnect_by_func (self->peers, wait_on_peers_changed, transfer);
  if (sending->watched != NULL)
    g_signal_handlers_disconnect_by_func (sending->watched, namida_outbox_device_seen, transfer);
  g_clear_object (&sending->watched);
  g_signal_handlers_disconnect_by_func (namida_transfer_get_cancellable (transfer), namida_outbox_canceled, transfer);
}

/* @error: (transfer none) (nullable): why the last attempt failed; %NULL: this run has never seen the device */
static void
wait_give_up (NamidaOutbox *self, NamidaTransfer *transfer, const GError *error)
{
  g_autoptr (GError) away = NULL;

  if (error == NULL)
    away = g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                        /* Translators: %s is the name of a device. */
                        _ ("“%s” did not come back. Open Namida Sync there, then send again."),
                        namida_transfer_get_peer_alias (transfer));
  namida_transfer_fail (transfer, error != NULL ? error : away);
  if (self != NULL && self->database != NULL)
    namida_sending_write (self, transfer);
}

void
namida_outbox_give_up (NamidaOutbox *self, NamidaTransfer *transfer)
{
  wait_give_up (self, transfer, namida_sending_of (transfer)->error);
}

void
namida_outbox_find_again (NamidaOutbox *self, NamidaSending *sending)
{
  const char *fingerprint = sending->fingerprint;
  NamidaPeer *peer = fingerprint != NULL ? namida_peer_list_find_by_fingerprint (self->peers, fingerprint) : NULL;

  if (peer != NULL)
    g_set_object (&sending->peer, peer);
}

static void
wait_on_reported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  /* If nobody resumes the session, the receiver removes its parts after some days. */
  if (!namida_client_cancel_finish (NAMIDA_CLIENT (source), result, &error))
    g_debug ("The receiver did not hear of the cancel: %s", error->message);
}

/* Tells the receiver that its parts are no longer needed. */
static void
wait_report_cancelled (NamidaOutbox *self, NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);
  const char *id = namida_transfer_get_session_id (transfer);
  g_autoptr (GInetSocketAddress) address = NULL;
  g_autoptr (NamidaClient) client = NULL;

  namida_outbox_find_again (self, sending);
  if (sending->peer != NULL)
    address = g_list_model_get_item (namida_peer_get_addresses (sending->peer), 0);
  if (id == NULL || address == NULL || sending->fingerprint == NULL || !self->running)
    return;
  client = namida_client_new (self->identity, address, sending->fingerprint);
  namida_client_cancel_async (client, id, FALSE, wait_on_reported, NULL);
}

void
namida_outbox_canceled (NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);
  g_autoptr (NamidaTransfer) alive G_GNUC_UNUSED = g_object_ref (transfer);
  g_autoptr (NamidaOutbox) self = g_weak_ref_get (&sending->outbox);
  g_autoptr (GError) error = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Canceled"));

  wait_stop_waiting (self, transfer);
  if (self != NULL && !sending->closing && !namida_transfer_get_keep_parts (transfer))
    wait_report_cancelled (self, transfer);
  wait_give_up (self, transfer, error);
}

static gboolean
wait_on_wait_over (gpointer user_data)
{
  g_autoptr (NamidaTransfer) transfer = g_object_ref (user_data);
  NamidaSending *sending = namida_sending_of (transfer);
  g_autoptr (NamidaOutbox) self = g_weak_ref_get (&sending->outbox);

  sending->timer = 0;
  wait_stop_waiting (self, transfer);
  if (self == NULL || !self->running)
    {
      wait_give_up (self, transfer, sending->error);
      return G_SOURCE_REMOVE;
    }
  namida_outbox_try (self, transfer);
  return G_SOURCE_REMOVE;
}

/* The device was seen, so try now. A device that announces itself often is asked at most once per second. */
void
namida_outbox_device_seen (NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);
  gint64 elapsed = namida_clock_monotonic () - sending->tried_at;

  g_clear_handle_id (&sending->timer, g_source_remove);
  sending->timer = g_timeout_add (elapsed >= G_USEC_PER_SEC ? 0 : (guint) ((G_USEC_PER_SEC - elapsed) / 1000) + 1,
                                  wait_on_wait_over, transfer);
}

static void
wait_watch_peer (NamidaOutbox *self, NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);
  const char *fingerprint = sending->fingerprint;
  NamidaPeer *peer = fingerprint != NULL ? namida_peer_list_find_by_fingerprint (self->peers, fingerprint) : NULL;

  if (peer == NULL || peer == sending->watched)
    return;
  if (sending->watched != NULL)
    g_signal_handlers_disconnect_by_func (sending->watched, namida_outbox_device_seen, transfer);
  g_set_object (&sending->watched, peer);
  g_signal_connect_object (peer, "notify::address", G_CALLBACK (namida_outbox_device_seen), transfer,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (peer, "notify::last-seen", G_CALLBACK (namida_outbox_device_seen), transfer,
                           G_CONNECT_SWAPPED);
}

static void
wait_on_peers_changed (NamidaTransfer *transfer, guint position, guint removed, guint added, GListModel *peers)
{
  NamidaSending *sending = namida_sending_of (transfer);
  const char *fingerprint = sending->fingerprint;
  g_autoptr (NamidaOutbox) self = g_weak_ref_get (&sending->outbox);
  gboolean back = FALSE;

  for (guint i = 0; i < added && fingerprint != NULL; i++)
    {
      g_autoptr (NamidaPeer) peer = g_list_model_get_item (peers, position + i);

      back |= g_strcmp0 (namida_peer_get_fingerprint (peer), fingerprint) == 0;
    }
  if (self == NULL || !back)
    return;
  wait_watch_peer (self, transfer);
  namida_outbox_device_seen (transfer);
}

void
namida_outbox_wait (NamidaOutbox *self, NamidaTransfer *transfer)
{
  static const guint seconds[] = { 1, 2, 5, 10, 30, 60 };
  NamidaSending *sending = namida_sending_of (transfer);
  gint64 now = namida_clock_monotonic ();
  gint64 left;
  guint wait;

  if (sending->away_since == 0)
    sending->away_since = now;
  left = (sending->away_since + (gint64) self->patience.seconds * G_USEC_PER_SEC - now) / 1000;
  if (left <= 0 || !self->running)
    {
      wait_give_up (self, transfer, sending->error);
      return;
    }
  wait = seconds[MIN (sending->tries, G_N_ELEMENTS (seconds) - 1)] * 1000;
  sending->tries++;
  wait = MAX (wait, sending->retry_after * 1000);
  sending->timer = g_timeout_add (left < wait ? (guint) left : wait, wait_on_wait_over, transfer);
  g_signal_connect_object (self->peers, "items-changed", G_CALLBACK (wait_on_peers_changed), transfer,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (namida_transfer_get_cancellable (transfer), "cancelled", G_CALLBACK (namida_outbox_canceled),
                           transfer, G_CONNECT_SWAPPED);
  wait_watch_peer (self, transfer);
}

/* ---- pause ---- */

void
namida_outbox_stay_paused (NamidaOutbox *self, NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);
  gboolean resume = sending->resume;

  sending->resume = FALSE;
  sending->away_since = 0;
  sending->tries = 0;
  g_signal_connect_object (namida_transfer_get_cancellable (transfer), "cancelled", G_CALLBACK (namida_outbox_canceled),
                           transfer, G_CONNECT_SWAPPED);
  if (resume)
    namida_outbox_resume (self, transfer);
}

void
namida_outbox_pause (NamidaOutbox *self, NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);

  g_return_if_fail (sending != NULL);

  sending->resume = FALSE;
  if (sending->sender != NULL || sending->scanning)
    {
      namida_transfer_pause (transfer); /* namida_outbox_stay_paused() follows */
      return;
    }
  wait_stop_waiting (self, transfer);
  namida_transfer_set_paused (transfer);
  namida_outbox_stay_paused (self, transfer);
}

void
namida_outbox_resume (NamidaOutbox *self, NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);

  NamidaTransferState state = namida_transfer_get_state (transfer);

  g_return_if_fail (sending != NULL);

  /* The transfer may be shown as paused while the receiver is still being told. */
  sending->resume = namida_transfer_is_pausing (transfer)
                    || (state == NAMIDA_TRANSFER_PAUSED && (sending->sender != NULL || sending->scanning));
  if (state != NAMIDA_TRANSFER_PAUSED || sending->resume)
    return;
  wait_stop_waiting (self, transfer);
  namida_transfer_set_trouble (transfer, NULL);
  namida_transfer_set_state (transfer, NAMIDA_TRANSFER_INTERRUPTED);
  namida_outbox_try (self, transfer);
}
