/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-hub-private.h"
#include "namida-sender.h"

#include <glib/gi18n-lib.h>

/* One sending: scan, send, remember. Owned by the callbacks of its steps. */
typedef struct
{
  GWeakRef hub; /* the hub holds the transfer, and the transfer this */
  NamidaPeer *peer;
  GListModel *files;
  char *pin;
  NamidaTransfer *transfer;
  NamidaSender *sender;
} Sending;

#define SENDING_KEY "namida-hub-sending"

static Sending *
sending_new (NamidaHub *hub, NamidaPeer *peer, GListModel *files, const char *pin)
{
  Sending *sending = g_new0 (Sending, 1);

  g_weak_ref_init (&sending->hub, hub);
  sending->peer = g_object_ref (peer);
  sending->files = g_object_ref (files);
  sending->pin = g_strdup (pin);
  return sending;
}

static void
sending_free (gpointer data)
{
  Sending *sending = data;

  g_weak_ref_clear (&sending->hub);
  g_clear_object (&sending->peer);
  g_clear_object (&sending->files);
  g_clear_object (&sending->sender);
  g_free (sending->pin);
  g_free (sending);
}

static void
journal_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaHub *self = source;
  g_autoptr (GError) error = NULL;

  if (!namida_journal_write_session (self->database, data, &error))
    g_warning ("The history could not be written: %s", error->message);
  g_task_return_boolean (task, TRUE);
}

static void
journal_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  namida_hub_sending_over (NAMIDA_HUB (source));
}

static const char *
journal_state (NamidaTransferState state)
{
  switch (state)
    {
    case NAMIDA_TRANSFER_DONE:
      return "finished";
    case NAMIDA_TRANSFER_INCOMPLETE:
      return "incomplete";
    case NAMIDA_TRANSFER_DECLINED:
      return "declined";
    case NAMIDA_TRANSFER_CANCELLED:
      return "cancelled";
    default:
      return "failed";
    }
}

static void
write_history (NamidaHub *self, NamidaTransfer *transfer)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, journal_written, NULL);
  NamidaJournalSession *row = g_new0 (NamidaJournalSession, 1);
  const GError *error = namida_transfer_get_error (transfer);

  row->id = g_uuid_string_random ();
  row->direction = g_strdup ("send");
  row->fingerprint = g_strdup (namida_transfer_get_peer_fingerprint (transfer));
  row->alias = g_strdup (namida_transfer_get_peer_alias (transfer));
  row->title = g_strdup (namida_transfer_get_title (transfer));
  row->offer_key = g_strdup ("");
  row->state = g_strdup (journal_state (namida_transfer_get_state (transfer)));
  row->started_at = namida_transfer_get_started_at (transfer);
  row->updated_at = namida_transfer_get_ended_at (transfer);
  row->total_bytes = namida_transfer_get_total_bytes (transfer);
  row->total_files = namida_transfer_get_total_files (transfer);
  row->stored_files = namida_transfer_count (transfer, NAMIDA_FILE_STORED);
  row->kept_files = namida_transfer_count (transfer, NAMIDA_FILE_KEPT_EXISTING);
  row->failed_files = row->total_files > row->stored_files + row->kept_files
                          ? row->total_files - row->stored_files - row->kept_files
                          : 0;
  row->error = error != NULL ? g_strdup (error->message) : NULL;
  g_task_set_task_data (task, row, (GDestroyNotify) namida_journal_session_free);
  g_task_run_in_thread (task, journal_thread);
}

static void
send_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaTransfer) transfer = user_data;
  Sending *sending = g_object_get_data (G_OBJECT (transfer), SENDING_KEY);
  g_autoptr (NamidaHub) self = g_weak_ref_get (&sending->hub);
  g_autoptr (GError) error = NULL;

  /* The sender has ended the transfer, and the error is in it. */
  namida_sender_send_finish (NAMIDA_SENDER (source), result, &error);
  if (self != NULL)
    write_history (self, transfer);
  g_clear_object (&sending->sender);
}

static void
scan_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaTransfer) transfer = user_data;
  Sending *sending = g_object_get_data (G_OBJECT (transfer), SENDING_KEY);
  g_autoptr (NamidaHub) self = g_weak_ref_get (&sending->hub);
  g_autoptr (NamidaDeviceInfo) own = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaBackup) backup = namida_scanner_scan_finish (result, &error);

  if (backup == NULL)
    {
      namida_transfer_end (transfer, error);
      if (self != NULL)
        namida_hub_sending_over (self);
      return;
    }
  namida_transfer_set_backup (transfer, backup);
  if (self == NULL || self->server == NULL)
    {
      g_set_error_literal (&error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The program was closed."));
      namida_transfer_end (transfer, error);
      if (self != NULL)
        namida_hub_sending_over (self);
      return;
    }
  own = namida_server_dup_info (self->server);
  sending->sender = namida_sender_new (self->identity, own, namida_peer_get_addresses (sending->peer),
                                       namida_peer_get_fingerprint (sending->peer), self->database, transfer);
  namida_sender_set_pin (sending->sender, sending->pin);
  namida_sender_set_limit (sending->sender, self->limit);
  namida_sender_send_async (sending->sender, send_done, g_steal_pointer (&transfer));
}

NamidaTransfer *
namida_hub_send (NamidaHub *self, NamidaPeer *peer, GListModel *files, const char *pin)
{
  g_autoptr (NamidaTransfer) transfer = NULL;

  g_return_val_if_fail (self->running, NULL);

  transfer = namida_transfer_new (NAMIDA_DIRECTION_SEND, namida_peer_get_alias (peer),
                                  namida_peer_get_fingerprint (peer), namida_peer_get_encrypted (peer));
  g_object_set_data_full (G_OBJECT (transfer), SENDING_KEY, sending_new (self, peer, files, pin), sending_free);
  g_list_store_insert (self->transfers, 0, transfer);
  self->n_sendings++;
  namida_scanner_scan_async (files, namida_transfer_get_cancellable (transfer), scan_done, g_object_ref (transfer));
  return transfer; /* the list holds it */
}

NamidaTransfer *
namida_hub_retry (NamidaHub *self, NamidaTransfer *transfer)
{
  Sending *sending = g_object_get_data (G_OBJECT (transfer), SENDING_KEY);
  NamidaPeer *peer;
  const char *fingerprint;

  if (sending == NULL || !namida_transfer_is_final (transfer) || !self->running)
    return NULL;
  /* The device may have come back with another address. */
  fingerprint = namida_peer_get_fingerprint (sending->peer);
  peer = fingerprint != NULL ? namida_peer_list_find_by_fingerprint (self->peers, fingerprint) : NULL;
  return namida_hub_send (self, peer != NULL ? peer : sending->peer, sending->files, sending->pin);
}
