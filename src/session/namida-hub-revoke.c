/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handles a device that is no longer trusted, whether the local user, another program of this device or a new pairing
 * caused this. It may not continue anything: its running and interrupted transfers, its fetches and its connections
 * end. The hub calls it for each change of the trust store. Main context. */
#include "config.h"

#include "namida-hub-private.h"
#include "namida-error.h"

#include <glib/gi18n-lib.h>

static void
revoke_transfers (NamidaHub *self, const char *fingerprint)
{
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (self->transfers)); i > 0; i--)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (self->transfers), i - 1);
      NamidaTransferState state = namida_transfer_get_state (transfer);
      g_autoptr (GError) reason = NULL;

      if (namida_transfer_get_direction (transfer) != NAMIDA_DIRECTION_RECEIVE
          || (state != NAMIDA_TRANSFER_INTERRUPTED && state != NAMIDA_TRANSFER_PAUSED)
          || namida_transfer_get_session_id (transfer) == NULL
          || g_strcmp0 (namida_transfer_get_peer_fingerprint (transfer), fingerprint) != 0)
        continue;
      reason = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED,
                                    _ ("The transfer was canceled because the device is no longer trusted."));
      namida_server_note_cancelled (self->server, namida_transfer_get_session_id (transfer), fingerprint);
      namida_transfer_fail (transfer, reason);
    }
}

static void
hub_revoke_device (NamidaHub *self, const char *fingerprint)
{
  if (self->server == NULL || self->store == NULL)
    return;
  namida_server_end_device (self->server, fingerprint);
  revoke_transfers (self, fingerprint);
  namida_store_drop_device (self->store, fingerprint);
}

static void
revoke_on_trust_changed (NamidaHub *self, const char *fingerprint, NamidaTrustStore *trust)
{
  if (!namida_trust_store_is_trusted (trust, fingerprint))
    hub_revoke_device (self, fingerprint);
}

void
namida_hub_watch_trust (NamidaHub *self)
{
  g_signal_connect_object (self->trust, "changed", G_CALLBACK (revoke_on_trust_changed), self, G_CONNECT_SWAPPED);
}
