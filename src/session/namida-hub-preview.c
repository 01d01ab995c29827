/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Determines what a transfer would send: the files are scanned as for a transfer, and the device is asked what it
 * already has. Nothing is sent, listed or recorded. For the command line's --dry-run. Main context. */
#include "config.h"

#include "namida-hub-private.h"

#include "namida-error.h"
#include "namida-sender.h"
#include "namida-store-sink.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  NamidaPeer *peer;
  NamidaHubPreview *preview;
} HubPreviewing;

void
namida_hub_preview_free (NamidaHubPreview *self)
{
  g_clear_object (&self->backup);
  g_clear_pointer (&self->wanted, namida_offer_answer_free);
  g_clear_error (&self->reason);
  g_free (self);
}

static void
hub_previewing_free (gpointer data)
{
  HubPreviewing *self = data;

  g_object_unref (self->peer);
  g_clear_pointer (&self->preview, namida_hub_preview_free);
  g_free (self);
}

static void
hub_preview_asked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HubPreviewing *previewing = g_task_get_task_data (task);

  previewing->preview->wanted
      = namida_sender_preview_finish (NAMIDA_SENDER (source), result, &previewing->preview->reason);
  g_task_return_pointer (task, g_steal_pointer (&previewing->preview), (GDestroyNotify) namida_hub_preview_free);
}

static void
hub_preview_scanned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  NamidaHub *self = g_task_get_source_object (task);
  HubPreviewing *previewing = g_task_get_task_data (task);
  NamidaPeer *peer = previewing->peer;
  g_autoptr (NamidaTransfer) transfer = NULL;
  g_autoptr (NamidaDeviceInfo) own = NULL;
  g_autoptr (NamidaSender) sender = NULL;
  GError *error = NULL;

  previewing->preview->backup = namida_scanner_scan_finish (result, &error);
  if (error == NULL && self->server == NULL)
    g_set_error_literal (&error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The program was closed."));
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (g_task_return_error_if_cancelled (task))
    return;
  /* This transfer is in no list; only the sender reads it. */
  transfer = namida_transfer_new (NAMIDA_DIRECTION_SEND, namida_peer_get_alias (peer),
                                  namida_peer_get_fingerprint (peer), namida_peer_get_encrypted (peer));
  namida_transfer_set_backup (transfer, previewing->preview->backup);
  own = namida_server_dup_info (self->server);
  sender = namida_sender_new (namida_sender_best_dialect (namida_peer_get_dialects (peer)), self->identity, own,
                              namida_peer_get_addresses (peer), namida_peer_get_fingerprint (peer), self->database,
                              transfer);
  namida_sender_preview_async (sender, g_task_get_cancellable (task), hub_preview_asked, g_object_ref (task));
}

void
namida_hub_preview_async (NamidaHub *self,
                          NamidaPeer *peer,
                          GListModel *files,
                          NamidaScanFilter *filter,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  HubPreviewing *previewing = g_new0 (HubPreviewing, 1);

  g_return_if_fail (self->running);

  g_task_set_source_tag (task, namida_hub_preview_async);
  previewing->peer = g_object_ref (peer);
  previewing->preview = g_new0 (NamidaHubPreview, 1);
  g_task_set_task_data (task, previewing, hub_previewing_free);
  namida_scanner_scan_async (files, filter, cancellable, hub_preview_scanned, task);
}

NamidaHubPreview *
namida_hub_preview_finish (NamidaHub *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Called by the server; the sink knows which files are here. Returns: (transfer full) (nullable) */
static NamidaSink *
hub_preview_on_asked (NamidaServer *server, const char *fingerprint, NamidaHub *self)
{
  const NamidaTrusted *trusted = self->trust != NULL ? namida_trust_store_lookup (self->trust, fingerprint) : NULL;

  if (trusted == NULL || self->send_only)
    return NULL;
  return namida_store_sink_new_for (self->store, fingerprint, trusted->alias, "",
                                    namida_inbox_landing_for (self->inbox, trusted), NULL);
}

void
namida_hub_start_preview (NamidaHub *self)
{
  g_signal_connect_object (self->server, "preview", G_CALLBACK (hub_preview_on_asked), self, 0);
}
