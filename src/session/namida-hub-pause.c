/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pauses, resumes and cancels transfers for the local user. The window and the "transfers" command (through
 * namida-transfer-socket.c) call it. Main context. */
#include "config.h"

#include "namida-hub-private.h"
#include "namida-error.h"

#include <glib/gi18n-lib.h>

static gboolean
pause_is_sent (NamidaTransfer *transfer)
{
  return namida_transfer_get_direction (transfer) == NAMIDA_DIRECTION_SEND;
}

void
namida_hub_pause (NamidaHub *self, NamidaTransfer *transfer)
{
  g_return_if_fail (NAMIDA_IS_TRANSFER (transfer));

  if (!self->running || !namida_transfer_can_pause (transfer))
    return;
  if (pause_is_sent (transfer))
    namida_outbox_pause (self->outbox, transfer);
  else
    {
      if (namida_transfer_get_session_id (transfer) != NULL)
        namida_store_set_paused (self->store, namida_transfer_get_session_id (transfer), TRUE);
      if (!namida_server_pause (self->server, transfer))
        /* Its parts are parked already. The sender gets the answer when it connects again. */
        namida_transfer_set_paused (transfer);
    }
}

void
namida_hub_resume (NamidaHub *self, NamidaTransfer *transfer)
{
  g_return_if_fail (NAMIDA_IS_TRANSFER (transfer));

  if (!self->running)
    return;
  if (pause_is_sent (transfer))
    {
      namida_outbox_resume (self->outbox, transfer);
      return;
    }
  if (namida_transfer_get_state (transfer) != NAMIDA_TRANSFER_PAUSED)
    return;
  if (namida_transfer_get_session_id (transfer) != NULL)
    namida_store_set_paused (self->store, namida_transfer_get_session_id (transfer), FALSE);
  namida_transfer_set_trouble (transfer, _ ("Waiting for the other device to go on"));
  namida_transfer_set_state (transfer, NAMIDA_TRANSFER_INTERRUPTED);
  /* Announce this device, so that a waiting sender tries at once. */
  namida_hub_refresh (self);
}

/* No worker is active; only parts are left. */
static void
pause_cancel_parked (NamidaHub *self, NamidaTransfer *transfer, gboolean keep_parts)
{
  g_autoptr (GError) reason
      = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The transfer was canceled."));
  const char *id = namida_transfer_get_session_id (transfer);

  if (id != NULL && !keep_parts)
    namida_store_drop_parked (self->store, NULL, id);
  if (id != NULL && self->server != NULL && namida_transfer_get_peer_fingerprint (transfer) != NULL)
    namida_server_note_cancelled (self->server, id, namida_transfer_get_peer_fingerprint (transfer));
  namida_transfer_fail (transfer, reason);
}

void
namida_hub_cancel (NamidaHub *self, NamidaTransfer *transfer, gboolean keep_parts)
{
  NamidaTransferState state = namida_transfer_get_state (transfer);

  if (namida_transfer_is_final (transfer))
    return;
  /* Also if the parts are deleted: a program that is killed before that must not resume unasked. */
  if (!pause_is_sent (transfer) && namida_transfer_get_session_id (transfer) != NULL)
    namida_store_ask_again (self->store, namida_transfer_get_session_id (transfer));
  if (!pause_is_sent (transfer) && (state == NAMIDA_TRANSFER_INTERRUPTED || state == NAMIDA_TRANSFER_PAUSED))
    {
      if (self->server == NULL || !namida_server_cancel (self->server, transfer, keep_parts))
        pause_cancel_parked (self, transfer, keep_parts);
      return;
    }
  if (keep_parts)
    namida_transfer_cancel_keeping (transfer);
  else
    namida_transfer_cancel (transfer);
}

void
namida_hub_on_drop_parked (NamidaHub *self, const char *fingerprint, const char *id)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->transfers)); i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (self->transfers), i);
      g_autoptr (GError) reason
          = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The other device canceled the transfer."));

      if (!pause_is_sent (transfer) && !namida_transfer_is_final (transfer)
          && g_strcmp0 (namida_transfer_get_session_id (transfer), id) == 0
          && g_strcmp0 (namida_transfer_get_peer_fingerprint (transfer), fingerprint) == 0)
        namida_transfer_fail (transfer, reason);
    }
  namida_store_drop_parked (self->store, fingerprint, id);
}
