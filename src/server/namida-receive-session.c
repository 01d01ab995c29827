/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaReceiveSession: a state machine for the files of one accepted offer, with a timer that notices lost
 * connections. The dialects of the server call it, in the main context and in the workers that receive files. */
#include "config.h"

#include "namida-receive-session.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-limits.h"
#include "namida-receive-files.h"

#include <glib/gi18n-lib.h>

#define LOST_SECONDS 3 /* how long a sender may take to reconnect */

struct _NamidaReceiveSession
{
  GObject parent_instance;
  char *fingerprint, *key;
  NamidaSink *sink;
  NamidaBackup *backup;
  NamidaTransfer *transfer;
  GCancellable *cancellable;
  GMainContext *context;
  gint64 last_activity; /* __atomic, monotonic µs */

  GMutex lock; /* guards the five members below */
  NamidaReceiveFiles *files;
  NamidaSessionState state;
  guint n_uploads, n_connections;
  gint64 connection_lost_at; /* 0 if it never had a connection, or has one */

  NamidaSessionOver over, idle; /* @idle: (nullable) */
  gpointer over_data, idle_data;
  GSource *timer;
  gboolean closing, ended, over_reported, left_parts;
  gboolean commit_failed; /* at least once: the sink has parked itself, and cannot be discarded any more */

  /* How the local user wants to end it, set while it is being stored. */
  NamidaSessionState end_state; /* PAUSED, KEPT or CANCELLED; NAMIDA_SESSION_OPEN: not at all */
  GError *end_reason;           /* (nullable) */
};

G_DEFINE_FINAL_TYPE (NamidaReceiveSession, namida_receive_session, G_TYPE_OBJECT)

static void
namida_receive_session_finalize (GObject *object)
{
  NamidaReceiveSession *self = NAMIDA_RECEIVE_SESSION (object);

  namida_receive_files_free (self->files);
  g_free (self->fingerprint);
  g_free (self->key);
  g_clear_object (&self->sink);
  g_clear_object (&self->backup);
  g_clear_object (&self->transfer);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->end_reason);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (namida_receive_session_parent_class)->finalize (object);
}

static void
namida_receive_session_class_init (NamidaReceiveSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_receive_session_finalize;
}

static void
namida_receive_session_init (NamidaReceiveSession *self)
{
  g_mutex_init (&self->lock);
  self->cancellable = g_cancellable_new ();
}

NamidaReceiveSession *
namida_receive_session_new (const char *fingerprint,
                            const char *key,
                            NamidaSink *sink,
                            NamidaBackup *backup,
                            NamidaTransfer *transfer,
                            const NamidaWant *wants)
{
  NamidaReceiveSession *self = g_object_new (NAMIDA_TYPE_RECEIVE_SESSION, NULL);

  self->fingerprint = g_strdup (fingerprint);
  self->key = g_strdup (key);
  self->sink = g_object_ref (sink);
  self->backup = g_object_ref (backup);
  self->transfer = g_object_ref (transfer);
  self->files = namida_receive_files_new (backup, transfer, wants);
  namida_transfer_add_moved (transfer, 0, namida_sink_get_hashed (sink));
  namida_receive_session_touch (self);
  return self;
}

const char *
namida_receive_session_get_id (NamidaReceiveSession *self)
{
  return namida_sink_get_session_id (self->sink);
}

const char *
namida_receive_session_get_fingerprint (NamidaReceiveSession *self)
{
  return self->fingerprint;
}

const char *
namida_receive_session_get_key (NamidaReceiveSession *self)
{
  return self->key;
}

NamidaTransfer *
namida_receive_session_get_transfer (NamidaReceiveSession *self)
{
  return self->transfer;
}

NamidaSink *
namida_receive_session_get_sink (NamidaReceiveSession *self)
{
  return self->sink;
}

GCancellable *
namida_receive_session_get_cancellable (NamidaReceiveSession *self)
{
  return self->cancellable;
}

guint
namida_receive_session_get_n_wanted (NamidaReceiveSession *self)
{
  return namida_receive_files_count (self->files);
}

guint
namida_receive_session_get_n_declined (NamidaReceiveSession *self)
{
  return namida_receive_files_count_declined (self->files);
}

NamidaSessionState
namida_receive_session_get_state (NamidaReceiveSession *self)
{
  NamidaSessionState state;

  g_mutex_lock (&self->lock);
  state = self->state;
  g_mutex_unlock (&self->lock);
  return state;
}

void
namida_receive_session_touch (NamidaReceiveSession *self)
{
  __atomic_store_n (&self->last_activity, namida_clock_monotonic (), __ATOMIC_RELAXED);
}

void
namida_receive_session_add_bytes (NamidaReceiveSession *self, gsize n)
{
  namida_transfer_add_bytes (self->transfer, (gint64) n);
  namida_receive_session_touch (self);
}

NamidaOfferAnswer *
namida_receive_session_dup_answer (NamidaReceiveSession *self)
{
  NamidaOfferAnswer *answer = namida_offer_answer_new (namida_receive_session_get_id (self));

  g_mutex_lock (&self->lock);
  namida_receive_files_grant (self->files, answer);
  g_mutex_unlock (&self->lock);
  return answer;
}

GHashTable *
namida_receive_session_dup_offsets (NamidaReceiveSession *self)
{
  GHashTable *offsets;

  g_mutex_lock (&self->lock);
  offsets = namida_receive_files_dup_offsets (self->files);
  g_mutex_unlock (&self->lock);
  return offsets;
}

GError *
namida_receive_session_new_paused_error (void)
{
  return g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_PAUSED,
                              _ ("The transfer is paused on the receiving device. Resume it there to continue."));
}

static GError *
receive_session_refusal (NamidaReceiveSession *self)
{
  switch (self->state)
    {
    case NAMIDA_SESSION_CANCELLED:
    case NAMIDA_SESSION_KEPT:
      return g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The transfer was canceled."));
    case NAMIDA_SESSION_OPEN:
      return NULL;
    case NAMIDA_SESSION_PAUSED:
      return namida_receive_session_new_paused_error ();
    case NAMIDA_SESSION_FINISHING:
      return g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_BUSY, _ ("The received files are being stored."));
    default:
      return g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_EXPIRED,
                                  _ ("This transfer has ended. Send again to start a new one."));
    }
}

GError *
namida_receive_session_dup_refusal (NamidaReceiveSession *self)
{
  GError *error;

  g_mutex_lock (&self->lock);
  error = receive_session_refusal (self);
  g_mutex_unlock (&self->lock);
  return error;
}

/* ---- uploads, any thread ---- */

gboolean
namida_receive_session_refuse_upload (GError **error)
{
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_BAD_TOKEN,
                       _ ("The upload does not belong to an accepted transfer. Send again."));
  return FALSE;
}

static gboolean
receive_session_begin_locked (NamidaReceiveSession *self,
                              const char *fingerprint,
                              const NamidaUploadQuery *query,
                              gint64 length,
                              NamidaUpload *upload,
                              gint64 *right_offset,
                              GError **error)
{
  GError *refused;

  if (g_strcmp0 (fingerprint, self->fingerprint) != 0 || !namida_receive_files_check_token (self->files, query))
    return namida_receive_session_refuse_upload (error);
  refused = receive_session_refusal (self);
  if (refused != NULL)
    {
      g_propagate_error (error, refused);
      return FALSE;
    }
  if (!namida_receive_files_begin (self->files, query, length, upload, right_offset, error))
    return FALSE;
  self->n_uploads++;
  return TRUE;
}

gboolean
namida_receive_session_begin_upload (NamidaReceiveSession *self,
                                     const char *fingerprint,
                                     const NamidaUploadQuery *query,
                                     gint64 length,
                                     NamidaUpload *upload,
                                     gint64 *right_offset,
                                     GError **error)
{
  gboolean ok;

  *right_offset = -1;
  g_mutex_lock (&self->lock);
  ok = receive_session_begin_locked (self, fingerprint, query, length, upload, right_offset, error);
  g_mutex_unlock (&self->lock);
  if (ok)
    namida_receive_session_touch (self);
  return ok;
}

void
namida_receive_session_end_upload (NamidaReceiveSession *self,
                                   const NamidaUpload *upload,
                                   guint64 there,
                                   const char *sha256)
{
  g_mutex_lock (&self->lock);
  namida_receive_files_end (self->files, upload, there, sha256);
  self->n_uploads--;
  g_mutex_unlock (&self->lock);
  namida_receive_session_touch (self);
}

/* ---- connections and the end ---- */

static void receive_session_check_over (NamidaReceiveSession *self);

static gboolean
receive_session_on_left (gpointer user_data)
{
  receive_session_check_over (user_data);
  return G_SOURCE_REMOVE;
}

void
namida_receive_session_enter (NamidaReceiveSession *self)
{
  g_mutex_lock (&self->lock);
  self->n_connections++;
  self->connection_lost_at = 0;
  g_mutex_unlock (&self->lock);
  if (namida_transfer_get_state (self->transfer) == NAMIDA_TRANSFER_INTERRUPTED && !self->closing)
    namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_RUNNING);
}

void
namida_receive_session_leave (NamidaReceiveSession *self)
{
  g_mutex_lock (&self->lock);
  if (--self->n_connections == 0)
    self->connection_lost_at = namida_clock_monotonic ();
  g_mutex_unlock (&self->lock);
  g_main_context_invoke_full (self->context, G_PRIORITY_DEFAULT, receive_session_on_left, g_object_ref (self),
                              g_object_unref);
}

gboolean
namida_receive_session_is_left (NamidaReceiveSession *self, gboolean *for_good)
{
  gint64 since = namida_clock_monotonic () - LOST_SECONDS * G_USEC_PER_SEC;
  NamidaSessionState state;
  gint64 lost;

  g_mutex_lock (&self->lock);
  state = self->state;
  lost = self->connection_lost_at;
  g_mutex_unlock (&self->lock);
  *for_good = state == NAMIDA_SESSION_OPEN && lost != 0 && lost <= since
              && __atomic_load_n (&self->last_activity, __ATOMIC_RELAXED) <= since;
  return state == NAMIDA_SESSION_PARKED || (state == NAMIDA_SESSION_OPEN && lost != 0);
}

/* Ends the session in the sink. Returns whether its parts were left. */
static void
receive_session_end_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  NamidaReceiveSession *self = source;
  NamidaSessionState state = namida_receive_session_get_state (self);

  if (state == NAMIDA_SESSION_CANCELLED)
    namida_sink_discard (self->sink);
  else if (state != NAMIDA_SESSION_FINISHED)
    namida_sink_park (self->sink);
  g_task_return_boolean (task, state != NAMIDA_SESSION_FINISHED
                                   && (state != NAMIDA_SESSION_CANCELLED || self->commit_failed));
}

static void
receive_session_on_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaReceiveSession *self = NAMIDA_RECEIVE_SESSION (source);

  self->over_reported = TRUE;
  self->left_parts = g_task_propagate_boolean (G_TASK (result), NULL);
  if (self->over != NULL)
    self->over (self, self->over_data);
}

gboolean
namida_receive_session_get_left_parts (NamidaReceiveSession *self)
{
  return self->left_parts;
}

/* The sink is called only when no worker uses it any more. */
static void
receive_session_check_over (NamidaReceiveSession *self)
{
  g_autoptr (GTask) task = NULL;
  gboolean quiet;

  g_mutex_lock (&self->lock);
  quiet = self->n_connections == 0;
  g_mutex_unlock (&self->lock);
  if (!quiet || !self->closing || self->ended)
    return;
  self->ended = TRUE;
  task = g_task_new (self, NULL, receive_session_on_ended, NULL);
  g_task_set_source_tag (task, receive_session_check_over);
  g_task_run_in_thread (task, receive_session_end_worker);
}

static gboolean
receive_session_on_tick (gpointer user_data)
{
  g_autoptr (NamidaReceiveSession) self = g_object_ref (user_data);
  gint64 now = namida_clock_monotonic ();
  gint64 idle = now - __atomic_load_n (&self->last_activity, __ATOMIC_RELAXED);
  gint64 lost;
  gboolean open;

  g_mutex_lock (&self->lock);
  lost = self->connection_lost_at;
  open = self->state == NAMIDA_SESSION_OPEN;
  g_mutex_unlock (&self->lock);
  if (!open)
    return G_SOURCE_CONTINUE;
  if (lost != 0 && now - lost >= LOST_SECONDS * G_USEC_PER_SEC && idle >= LOST_SECONDS * G_USEC_PER_SEC
      && namida_transfer_get_state (self->transfer) == NAMIDA_TRANSFER_RUNNING)
    namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_INTERRUPTED);
  if (idle < (gint64) NAMIDA_LIMIT_SESSION_IDLE_SECONDS * G_USEC_PER_SEC)
    return G_SOURCE_CONTINUE;
  if (self->idle != NULL)
    {
      namida_receive_session_touch (self);
      self->idle (self, self->idle_data);
      return G_SOURCE_CONTINUE;
    }
  namida_receive_session_close (self, NAMIDA_SESSION_PARKED, NULL);
  return G_SOURCE_REMOVE;
}

void
namida_receive_session_set_idle (NamidaReceiveSession *self, NamidaSessionOver idle, gpointer user_data)
{
  self->idle = idle;
  self->idle_data = user_data;
}

void
namida_receive_session_open (NamidaReceiveSession *self, NamidaSessionOver over, gpointer user_data)
{
  self->over = over;
  self->over_data = user_data;
  self->context = g_main_context_ref_thread_default ();
  self->timer = g_timeout_source_new_seconds (1);
  g_source_set_callback (self->timer, receive_session_on_tick, self, NULL);
  g_source_attach (self->timer, self->context);
  namida_receive_session_touch (self);
  namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_RUNNING);
}

static void
receive_session_begin_end (NamidaReceiveSession *self, NamidaSessionState state)
{
  g_mutex_lock (&self->lock);
  self->state = state;
  g_mutex_unlock (&self->lock);
  self->closing = TRUE;
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_cancellable_cancel (self->cancellable);
}

/* The session is canceled while its parts are being parked to be resumed later. The new state is set at once, without
 * waiting for that to end. */
static void
receive_session_cancel_while_closing (NamidaReceiveSession *self, NamidaSessionState state, const GError *reason)
{
  g_mutex_lock (&self->lock);
  self->state = state;
  g_mutex_unlock (&self->lock);
  namida_transfer_fail (self->transfer, reason);
}

static gboolean
receive_session_is_cancelled (NamidaSessionState state)
{
  return state == NAMIDA_SESSION_CANCELLED || state == NAMIDA_SESSION_KEPT;
}

/* Storing is not interrupted, because it usually ends well. Only if it fails, the session ends as the user wanted. */
static void
receive_session_note_end (NamidaReceiveSession *self, NamidaSessionState state, const GError *reason)
{
  /* A pause can still become a cancel, but not the other way round. */
  if ((!receive_session_is_cancelled (state) && state != NAMIDA_SESSION_PAUSED) || state <= self->end_state)
    return;
  self->end_state = state;
  g_clear_error (&self->end_reason);
  self->end_reason = reason != NULL ? g_error_copy (reason) : NULL;
}

void
namida_receive_session_close (NamidaReceiveSession *self, NamidaSessionState state, const GError *reason)
{
  g_autoptr (NamidaReceiveSession) alive = g_object_ref (self);
  NamidaSessionState now = namida_receive_session_get_state (self);

  if (self->closing && !self->over_reported && receive_session_is_cancelled (state)
      && (now == NAMIDA_SESSION_PARKED || now == NAMIDA_SESSION_PAUSED))
    receive_session_cancel_while_closing (self, state, reason);
  if (!self->closing && now == NAMIDA_SESSION_FINISHING)
    receive_session_note_end (self, state, reason);
  if (self->closing || now == NAMIDA_SESSION_FINISHING)
    return;
  receive_session_begin_end (self, state);
  if (reason != NULL)
    namida_transfer_fail (self->transfer, reason);
  else if (state == NAMIDA_SESSION_PAUSED)
    namida_transfer_set_paused (self->transfer);
  else
    namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_INTERRUPTED);
  receive_session_check_over (alive);
}

/* ---- finish ---- */

gboolean
namida_receive_session_begin_finish (NamidaReceiveSession *self, GError **error)
{
  GError *refused;

  g_mutex_lock (&self->lock);
  refused = receive_session_refusal (self);
  if (refused == NULL && self->n_uploads > 0)
    refused = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_BUSY, _ ("Files of this transfer are still arriving."));
  if (refused == NULL)
    self->state = NAMIDA_SESSION_FINISHING;
  g_mutex_unlock (&self->lock);
  if (refused != NULL)
    {
      g_propagate_error (error, refused);
      return FALSE;
    }
  namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_FINISHING);
  return TRUE;
}

gboolean
namida_receive_session_commit (
    NamidaReceiveSession *self, GHashTable *hashes, char **answer, gsize *length, GError **error)
{
  return namida_receive_files_commit (self->files, self->sink, hashes, answer, length, error);
}

gboolean
namida_receive_session_commit_known (NamidaReceiveSession *self, GError **error)
{
  NamidaFileCounts counts;
  guint failed;

  if (!namida_receive_files_commit_known (self->files, self->sink, error))
    return FALSE;
  counts = namida_transfer_count_files (self->transfer);
  failed = counts.failed - counts.by_result[NAMIDA_FILE_DECLINED];
  if (failed == 0)
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY,
                       _ ("Files on the receiving device changed while it looked at them. Send again."));
  return FALSE;
}

static void
receive_session_end_transfer (NamidaReceiveSession *self)
{
  g_autofree char *folder = namida_sink_dup_folder (self->sink);

  namida_transfer_set_folder (self->transfer, folder);
  namida_transfer_finish (self->transfer);
}

void
namida_receive_session_end_finish (NamidaReceiveSession *self, const GError *error)
{
  g_autoptr (NamidaReceiveSession) alive = g_object_ref (self);

  namida_receive_session_touch (self);
  if (error != NULL)
    {
      g_mutex_lock (&self->lock);
      self->state = NAMIDA_SESSION_OPEN;
      g_mutex_unlock (&self->lock);
      self->commit_failed = TRUE;
      if (self->end_state != NAMIDA_SESSION_OPEN)
        namida_receive_session_close (self, self->end_state, self->end_reason);
      else
        namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_RUNNING);
      return;
    }
  receive_session_begin_end (self, NAMIDA_SESSION_FINISHED);
  receive_session_end_transfer (self);
  receive_session_check_over (alive);
}
