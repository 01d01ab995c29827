/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state machine of a transfer: prepare, offer, upload, finish, end. Each step blocks in its own thread; the code
 * between two steps runs in the main context. Everything that is specific to a dialect comes from its table. */
#include "config.h"

#include "namida-sender-private.h"

#include "namida-error.h"
#include "namida-localsend-sessions.h"

#include <glib/gi18n-lib.h>

/* An address that does not answer must not delay the next one for long. */
#define QUICK_CONNECT_SECONDS 2u
/* How long to wait before the backup is offered again: as after this many broken connections (namida_http_back_off()).
 */
#define START_OVER_BREAKS 3u

typedef gboolean (*SenderStep) (NamidaSender *self, GError **error);
/** SenderNext: @error: (transfer full) (nullable): the error of the step. */
typedef void (*SenderNext) (NamidaSender *self, GError *error);

typedef struct
{
  SenderStep step;
  SenderNext next;
} SenderWork;

static gpointer
sender_step_thread (gpointer data)
{
  g_autoptr (GTask) task = data;
  SenderWork *work = g_task_get_task_data (task);
  GError *error = NULL;

  if (work->step (g_task_get_source_object (task), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  return NULL;
}

static void
sender_on_step_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SenderWork *work = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  work->next (NAMIDA_SENDER (source), error);
}

/* Use a new thread, because a pool would be full of threads that wait for a user. The sender stays alive until the step
 * is done. */
static void
sender_run_step (NamidaSender *self, SenderStep step, SenderNext next)
{
  GTask *task = g_task_new (self, NULL, sender_on_step_done, NULL);
  SenderWork *work = g_new0 (SenderWork, 1);

  work->step = step;
  work->next = next;
  g_task_set_source_tag (task, sender_run_step);
  g_task_set_task_data (task, work, g_free);
  g_thread_unref (g_thread_new ("namida-sender", sender_step_thread, task));
}

/* ---- 5. the end ---- */

/* Whether the transfer can be resumed: the other device is away, or has restarted and does not know the session. A new
 * offer resumes it. */
static gboolean
sender_can_go_on (NamidaSender *self, const GError *error)
{
  if (!self->patient || error->domain != NAMIDA_ERROR)
    return FALSE;
  if (!self->accepted)
    return (error->code == NAMIDA_ERROR_BUSY && self->waits_busy)
           || (error->code == NAMIDA_ERROR_UNREACHABLE && self->waits_away);
  if (!self->dialect->parks)
    return self->dialect->on_break == NAMIDA_BREAK_STARTS_OVER && error->code == NAMIDA_ERROR_UNREACHABLE;
  switch (error->code)
    {
    case NAMIDA_ERROR_UNREACHABLE:
    case NAMIDA_ERROR_NO_SUCH_DEVICE: /* another device has its address now */
    case NAMIDA_ERROR_BUSY:
    case NAMIDA_ERROR_PAUSED:
    case NAMIDA_ERROR_NO_SPACE: /* the user may free some space on the other device */
    case NAMIDA_ERROR_NO_INODES:
    case NAMIDA_ERROR_QUOTA:
    case NAMIDA_ERROR_READ_ONLY:
    case NAMIDA_ERROR_NO_DRIVE: /* or connect the drive */
      return TRUE;
    case NAMIDA_ERROR_NOT_FOUND:
    case NAMIDA_ERROR_EXPIRED:
      return self->session_id != NULL;
    case NAMIDA_ERROR_IDENTITY_CHANGED: /* a stranger claims to be the device; nothing was sent to it */
      return self->again && self->session_id == NULL;
    default:
      return FALSE;
    }
}

/* Returns the text that is shown while the transfer waits; NULL for the default text that the device is away. @error:
 * (nullable). */
static const char *
sender_get_trouble (const GError *error)
{
  if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_PAUSED))
    return _ ("Paused on the other device");
  if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE))
    return _ ("Waiting for room on the other device: its disk is full");
  if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY))
    return _ ("The other device is busy with another transfer");
  if (namida_error_is_full (error) || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE))
    return namida_error_storage_words_there ((NamidaError) error->code);
  return NULL;
}

static void
sender_settle (NamidaSender *self, const GError *error, gboolean goes_on)
{
  if (error != NULL && namida_transfer_is_pausing (self->transfer))
    namida_transfer_set_paused (self->transfer);
  else if (error != NULL && goes_on)
    namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_INTERRUPTED);
  else if (error != NULL)
    namida_transfer_fail (self->transfer, error);
  else
    namida_transfer_finish (self->transfer);
}

/* @error: (transfer full) (nullable) */
static void
sender_give_back (NamidaSender *self, GError *error)
{
  g_autoptr (NamidaSender) alive G_GNUC_UNUSED = g_object_ref (self);
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static gboolean
sender_cancel_there (NamidaSender *self, GError **error)
{
  self->dialect->cancel (self, FALSE);
  return TRUE;
}

static gboolean
sender_cancel_there_keeping (NamidaSender *self, GError **error)
{
  self->dialect->cancel (self, TRUE);
  return TRUE;
}

/* A program that exits waits for its transfers; otherwise the cancel would not be sent. */
static void
sender_on_cancel_said (NamidaSender *self, GError *none)
{
  sender_give_back (self, g_steal_pointer (&self->error));
}

/* Whether the other side waits for something that will not come. A v1 session is parked by the receiver; the phone app
 * counts the files that it could not save, and would delete the others. */
static gboolean
sender_must_cancel (NamidaSender *self, const GError *error, gboolean by_user)
{
  if (!self->is_asked || self->stopped_there)
    return FALSE;
  if (self->dialect->parks)
    return error != NULL && by_user;
  return error != NULL
         || (self->dialect->on_break == NAMIDA_BREAK_LOSES_FILE && !namida_upload_job_is_complete (self->job));
}

static GError *
sender_explain_cancel (NamidaSender *self, GError *error, gboolean by_user)
{
  if (error == NULL || (!by_user && !self->stopped_there))
    return error;
  g_error_free (error);
  return self->stopped_there ? g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("“%s” canceled the transfer."),
                                            namida_transfer_get_peer_alias (self->transfer))
                             : g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Canceled"));
}

/* @error: (transfer full) (nullable) */
static void
sender_end (NamidaSender *self, GError *error)
{
  NamidaTransfer *transfer = self->transfer;
  GCancellable *cancellable = namida_transfer_get_cancellable (transfer);
  gboolean by_user = g_cancellable_is_cancelled (cancellable);
  gboolean keep_parts = namida_transfer_is_pausing (transfer) || namida_transfer_get_keep_parts (transfer);
  gboolean cancel;

  namida_localsend_sessions_remove (self);
  /* Do not use g_cancellable_disconnect(), which waits for a handler that is running right now. */
  if (self->handler != 0)
    g_signal_handler_disconnect (cancellable, self->handler);
  self->handler = 0;
  error = sender_explain_cancel (self, error, by_user);
  cancel = sender_must_cancel (self, error, by_user);
  namida_transfer_set_trouble (transfer, sender_get_trouble (error));
  if (error == NULL && self->dialect->advice_at_end != NULL)
    namida_transfer_set_advice (transfer, _ (self->dialect->advice_at_end));
  sender_settle (self, error, error != NULL && !by_user && sender_can_go_on (self, error));
  /* Only now is it known whether everything arrived. */
  if (error == NULL && namida_transfer_get_error (transfer) != NULL)
    error = g_error_copy (namida_transfer_get_error (transfer));
  if (!cancel)
    {
      sender_give_back (self, error);
      return;
    }
  self->error = error;
  sender_run_step (self, keep_parts ? sender_cancel_there_keeping : sender_cancel_there, sender_on_cancel_said);
}

/* ---- 4. finish ---- */

/* Everything was sent, so only the other device knows why it did not keep a file. */
static const char *
sender_get_detail (gconstpointer value)
{
  NamidaFileResult result = namida_finish_value_get_result (value);
  const char *words = namida_error_storage_words_there (namida_finish_value_get_code (value));

  if (result == NAMIDA_FILE_MISSING && words != NULL)
    return words;
  if (result == NAMIDA_FILE_MISSING)
    return _ ("The other device could not save the file. See the message shown there.");
  return namida_file_result_get_detail (result);
}

/* Whether “finish” follows when the upload has ended. @fine: whether it ended well. */
static gboolean
sender_finishes (NamidaSender *self, gboolean fine)
{
  return fine && self->dialect->finish != NULL && !self->dialect->offers_rest && self->session_id != NULL;
}

static gpointer
sender_index_thread (gpointer job)
{
  namida_upload_job_store_hashes (job);
  return NULL;
}

/* Writes the index of hashes while the other device stores the files. */
static GHashTable *
sender_ask_results (NamidaSender *self, GError **error)
{
  GThread *indexer
      = sender_finishes (self, TRUE) ? g_thread_new ("namida-index", sender_index_thread, self->job) : NULL;
  GHashTable *results = self->dialect->finish (self, error);

  if (indexer != NULL)
    g_thread_join (indexer);
  return results;
}

/* A file that is not in the answer is missing. */
static gboolean
sender_finish (NamidaSender *self, GError **error)
{
  GPtrArray *entries = namida_backup_get_entries (namida_transfer_get_backup (self->transfer));
  g_autoptr (GHashTable) results = NULL;
  g_autoptr (GError) local = NULL;

  results = sender_ask_results (self, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);
      NamidaFileResult before = namida_transfer_get_result (self->transfer, i);
      gpointer value = NULL;
      gboolean named = results != NULL && g_hash_table_lookup_extended (results, entry->id, NULL, &value);
      NamidaFileResult result = named ? namida_finish_value_get_result (value) : NAMIDA_FILE_MISSING;

      /* A file that was there when the offer was answered may have been lost before everything was stored. */
      if (before == NAMIDA_FILE_PENDING
          || (before == NAMIDA_FILE_KEPT_EXISTING && named && !namida_file_result_is_success (result)))
        namida_transfer_set_result (self->transfer, i, result, named ? sender_get_detail (value) : NULL);
    }
  return TRUE;
}

static gboolean
sender_settle_results (NamidaSender *self, GError **error)
{
  self->dialect->settle (self);
  return TRUE;
}

/* @error: (transfer full) (nullable) */
static void
sender_on_finished (NamidaSender *self, GError *error)
{
  if (error == NULL && self->dialect->settle != NULL && !g_cancellable_is_cancelled (self->inner))
    sender_run_step (self, sender_settle_results, sender_end);
  else
    sender_end (self, error);
}

/* ---- 3. upload ---- */

static void sender_offer_again (NamidaSender *self, GError *error);

/* Notes what does not have to be in the next offer: files that were sent, and files that the other user did not
 * want. */
static void
sender_note_settled (NamidaSender *self)
{
  guint n = namida_backup_get_entries (namida_transfer_get_backup (self->transfer))->len;
  g_autofree gboolean *lost = g_new0 (gboolean, MAX (n, 1));

  if (self->settled == NULL)
    {
      self->settled = g_new0 (guint8, MAX (n, 1));
      self->settled_details = g_hash_table_new_full (NULL, NULL, NULL, g_free);
    }
  for (guint i = 0; i < self->job->items->len; i++)
    {
      const NamidaUploadItem *item = &g_array_index (self->job->items, NamidaUploadItem, i);

      lost[item->index] = item->lost;
    }
  for (guint i = 0; i < n; i++)
    {
      char *detail = lost[i] ? NULL : namida_transfer_dup_detail (self->transfer, i);

      if (!lost[i])
        self->settled[i] = (guint8) namida_transfer_get_result (self->transfer, i);
      if (detail != NULL)
        g_hash_table_replace (self->settled_details, GUINT_TO_POINTER (i), detail);
    }
}

static gboolean
sender_start_over (NamidaSender *self, GError **error)
{
  if (self->is_asked)
    self->dialect->cancel (self, FALSE);
  self->is_asked = FALSE;
  /* Wait longer each time, because the other user is asked again about the remaining files. */
  namida_http_back_off (START_OVER_BREAKS + (self->dialect->offers_rest ? self->n_offers - 1 : 0), self->inner);
  if (!self->dialect->offers_rest)
    return TRUE;
  g_clear_pointer (&self->offer, g_bytes_unref);
  g_clear_pointer (&self->answer, namida_offer_answer_free);
  self->offer = self->dialect->format_offer (self, error);
  return self->offer != NULL;
}

/* Whether a failed file may arrive with another offer: the connection failed, not the file or the other device. */
static gboolean
sender_has_lost_files (NamidaSender *self)
{
  if (!self->dialect->offers_rest || self->stopped_there)
    return FALSE;
  for (guint i = 0; i < self->job->items->len; i++)
    if (g_array_index (self->job->items, NamidaUploadItem, i).lost)
      return TRUE;
  return FALSE;
}

static void
sender_on_uploaded (NamidaSender *self, GError *error)
{
  gboolean is_lost = g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE)
                     || (error == NULL && sender_has_lost_files (self));

  if (is_lost && self->dialect->offers_rest)
    sender_note_settled (self);
  if (is_lost && self->n_offers < self->dialect->n_offers && !g_cancellable_is_cancelled (self->inner))
    {
      g_clear_error (&error);
      namida_localsend_sessions_remove (self);
      sender_run_step (self, sender_start_over, sender_offer_again);
    }
  else if (error != NULL || self->dialect->finish == NULL || self->session_id == NULL)
    sender_on_finished (self, error);
  else
    {
      namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_FINISHING);
      sender_run_step (self, sender_finish, sender_on_finished);
    }
}

static gboolean
sender_plan (NamidaSender *self, GError **error)
{
  g_clear_pointer (&self->job, namida_upload_job_free);
  self->job = namida_upload_job_new (self);
  return TRUE;
}

static gboolean
sender_upload (NamidaSender *self, GError **error)
{
  gboolean fine = namida_upload_job_run (self->job, error);

  if (!sender_finishes (self, fine) && !g_cancellable_is_cancelled (self->inner))
    namida_upload_job_store_hashes (self->job);
  if (self->dialect->uploaded != NULL)
    self->dialect->uploaded (self);
  return fine;
}

/* Counts what arrived before, so that a transfer that resumes never appears to start from the beginning. */
static void
sender_on_planned (NamidaSender *self, GError *error)
{
  if (error != NULL)
    {
      sender_end (self, error);
      return;
    }
  namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_RUNNING);
  sender_run_step (self, sender_upload, sender_on_uploaded);
}

/* ---- 2. offer ---- */

/* @error: (transfer full) (nullable): why a later offer failed. The files of earlier offers stay sent. */
static void
sender_end_settled (NamidaSender *self, GError *error)
{
  guint n = self->settled != NULL ? namida_backup_get_entries (namida_transfer_get_backup (self->transfer))->len : 0;
  gboolean some_sent = FALSE;

  for (guint i = 0; i < n; i++)
    {
      NamidaFileResult result = (NamidaFileResult) self->settled[i];

      some_sent |= namida_file_result_is_success (result);
      if (result == NAMIDA_FILE_PENDING)
        namida_transfer_set_result (self->transfer, i, NAMIDA_FILE_MISSING, error->message);
      else
        namida_transfer_set_result (self->transfer, i, result,
                                    g_hash_table_lookup (self->settled_details, GUINT_TO_POINTER (i)));
    }
  if (some_sent && !g_cancellable_is_cancelled (self->inner))
    g_clear_error (&error);
  sender_end (self, error);
}

/* Ends the transfer because the user of the other device stopped it. Main context. */
static void
sender_run_stop_there (gpointer sender)
{
  NamidaSender *self = sender;

  self->stopped_there = TRUE;
  g_cancellable_cancel (self->inner);
}

static void
sender_on_offered (NamidaSender *self, GError *error)
{
  g_clear_handle_id (&self->asked_timer, g_source_remove);
  if (self->settled != NULL && g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE)
      && self->n_offers < self->dialect->n_offers && !g_cancellable_is_cancelled (self->inner))
    {
      g_error_free (error);
      sender_run_step (self, sender_start_over, sender_offer_again);
      return;
    }
  if (error != NULL)
    {
      sender_end_settled (self, error);
      return;
    }
  self->accepted = self->reached = TRUE;
  namida_transfer_set_pausable (self->transfer, self->dialect->parks);
  if (!self->dialect->proves)
    namida_transfer_set_unproven (self->transfer);
  if (self->again)
    namida_transfer_restart (self->transfer);
  if (self->answer != NULL && *self->answer->session_id != '\0')
    {
      g_free (self->session_id);
      self->session_id = g_strdup (self->answer->session_id);
      if (!self->dialect->parks)
        namida_localsend_sessions_add (self->session_id, self->fingerprint,
                                       g_inet_socket_address_get_address (self->address), sender_run_stop_there, self);
    }
  sender_run_step (self, sender_plan, sender_on_planned);
}

/* Of the errors of all addresses, keeps the one that tells the user most: another device or a busy device is more
 * informative than an unreachable address. */
static void
sender_keep_error (GError **told, GError *error)
{
  gboolean away
      = *told == NULL || (*told)->code == NAMIDA_ERROR_UNREACHABLE || (*told)->code == NAMIDA_ERROR_NO_SUCH_DEVICE;

  if (*told == NULL || error->code == NAMIDA_ERROR_IDENTITY_CHANGED || (error->code == NAMIDA_ERROR_BUSY && away))
    {
      g_clear_error (told);
      *told = g_steal_pointer (&error);
    }
  g_clear_error (&error);
}

/* Returns: whether the offer was accepted at @address. @goes_on: (out): whether to try another address. */
static gboolean
sender_offer_at (NamidaSender *self, GInetSocketAddress *address, gboolean is_last, gboolean *goes_on, GError **error)
{
  g_autoptr (NamidaHttpConnection) connection = NULL;
  NamidaHttpPeer peer = namida_sender_get_peer (self, address);

  if (!is_last)
    peer.connect_seconds = QUICK_CONNECT_SECONDS;
  connection = namida_http_connection_new (&peer, self->inner, error);
  *goes_on = connection == NULL;
  if (connection == NULL)
    return FALSE;
  g_set_object (&self->address, address);
  /* The address was entered by hand: pin the key of the device that answered. */
  if (self->fingerprint == NULL)
    self->fingerprint = namida_http_connection_dup_fingerprint (connection);
  self->try_elsewhere = FALSE;
  if (self->dialect->ask (self, &connection, error))
    {
      g_clear_object (&self->source);
      /* Programs without sessions recognize a transfer by its source address. */
      if (!self->dialect->parks && connection != NULL)
        self->source = namida_http_connection_dup_source (connection);
      return TRUE;
    }
  *goes_on = self->try_elsewhere && !is_last;
  return FALSE;
}

static gboolean
sender_offer (NamidaSender *self, GError **error)
{
  g_autoptr (GError) told = NULL;
  gboolean goes_on = TRUE;

  self->n_offers++;
  for (guint i = 0; goes_on && i < self->places->len && !g_cancellable_is_cancelled (self->inner); i++)
    {
      GError *local = NULL;

      if (sender_offer_at (self, g_ptr_array_index (self->places, i), i + 1 == self->places->len, &goes_on, &local))
        return TRUE;
      if (!goes_on)
        g_clear_error (&told);
      sender_keep_error (&told, local);
    }
  if (told == NULL)
    told = g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                        _ ("The address of “%s” is not known. Refresh the device list and try again."),
                        namida_transfer_get_peer_alias (self->transfer));
  g_propagate_error (error, g_steal_pointer (&told));
  return FALSE;
}

static void
sender_offer_again (NamidaSender *self, GError *error)
{
  if (error != NULL)
    {
      sender_end_settled (self, error);
      return;
    }
  namida_transfer_restart (self->transfer);
  sender_run_step (self, sender_offer, sender_on_offered);
}

/* ---- 1. prepare ---- */

static gboolean
sender_prepare (NamidaSender *self, GError **error)
{
  self->offer = self->dialect->format_offer (self, error);
  return self->offer != NULL;
}

static void
sender_on_prepared (NamidaSender *self, GError *error)
{
  if (error != NULL)
    sender_end (self, error);
  else
    sender_run_step (self, sender_offer, sender_on_offered);
}

static void
sender_on_user_cancelled (GCancellable *cancellable, gpointer inner)
{
  g_cancellable_cancel (inner);
}

void
namida_sender_run (NamidaSender *self)
{
  GCancellable *cancellable = namida_transfer_get_cancellable (self->transfer);

  if (namida_transfer_get_backup (self->transfer) == NULL)
    {
      sender_end (self, g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_INTERNAL,
                                             _ ("There is nothing to send. Choose files or folders first.")));
      return;
    }
  self->limit = namida_rate_limit_new (self->limit_bytes);
  self->places = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < g_list_model_get_n_items (self->addresses); i++)
    g_ptr_array_add (self->places, g_list_model_get_item (self->addresses, i));
  self->handler
      = g_signal_connect_data (cancellable, "cancelled", G_CALLBACK (sender_on_user_cancelled),
                               g_object_ref (self->inner), (GClosureNotify) (void (*) (void)) g_object_unref, 0);
  if (g_cancellable_is_cancelled (cancellable))
    g_cancellable_cancel (self->inner);
  sender_run_step (self, sender_prepare, sender_on_prepared);
}
