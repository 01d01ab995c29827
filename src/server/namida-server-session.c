/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps the running and the ended sessions of the server, and handles the routes "finish", "session" and "cancel" of
 * v1. Main context; committing runs in workers. */
#include "config.h"

#include "namida-error.h"
#include "namida-server-download.h"
#include "namida-server-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* How long the connections of a device stay open after its trust ended. */
#define SHUT_AFTER_MS 500

#define N_ENDED_MAX 256
#define N_ANSWERS_MAX 8 /* an answer may have megabytes */

/* Ended: the answers to give if the sender of an ended session asks again. */
typedef struct
{
  char *fingerprint;
  NamidaSessionState state;
  char *answer; /* (nullable): the answer to "finish" */
  gsize length;
} Ended;

void
namida_server_ended_free (gpointer data)
{
  Ended *ended = data;

  g_free (ended->fingerprint);
  g_free (ended->answer);
  g_free (ended);
}

static void
server_session_trim_ended (NamidaServer *self)
{
  guint n = 0;

  while (self->ended_order.length > N_ENDED_MAX)
    g_hash_table_remove (self->ended, g_queue_pop_head (&self->ended_order));
  for (GList *l = self->ended_order.tail; l != NULL; l = l->prev)
    {
      Ended *ended = g_hash_table_lookup (self->ended, l->data);

      if (ended->answer != NULL && ++n > N_ANSWERS_MAX)
        g_clear_pointer (&ended->answer, g_free);
    }
}

static Ended *
server_session_remember_id (NamidaServer *self, const char *id, const char *fingerprint, NamidaSessionState state)
{
  Ended *ended = g_hash_table_lookup (self->ended, id);

  if (ended == NULL)
    {
      char *key = g_strdup (id);

      ended = g_new0 (Ended, 1);
      ended->fingerprint = g_strdup (fingerprint);
      g_hash_table_insert (self->ended, key, ended);
      g_queue_push_tail (&self->ended_order, key);
    }
  ended->state = state;
  server_session_trim_ended (self);
  return ended;
}

static Ended *
server_session_remember (NamidaServer *self, NamidaReceiveSession *session)
{
  return server_session_remember_id (self, namida_receive_session_get_id (session),
                                     namida_receive_session_get_fingerprint (session),
                                     namida_receive_session_get_state (session));
}

static void
server_session_forget (NamidaServer *self, const char *id)
{
  gpointer key;

  if (!g_hash_table_lookup_extended (self->ended, id, &key, NULL))
    return;
  g_queue_remove (&self->ended_order, key);
  g_hash_table_remove (self->ended, id);
}

static void
server_session_on_over (NamidaReceiveSession *session, gpointer user_data)
{
  NamidaServer *self = user_data;
  const char *id = namida_receive_session_get_id (session);

  g_object_ref (session);
  server_session_remember (self, session);
  /* It was canceled while it was being parked, or after its commit had failed. */
  if (namida_receive_session_get_state (session) == NAMIDA_SESSION_CANCELLED
      && namida_receive_session_get_left_parts (session))
    g_signal_emit_by_name (self, "drop-parked",
                           namida_transfer_get_peer_fingerprint (namida_receive_session_get_transfer (session)), id);
  if (g_hash_table_lookup (self->sessions, id) == session)
    g_hash_table_remove (self->sessions, id);
  g_signal_handlers_disconnect_by_data (namida_transfer_get_cancellable (namida_receive_session_get_transfer (session)),
                                        session);
  g_object_unref (session);
  namida_server_check_stopped (self);
  g_object_unref (self);
}

static void
server_session_cancel (NamidaReceiveSession *session, NamidaSessionState state)
{
  g_autoptr (GError) reason
      = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The transfer was canceled."));

  namida_receive_session_close (session, state, reason);
}

static gboolean
server_session_on_cancelled_idle (gpointer user_data)
{
  NamidaTransfer *transfer = namida_receive_session_get_transfer (user_data);

  server_session_cancel (user_data,
                         namida_transfer_get_keep_parts (transfer) ? NAMIDA_SESSION_KEPT : NAMIDA_SESSION_CANCELLED);
  return G_SOURCE_REMOVE;
}

/* Cancel in an idle callback, because a cancellable must not be disconnected within its signal. */
static void
server_session_on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, server_session_on_cancelled_idle, g_object_ref (user_data), g_object_unref);
}

void
namida_server_add_session (NamidaServer *self, NamidaReceiveSession *session)
{
  const char *id = namida_receive_session_get_id (session);
  GCancellable *cancellable = namida_transfer_get_cancellable (namida_receive_session_get_transfer (session));

  /* A resumed session has its old ID. */
  server_session_forget (self, id);
  g_hash_table_replace (self->sessions, (gpointer) id, g_object_ref (session));
  namida_receive_session_open (session, server_session_on_over, g_object_ref (self));
  g_signal_connect (cancellable, "cancelled", G_CALLBACK (server_session_on_cancelled), session);
  if (g_cancellable_is_cancelled (cancellable))
    server_session_on_cancelled (cancellable, session);
}

static NamidaReceiveSession *
session_of (NamidaServer *self, NamidaTransfer *transfer)
{
  GHashTableIter iter;
  gpointer session;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &session))
    if (namida_receive_session_get_transfer (session) == transfer)
      return session;
  return NULL;
}

gboolean
namida_server_pause (NamidaServer *self, NamidaTransfer *transfer)
{
  NamidaReceiveSession *session = session_of (self, transfer);
  NamidaSessionState state = session != NULL ? namida_receive_session_get_state (session) : NAMIDA_SESSION_PARKED;

  if (state != NAMIDA_SESSION_OPEN && state != NAMIDA_SESSION_FINISHING)
    return FALSE;
  namida_receive_session_close (session, NAMIDA_SESSION_PAUSED, NULL);
  return TRUE;
}

void
namida_server_note_cancelled (NamidaServer *self, const char *id, const char *fingerprint)
{
  server_session_remember_id (self, id, fingerprint, NAMIDA_SESSION_CANCELLED);
}

gboolean
namida_server_cancel (NamidaServer *self, NamidaTransfer *transfer, gboolean keep_parts)
{
  NamidaReceiveSession *session = session_of (self, transfer);

  if (session == NULL || namida_receive_session_get_state (session) == NAMIDA_SESSION_FINISHED)
    return FALSE;
  server_session_cancel (session, keep_parts ? NAMIDA_SESSION_KEPT : NAMIDA_SESSION_CANCELLED);
  return TRUE;
}

/* EndedDevice: a device that is no longer trusted and whose connections are still to be closed. */
typedef struct
{
  GWeakRef server;
  char *fingerprint;
} EndedDevice;

static void
ended_device_free (gpointer data)
{
  EndedDevice *self = data;

  g_weak_ref_clear (&self->server);
  g_free (self->fingerprint);
  g_free (self);
}

static gboolean
ended_device_shut (gpointer data)
{
  EndedDevice *self = data;
  g_autoptr (NamidaServer) server = g_weak_ref_get (&self->server);

  if (server != NULL && server->listener != NULL)
    namida_listener_shut (server->listener, self->fingerprint);
  return G_SOURCE_REMOVE;
}

/* The request by which the removal was noticed still gets its answer; each request checks the permission anyway. */
static void
ended_device_shut_soon (NamidaServer *server, const char *fingerprint)
{
  EndedDevice *self = g_new0 (EndedDevice, 1);

  g_weak_ref_init (&self->server, server);
  self->fingerprint = g_strdup (fingerprint);
  g_timeout_add_full (G_PRIORITY_DEFAULT, SHUT_AFTER_MS, ended_device_shut, self, ended_device_free);
}

void
namida_server_end_device (NamidaServer *self, const char *fingerprint)
{
  g_autoptr (GList) sessions = g_hash_table_get_values (self->sessions);

  g_return_if_fail (fingerprint != NULL);

  namida_server_close_offers_of (self, fingerprint);
  namida_server_close_pairing_of (self, fingerprint);
  for (GList *l = sessions; l != NULL; l = l->next)
    if (g_str_equal (namida_receive_session_get_fingerprint (l->data), fingerprint)
        && namida_receive_session_get_state (l->data) != NAMIDA_SESSION_FINISHED)
      server_session_cancel (l->data, NAMIDA_SESSION_CANCELLED);
  namida_server_forget_downloads (self, fingerprint);
  ended_device_shut_soon (self, fingerprint);
}

static gboolean
server_session_check_owner (const char *owner, const char *fingerprint, GError **error)
{
  if (g_strcmp0 (owner, fingerprint) == 0)
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_BAD_TOKEN, _ ("This transfer belongs to another device."));
  return FALSE;
}

static Ended *
server_session_find_ended (NamidaServer *self, const char *id, const char *fingerprint, GError **error)
{
  Ended *ended = id != NULL ? g_hash_table_lookup (self->ended, id) : NULL;

  if (ended != NULL)
    return server_session_check_owner (ended->fingerprint, fingerprint, error) ? ended : NULL;
  if (id == NULL)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST, _ ("The request names no transfer."));
  else
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                         _ ("This device knows nothing of that transfer. Send again; what arrived is not sent twice."));
  return NULL;
}

NamidaReceiveSession *
namida_server_find_session (NamidaServer *self, const char *id, const char *fingerprint, GError **error)
{
  NamidaReceiveSession *session = id != NULL ? g_hash_table_lookup (self->sessions, id) : NULL;
  Ended *ended;

  if (session != NULL)
    return server_session_check_owner (namida_receive_session_get_fingerprint (session), fingerprint, error) ? session
                                                                                                             : NULL;
  ended = server_session_find_ended (self, id, fingerprint, error);
  if (ended == NULL)
    return NULL;
  if (ended->state == NAMIDA_SESSION_PAUSED)
    g_propagate_error (error, namida_receive_session_new_paused_error ());
  else if (ended->state == NAMIDA_SESSION_CANCELLED || ended->state == NAMIDA_SESSION_KEPT)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The transfer was canceled."));
  else
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_EXPIRED,
                         _ ("This transfer has ended. Send again to start a new one."));
  return NULL;
}

/* ---- finish ---- */

typedef struct
{
  NamidaServer *server;
  NamidaRequest *request;
  NamidaReceiveSession *session;
  GBytes *body; /* (nullable) once it is parsed */
  char *answer;
  gsize length;
} Finish;

static void
finish_free (gpointer data)
{
  Finish *finish = data;

  g_object_unref (finish->server);
  namida_request_unref (finish->request);
  g_object_unref (finish->session);
  g_clear_pointer (&finish->body, g_bytes_unref);
  g_free (finish->answer);
  g_free (finish);
}

static void
finish_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Finish *finish = task_data;
  GError *error = NULL;
  gsize length;
  const char *data = g_bytes_get_data (finish->body, &length);
  guint left_out = 0;
  g_autoptr (GHashTable) hashes = namida_finish_request_parse (data, length, &left_out, &error);

  g_clear_pointer (&finish->body, g_bytes_unref);
  /* Do this before the commit, which records whether the version is complete. */
  if (hashes != NULL)
    namida_backup_raise_missed_there (
        namida_transfer_get_backup (namida_receive_session_get_transfer (finish->session)), left_out);
  if (hashes != NULL
      && namida_receive_session_commit (finish->session, hashes, &finish->answer, &finish->length, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
server_session_on_finish_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Finish *finish = user_data;
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      Ended *ended;

      namida_receive_session_end_finish (finish->session, NULL);
      ended = server_session_remember (finish->server, finish->session);
      g_free (ended->answer);
      ended->answer = g_strndup (finish->answer, finish->length);
      ended->length = finish->length;
      server_session_trim_ended (finish->server);
      namida_request_answer (finish->request, SOUP_STATUS_OK, g_steal_pointer (&finish->answer), finish->length);
    }
  else
    {
      g_autoptr (GError) refusal = NULL;

      namida_receive_session_end_finish (finish->session, error);
      /* If the user canceled or paused meanwhile, the sender must not try again. */
      refusal = namida_receive_session_dup_refusal (finish->session);
      namida_request_fail (finish->request, refusal != NULL ? refusal : error, 0);
      /* The server was asked to stop in the meantime. */
      if (finish->server->stopping != NULL || !finish->server->running)
        namida_receive_session_close (finish->session, NAMIDA_SESSION_PARKED, NULL);
    }
  finish_free (finish);
}

static void
server_session_repeat_finish (NamidaServer *self, NamidaRequest *request, const char *id)
{
  g_autoptr (GError) error = NULL;
  Ended *ended = server_session_find_ended (self, id, request->connection->fingerprint, &error);

  if (ended != NULL && ended->answer != NULL)
    {
      namida_request_answer (request, SOUP_STATUS_OK, g_strndup (ended->answer, ended->length), ended->length);
      return;
    }
  if (error == NULL)
    namida_server_find_session (self, id, request->connection->fingerprint, &error);
  if (error == NULL)
    g_set_error_literal (&error, NAMIDA_ERROR, NAMIDA_ERROR_EXPIRED, _ ("This transfer is over."));
  namida_request_fail (request, error, 0);
}

gboolean
namida_server_early_session (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error)
{
  g_autofree char *id = namida_request_get (request, "sessionId");
  const char *fingerprint = request->connection->fingerprint;
  NamidaReceiveSession *session = id != NULL ? g_hash_table_lookup (self->sessions, id) : NULL;

  if (session != NULL)
    return server_session_check_owner (namida_receive_session_get_fingerprint (session), fingerprint, error);
  return server_session_find_ended (self, id, fingerprint, error) != NULL;
}

void
namida_server_handle_finish (NamidaServer *self, NamidaRequest *request)
{
  g_autofree char *id = namida_request_get (request, "sessionId");
  NamidaReceiveSession *session = id != NULL ? g_hash_table_lookup (self->sessions, id) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GTask) task = NULL;
  Finish *finish;

  if (session == NULL || namida_receive_session_get_state (session) == NAMIDA_SESSION_FINISHED)
    {
      server_session_repeat_finish (self, request, id);
      return;
    }
  if (!server_session_check_owner (namida_receive_session_get_fingerprint (session), request->connection->fingerprint,
                                   &error)
      || !namida_receive_session_begin_finish (session, &error))
    {
      namida_request_fail (request, error, 0);
      return;
    }
  finish = g_new0 (Finish, 1);
  finish->server = g_object_ref (self);
  finish->request = namida_request_ref (request);
  finish->session = g_object_ref (session);
  finish->body = g_steal_pointer (&request->body);
  namida_request_wait (request, NULL, NULL);
  task = g_task_new (self, NULL, server_session_on_finish_done, finish);
  g_task_set_source_tag (task, namida_server_handle_finish);
  g_task_set_task_data (task, finish, NULL); /* freed here, not by the worker */
  g_task_run_in_thread (task, finish_worker);
}

/* ---- session, cancel ---- */

typedef struct
{
  NamidaReceiveSession *session;
  NamidaRequest *request;
  char *text;
  gsize length;
} Status;

static void
status_free (gpointer data)
{
  Status *status = data;

  g_object_unref (status->session);
  namida_request_unref (status->request);
  g_free (status->text);
  g_free (status);
}

static void
status_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Status *status = task_data;
  g_autoptr (GHashTable) offsets = namida_receive_session_dup_offsets (status->session);

  status->text = namida_session_answer_format ("open", offsets, &status->length);
  g_task_return_boolean (task, TRUE);
}

static void
server_session_on_status (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Status *status = user_data;

  namida_request_answer (status->request, SOUP_STATUS_OK, g_steal_pointer (&status->text), status->length);
  status_free (status);
}

void
namida_server_handle_session (NamidaServer *self, NamidaRequest *request)
{
  g_autofree char *id = namida_request_get (request, "sessionId");
  const char *fingerprint = request->connection->fingerprint;
  g_autoptr (GError) error = NULL;
  NamidaReceiveSession *session = namida_server_find_session (self, id, fingerprint, &error);
  Ended *ended = session == NULL ? server_session_find_ended (self, id, fingerprint, NULL) : NULL;

  if (session != NULL)
    {
      g_autoptr (GTask) task = NULL;
      Status *status = g_new0 (Status, 1);

      namida_receive_session_touch (session);
      status->session = g_object_ref (session);
      status->request = namida_request_ref (request);
      namida_request_wait (request, NULL, NULL);
      task = g_task_new (self, NULL, server_session_on_status, status);
      g_task_set_source_tag (task, namida_server_handle_session);
      g_task_set_task_data (task, status, NULL);
      g_task_run_in_thread (task, status_worker);
    }
  else if (ended != NULL && ended->state != NAMIDA_SESSION_PARKED && ended->state != NAMIDA_SESSION_PAUSED)
    {
      g_autoptr (GHashTable) none = g_hash_table_new (g_str_hash, g_str_equal);
      gsize length;
      char *text = namida_session_answer_format (ended->state == NAMIDA_SESSION_FINISHED ? "finished" : "cancelled",
                                                 none, &length);

      namida_request_answer (request, SOUP_STATUS_OK, text, length);
    }
  else
    namida_request_fail (request, error, 0);
}

/* The sender stopped, but will continue, or another transfer will use the parts. */
static void
server_session_stop_for_sender (NamidaReceiveSession *session)
{
  namida_transfer_set_trouble (
      namida_receive_session_get_transfer (session),
      _ ("The other device stopped the transfer. The received data is kept, and the transfer can be resumed there."));
  namida_receive_session_close (session, NAMIDA_SESSION_PARKED, NULL);
}

/* @error: why there is no running session. */
static gboolean
server_session_is_parked (const GError *error)
{
  return g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_EXPIRED)
         || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_PAUSED)
         || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
}

void
namida_server_handle_cancel (NamidaServer *self, NamidaRequest *request)
{
  g_autofree char *id = namida_request_get (request, "sessionId");
  g_autofree char *keep = namida_request_get (request, "keep");
  const char *fingerprint = request->connection->fingerprint;
  g_autoptr (GError) error = NULL;
  NamidaReceiveSession *session = namida_server_find_session (self, id, fingerprint, &error);

  if (session != NULL && namida_receive_session_get_state (session) == NAMIDA_SESSION_FINISHING)
    g_set_error_literal (&error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY, _ ("The received files are being stored."));
  else if (session != NULL && g_strcmp0 (keep, "1") == 0)
    server_session_stop_for_sender (session);
  else if (session != NULL)
    server_session_cancel (session, NAMIDA_SESSION_CANCELLED);
  else if (id != NULL && server_session_is_parked (error) && g_strcmp0 (keep, "1") != 0)
    /* The store removes its parts; the answer stays the same. */
    g_signal_emit_by_name (self, "drop-parked", fingerprint, id);
  else if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED))
    g_clear_error (&error);
  if (error != NULL)
    namida_request_fail (request, error, 0);
  else
    namida_request_answer (request, SOUP_STATUS_OK, g_strdup ("{}"), 2);
}
