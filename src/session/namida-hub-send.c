/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-hub-private.h"
#include "namida-clock.h"
#include "namida-error.h"
#include "namida-sender.h"

#include <glib/gi18n-lib.h>

/* One sending: scan, send, wait for a device that is away, remember. Owned by its transfer. */
typedef struct
{
  GWeakRef hub; /* the hub holds the transfer, and the transfer this */
  NamidaPeer *peer;
  NamidaGather *what;
  char *pin;
  NamidaSender *sender; /* (nullable) between two tries */

  /* While the device is away. */
  gboolean accepted;   /* somebody there said yes, once */
  gboolean resume;     /* asked for while it was still stopping */
  gint64 away_since;   /* monotonic; 0: it is not */
  gint64 tried_at;     /* monotonic */
  guint tries;         /* since then */
  guint timer;         /* until the next one */
  NamidaPeer *watched; /* (nullable): its entry in the list of devices */
  char *history_id;
  gboolean writing, write_again, last; /* its row of the history, one at a time; @last: the final one */
  GError *error;                       /* why the last try ended */
} Sending;

#define SENDING_KEY "namida-hub-sending"

static Sending *
sending_new (NamidaHub *hub, NamidaPeer *peer, NamidaGather *what, const char *pin)
{
  Sending *sending = g_new0 (Sending, 1);

  g_weak_ref_init (&sending->hub, hub);
  sending->peer = g_object_ref (peer);
  sending->what = what;
  sending->pin = g_strdup (pin);
  return sending;
}

static void
sending_free (gpointer data)
{
  Sending *sending = data;

  g_weak_ref_clear (&sending->hub);
  g_clear_object (&sending->peer);
  namida_gather_unref (sending->what);
  g_clear_object (&sending->sender);
  g_clear_handle_id (&sending->timer, g_source_remove);
  g_clear_object (&sending->watched);
  g_clear_error (&sending->error);
  g_free (sending->history_id);
  g_free (sending->pin);
  g_free (sending);
}

static void
journal_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaHub *self = source;
  g_autoptr (GError) error = NULL;

  if (!namida_journal_write_send (self->database, data, &error))
    g_warning ("The history could not be written: %s", error->message);
  g_task_return_boolean (task, TRUE);
}

static void write_history (NamidaHub *self, NamidaTransfer *transfer);

static void
journal_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaHub *self = NAMIDA_HUB (source);
  g_autoptr (NamidaTransfer) transfer = user_data;
  Sending *sending = g_object_get_data (G_OBJECT (transfer), SENDING_KEY);

  sending->writing = FALSE;
  if (sending->write_again)
    write_history (self, transfer);
  else if (sending->last)
    namida_hub_sending_over (self);
}

static const char *
journal_state (NamidaTransferState state)
{
  switch (state)
    {
    case NAMIDA_TRANSFER_RUNNING:
    case NAMIDA_TRANSFER_FINISHING:
      return "open";
    case NAMIDA_TRANSFER_INTERRUPTED:
    case NAMIDA_TRANSFER_PAUSED:
      return "parked";
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

/* The row as it is now. One after the other: an older state must not come last. */
static void
write_history (NamidaHub *self, NamidaTransfer *transfer)
{
  Sending *sending = g_object_get_data (G_OBJECT (transfer), SENDING_KEY);
  g_autoptr (GTask) task = NULL;
  NamidaJournalSession *row;
  const GError *error = namida_transfer_get_error (transfer);

  sending->last = namida_transfer_is_final (transfer);
  sending->write_again = sending->writing;
  if (sending->writing)
    return;
  sending->writing = TRUE;
  task = g_task_new (self, NULL, journal_written, g_object_ref (transfer));
  g_task_set_source_tag (task, write_history);
  row = g_new0 (NamidaJournalSession, 1);
  if (sending->history_id == NULL)
    sending->history_id = g_uuid_string_random ();
  row->id = g_strdup (sending->history_id);
  row->direction = g_strdup ("send");
  row->fingerprint = g_strdup (namida_transfer_get_peer_fingerprint (transfer));
  row->alias = g_strdup (namida_transfer_get_peer_alias (transfer));
  row->title = g_strdup (namida_transfer_get_title (transfer));
  row->offer_key = namida_transfer_get_backup (transfer) != NULL
                       ? namida_backup_dup_key (namida_transfer_get_backup (transfer))
                       : g_strdup ("");
  row->state = g_strdup (journal_state (namida_transfer_get_state (transfer)));
  row->started_at = namida_transfer_get_started_at (transfer);
  row->updated_at
      = namida_transfer_is_final (transfer) ? namida_transfer_get_ended_at (transfer) : namida_clock_real ();
  row->total_bytes = namida_transfer_get_total_bytes (transfer);
  row->total_files = namida_transfer_get_total_files (transfer);
  row->stored_files = namida_transfer_count (transfer, NAMIDA_FILE_STORED);
  row->kept_files = namida_transfer_count (transfer, NAMIDA_FILE_KEPT_EXISTING);
  row->failed_files = namida_transfer_is_final (transfer) && row->total_files > row->stored_files + row->kept_files
                          ? row->total_files - row->stored_files - row->kept_files
                          : 0;
  row->error = error != NULL ? g_strdup (error->message) : NULL;
  g_task_set_task_data (task, row, (GDestroyNotify) namida_journal_session_free);
  g_task_run_in_thread (task, journal_thread);
}

/* ---- a device that is away ---- */

static void start_sender (NamidaHub *self, NamidaTransfer *transfer);
static void on_peers_changed (NamidaTransfer *transfer, guint position, guint removed, guint added, GListModel *peers);
static void on_sign_of_life (NamidaTransfer *transfer);
static void on_wait_cancelled (NamidaTransfer *transfer);

static void
stop_waiting (NamidaHub *self, NamidaTransfer *transfer)
{
  Sending *sending = g_object_get_data (G_OBJECT (transfer), SENDING_KEY);

  g_clear_handle_id (&sending->timer, g_source_remove);
  if (self != NULL && self->peers != NULL)
    g_signal_handlers_disconnect_by_func (self->peers, on_peers_changed, transfer);
  if (sending->watched != NULL)
    g_signal_handlers_disconnect_by_func (sending->watched, on_sign_of_life, transfer);
  g_clear_object (&sending->watched);
  g_signal_handlers_disconnect_by_func (namida_transfer_get_cancellable (transfer), on_wait_cancelled, transfer);
}

/* @error: (transfer none): what its person is told. */
static void
give_up (NamidaHub *self, NamidaTransfer *transfer, const GError *error)
{
  namida_transfer_end (transfer, error);
  if (self != NULL && self->database != NULL)
    write_history (self, transfer);
}

static void
on_wait_cancelled (NamidaTransfer *transfer)
{
  Sending *sending = g_object_get_data (G_OBJECT (transfer), SENDING_KEY);
  g_autoptr (NamidaTransfer) alive G_GNUC_UNUSED = g_object_ref (transfer);
  g_autoptr (NamidaHub) self = g_weak_ref_get (&sending->hub);
  g_autoptr (GError) error = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Cancelled"));

  stop_waiting (self, transfer);
  give_up (self, transfer, error);
}

/* The device may have come back with another address. */
static void
find_again (NamidaHub *self, Sending *sending)
{
  const char *fingerprint = namida_peer_get_fingerprint (sending->peer);
  NamidaPeer *peer = fingerprint != NULL ? namida_peer_list_find_by_fingerprint (self->peers, fingerprint) : NULL;

  if (peer != NULL)
    g_set_object (&sending->peer, peer);
}

static gboolean
on_wait_over (gpointer user_data)
{
  g_autoptr (NamidaTransfer) transfer = g_object_ref (user_data);
  Sending *sending = g_object_get_data (G_OBJECT (transfer), SENDING_KEY);
  g_autoptr (NamidaHub) self = g_weak_ref_get (&sending->hub);

  sending->timer = 0;
  stop_waiting (self, transfer);
  if (self == NULL || self->server == NULL)
    {
      give_up (self, transfer, sending->error);
      return G_SOURCE_REMOVE;
    }
  find_again (self, sending);
  start_sender (self, transfer);
  return G_SOURCE_REMOVE;
}

/* It was seen: no need to wait. A device that says much is not asked more than once a second. */
static void
on_sign_of_life (NamidaTransfer *transfer)
{
  Sending *sending = g_object_get_data (G_OBJECT (transfer), SENDING_KEY);
  gint64 elapsed = namida_clock_monotonic () - sending->tried_at;

  g_clear_handle_id (&sending->timer, g_source_remove);
  sending->timer = g_timeout_add (elapsed >= G_USEC_PER_SEC ? 0 : (guint) ((G_USEC_PER_SEC - elapsed) / 1000) + 1,
                                  on_wait_over, transfer);
}

static void
watch_peer (NamidaHub *self, NamidaTransfer *transfer)
{
  Sending *sending = g_object_get_data (G_OBJECT (transfer), SENDING_KEY);
  const char *fingerprint = namida_peer_get_fingerprint (sending->peer);
  NamidaPeer *peer = fingerprint != NULL ? namida_peer_list_find_by_fingerprint (self->peers, fingerprint) : NULL;

  if (peer == NULL || peer == sending->watched)
    return;
  if (sending->watched != NULL)
    g_signal_handlers_disconnect_by_func (sending->watched, on_sign_of_life, transfer);
  g_set_object (&sending->watched, peer);
  g_signal_connect_object (peer, "notify::address", G_CALLBACK (on_sign_of_life), transfer, G_CONNECT_SWAPPED);
  g_signal_connect_object (peer, "notify::last-seen", G_CALLBACK (on_sign_of_life), transfer, G_CONNECT_SWAPPED);
}

static void
on_peers_changed (NamidaTransfer *transfer, guint position, guint removed, guint added, GListModel *peers)
{
  Sending *sending = g_object_get_data (G_OBJECT (transfer), SENDING_KEY);
  const char *fingerprint = namida_peer_get_fingerprint (sending->peer);
  g_autoptr (NamidaHub) self = g_weak_ref_get (&sending->hub);
  gboolean back = FALSE;

  for (guint i = 0; i < added && fingerprint != NULL; i++)
    {
      g_autoptr (NamidaPeer) peer = g_list_model_get_item (peers, position + i);

      back |= g_strcmp0 (namida_peer_get_fingerprint (peer), fingerprint) == 0;
    }
  if (self == NULL || !back)
    return;
  watch_peer (self, transfer);
  on_sign_of_life (transfer);
}

static void
wait_for_device (NamidaHub *self, NamidaTransfer *transfer)
{
  static const guint seconds[] = { 1, 2, 5, 10, 30, 60 };
  Sending *sending = g_object_get_data (G_OBJECT (transfer), SENDING_KEY);
  gint64 now = namida_clock_monotonic ();
  gint64 left;
  guint wait;

  if (sending->away_since == 0)
    sending->away_since = now;
  left = (sending->away_since + (gint64) self->patience_seconds * G_USEC_PER_SEC - now) / 1000;
  if (left <= 0 || self->server == NULL)
    {
      give_up (self, transfer, sending->error);
      return;
    }
  wait = seconds[MIN (sending->tries, G_N_ELEMENTS (seconds) - 1)] * 1000;
  sending->tries++;
  sending->timer = g_timeout_add (left < wait ? (guint) left : wait, on_wait_over, transfer);
  g_signal_connect_object (self->peers, "items-changed", G_CALLBACK (on_peers_changed), transfer, G_CONNECT_SWAPPED);
  g_signal_connect_object (namida_transfer_get_cancellable (transfer), "cancelled", G_CALLBACK (on_wait_cancelled),
                           transfer, G_CONNECT_SWAPPED);
  watch_peer (self, transfer);
}

/* ---- pause ---- */

static void
stay_paused (NamidaHub *self, NamidaTransfer *transfer)
{
  Sending *sending = g_object_get_data (G_OBJECT (transfer), SENDING_KEY);
  gboolean resume = sending->resume;

  sending->resume = FALSE;
  sending->away_since = 0;
  sending->tries = 0;
  g_signal_connect_object (namida_transfer_get_cancellable (transfer), "cancelled", G_CALLBACK (on_wait_cancelled),
                           transfer, G_CONNECT_SWAPPED);
  if (resume)
    namida_hub_send_resume (self, transfer);
}

void
namida_hub_send_pause (NamidaHub *self, NamidaTransfer *transfer)
{
  Sending *sending = g_object_get_data (G_OBJECT (transfer), SENDING_KEY);

  g_return_if_fail (sending != NULL);

  sending->resume = FALSE;
  if (sending->sender != NULL)
    {
      namida_transfer_pause (transfer); /* send_done() follows */
      return;
    }
  stop_waiting (self, transfer);
  namida_transfer_set_paused (transfer);
  stay_paused (self, transfer);
}

void
namida_hub_send_resume (NamidaHub *self, NamidaTransfer *transfer)
{
  Sending *sending = g_object_get_data (G_OBJECT (transfer), SENDING_KEY);

  g_return_if_fail (sending != NULL);

  if (namida_transfer_is_pausing (transfer))
    sending->resume = TRUE;
  if (namida_transfer_get_state (transfer) != NAMIDA_TRANSFER_PAUSED || sending->sender != NULL)
    return;
  stop_waiting (self, transfer);
  namida_transfer_set_trouble (transfer, NULL);
  namida_transfer_set_state (transfer, NAMIDA_TRANSFER_INTERRUPTED);
  find_again (self, sending);
  start_sender (self, transfer);
}

/* ---- one try ---- */

static void
send_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaTransfer) transfer = user_data;
  Sending *sending = g_object_get_data (G_OBJECT (transfer), SENDING_KEY);
  g_autoptr (NamidaHub) self = g_weak_ref_get (&sending->hub);
  gboolean came = namida_sender_get_reached (NAMIDA_SENDER (source));
  g_autofree char *session = NULL;

  sending->accepted = namida_sender_get_accepted (NAMIDA_SENDER (source));
  session = namida_sender_dup_session (NAMIDA_SENDER (source));
  if (session != NULL)
    namida_hub_set_session_id (transfer, session);
  g_clear_error (&sending->error);
  namida_sender_send_finish (NAMIDA_SENDER (source), result, &sending->error);
  g_clear_object (&sending->sender);
  if (came)
    {
      sending->away_since = 0;
      sending->tries = 0;
    }
  /* The sender has ended the transfer, and the error is in it; or it can go on. */
  if (namida_transfer_is_final (transfer))
    {
      if (self != NULL && self->database != NULL)
        write_history (self, transfer);
    }
  else if (self == NULL || g_cancellable_is_cancelled (namida_transfer_get_cancellable (transfer)))
    on_wait_cancelled (transfer);
  else if (namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_PAUSED)
    stay_paused (self, transfer);
  else
    wait_for_device (self, transfer);
}

/* A sending that was accepted is in the history from then on: the program may be killed. */
static void
on_state (NamidaTransfer *transfer)
{
  Sending *sending = g_object_get_data (G_OBJECT (transfer), SENDING_KEY);
  g_autoptr (NamidaHub) self = g_weak_ref_get (&sending->hub);
  NamidaTransferState state = namida_transfer_get_state (transfer);

  if (self != NULL && self->database != NULL
      && (state == NAMIDA_TRANSFER_RUNNING || state == NAMIDA_TRANSFER_INTERRUPTED || state == NAMIDA_TRANSFER_PAUSED))
    write_history (self, transfer);
}

static void
start_sender (NamidaHub *self, NamidaTransfer *transfer)
{
  Sending *sending = g_object_get_data (G_OBJECT (transfer), SENDING_KEY);
  g_autoptr (NamidaDeviceInfo) own = namida_server_dup_info (self->server);

  sending->tried_at = namida_clock_monotonic ();
  sending->sender = namida_sender_new (namida_sender_best_dialect (namida_peer_get_dialects (sending->peer)),
                                       self->identity, own, namida_peer_get_addresses (sending->peer),
                                       namida_peer_get_fingerprint (sending->peer), self->database, transfer);
  namida_sender_set_pin (sending->sender, sending->pin);
  namida_sender_set_limit (sending->sender, self->limit);
  if (self->patience_seconds > 0 || sending->accepted)
    namida_sender_set_patient (sending->sender, sending->accepted);
  namida_sender_send_async (sending->sender, send_done, g_object_ref (transfer));
}

static void
gathered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaTransfer) transfer = user_data;
  Sending *sending = g_object_get_data (G_OBJECT (transfer), SENDING_KEY);
  g_autoptr (NamidaHub) self = g_weak_ref_get (&sending->hub);
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaBackup) backup = sending->what->end (result, &error);

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
  start_sender (self, transfer);
}

NamidaTransfer *
namida_hub_send_what (NamidaHub *self, NamidaPeer *peer, NamidaGather *what, const char *pin)
{
  g_autoptr (NamidaTransfer) transfer = NULL;

  transfer = namida_transfer_new (NAMIDA_DIRECTION_SEND, namida_peer_get_alias (peer),
                                  namida_peer_get_fingerprint (peer), namida_peer_get_encrypted (peer));
  g_object_set_data_full (G_OBJECT (transfer), SENDING_KEY, sending_new (self, peer, what, pin), sending_free);
  g_signal_connect (transfer, "notify::state", G_CALLBACK (on_state), NULL);
  g_list_store_insert (self->transfers, 0, transfer);
  self->n_sendings++;
  what->begin (what->data, namida_transfer_get_cancellable (transfer), gathered, g_object_ref (transfer));
  return transfer; /* the list holds it */
}

static void
scan (gpointer files, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  namida_scanner_scan_async (files, cancellable, callback, user_data);
}

NamidaTransfer *
namida_hub_send (NamidaHub *self, NamidaPeer *peer, GListModel *files, const char *pin)
{
  g_return_val_if_fail (self->running, NULL);

  return namida_hub_send_what (
      self, peer, namida_gather_new (scan, namida_scanner_scan_finish, g_object_ref (files), g_object_unref), pin);
}

static void
gather_clear (gpointer data)
{
  NamidaGather *gather = data;

  gather->data_free (gather->data);
}

NamidaGather *
namida_gather_new (NamidaGatherBegin begin, NamidaGatherEnd end, gpointer data, GDestroyNotify data_free)
{
  NamidaGather *gather = g_rc_box_new0 (NamidaGather);

  gather->begin = begin;
  gather->end = end;
  gather->data = data;
  gather->data_free = data_free;
  return gather;
}

void
namida_gather_unref (NamidaGather *gather)
{
  g_rc_box_release_full (gather, gather_clear);
}

NamidaTransfer *
namida_hub_retry (NamidaHub *self, NamidaTransfer *transfer)
{
  Sending *sending = g_object_get_data (G_OBJECT (transfer), SENDING_KEY);

  if (sending == NULL || !self->running)
    return NULL;
  if (sending->timer != 0)
    {
      on_sign_of_life (transfer);
      return transfer;
    }
  if (!namida_transfer_is_final (transfer))
    return NULL;
  find_again (self, sending);
  return namida_hub_send_what (self, sending->peer, g_rc_box_acquire (sending->what), sending->pin);
}
