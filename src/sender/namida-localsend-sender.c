/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-localsend-sender.h"

#include "namida-error.h"
#include "namida-hash-index.h"
#include "namida-limits.h"
#include "namida-localsend-message.h"
#include "namida-localsend-sessions.h"
#include "namida-localsend-uploads.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Its person may take as long as ours; then comes the way there and back. */
#define ANSWER_SECONDS (NAMIDA_LIMIT_OFFER_ANSWER_SECONDS + 15u)
#define CANCEL_SECONDS 3u
/* What it has not taken is lost, as it cannot go on with a part of a file: a busy disk there may take its time. */
#define STALL_SECONDS 300u

struct _NamidaLocalsendSender
{
  NamidaSender base;
  gboolean plain;

  /* While it runs. Set by one step, read by the next. */
  GCancellable *inner; /* cancelled by our person, or by theirs */
  gulong wish_handler;
  GPtrArray *addresses; /* GInetSocketAddress, as they were at the start */
  GBytes *offer;
  GInetSocketAddress *address; /* where it was accepted */
  GSocketAddress *source;      /* from where we asked */
  NamidaOfferAnswer *answer;   /* (nullable): nothing is wanted */
  gboolean stopped_there, unfinished;
  GError *error; /* (nullable): why it ends, until the other side is told */
};

G_DEFINE_FINAL_TYPE (NamidaLocalsendSender, namida_localsend_sender, NAMIDA_TYPE_SENDER)

static void namida_localsend_sender_start (NamidaSender *base);

static void
namida_localsend_sender_finalize (GObject *object)
{
  NamidaLocalsendSender *self = NAMIDA_LOCALSEND_SENDER (object);

  namida_localsend_sessions_remove (self);
  g_clear_error (&self->error);
  g_clear_object (&self->inner);
  g_clear_pointer (&self->addresses, g_ptr_array_unref);
  g_clear_pointer (&self->offer, g_bytes_unref);
  g_clear_object (&self->address);
  g_clear_object (&self->source);
  g_clear_pointer (&self->answer, namida_offer_answer_free);
  G_OBJECT_CLASS (namida_localsend_sender_parent_class)->finalize (object);
}

static void
namida_localsend_sender_class_init (NamidaLocalsendSenderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_localsend_sender_finalize;
  NAMIDA_SENDER_CLASS (klass)->start = namida_localsend_sender_start;
}

static void
namida_localsend_sender_init (NamidaLocalsendSender *self)
{
  self->inner = g_cancellable_new ();
}

void
namida_localsend_sender_set_plain (NamidaLocalsendSender *self, gboolean plain)
{
  self->plain = plain;
}

/* ---- cancel ---- */

typedef struct
{
  NamidaIdentity *identity;
  GInetSocketAddress *address;
  char *fingerprint, *target;
} Cancel;

static void
cancel_free (gpointer data)
{
  Cancel *cancel = data;

  g_clear_object (&cancel->identity);
  g_object_unref (cancel->address);
  g_free (cancel->fingerprint);
  g_free (cancel->target);
  g_free (cancel);
}

static void
cancel_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Cancel *cancel = data;
  NamidaHttpPeer peer
      = { .identity = cancel->identity, .address = cancel->address, .fingerprint = cancel->fingerprint };
  g_auto (NamidaHttpAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaHttpConnection) connection = namida_http_connection_new (&peer, cancellable, &error);

  if (connection == NULL
      || !namida_http_connection_request (connection,
                                          (NamidaHttpRequest){ .target = cancel->target, .seconds = CANCEL_SECONDS },
                                          "", 0, NAMIDA_LIMIT_JSON_BYTES, &answer, &error))
    g_debug ("The other device did not hear of the cancel: %s", error->message);
  g_task_return_boolean (task, TRUE);
}

static gboolean
on_cancel_late (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

void
namida_localsend_cancel_async (NamidaIdentity *identity,
                               GInetSocketAddress *address,
                               const char *fingerprint,
                               const char *session_id,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GCancellable) late = g_cancellable_new ();
  g_autoptr (GTask) task = g_task_new (NULL, late, callback, user_data);
  g_autofree char *id = session_id != NULL ? g_uri_escape_string (session_id, NULL, FALSE) : NULL;
  Cancel *cancel = g_new0 (Cancel, 1);

  cancel->identity = identity != NULL ? g_object_ref (identity) : NULL;
  cancel->address = g_object_ref (address);
  cancel->fingerprint = g_strdup (fingerprint);
  cancel->target = g_strconcat (NAMIDA_LOCALSEND_PREFIX "/cancel", id != NULL ? "?sessionId=" : NULL, id, NULL);
  g_task_set_source_tag (task, namida_localsend_cancel_async);
  g_task_set_task_data (task, cancel, cancel_free);
  g_timeout_add_seconds_full (G_PRIORITY_DEFAULT, CANCEL_SECONDS, on_cancel_late, g_object_ref (late), g_object_unref);
  g_task_run_in_thread (task, cancel_thread);
}

/* ---- the end ---- */

static NamidaIdentity *
identity_for (NamidaLocalsendSender *self)
{
  return self->plain ? NULL : self->base.identity;
}

/* A program that ends now must not take the word with it. */
static void
on_cancel_told (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaLocalsendSender) self = user_data;

  namida_sender_return (&self->base, g_steal_pointer (&self->error), FALSE);
}

/* @error: (transfer full) (nullable) */
static void
end (NamidaLocalsendSender *self, GError *error)
{
  GCancellable *wish = namida_transfer_get_cancellable (self->base.transfer);

  if (error != NULL && (g_cancellable_is_cancelled (wish) || self->stopped_there))
    {
      g_clear_error (&error);
      error = self->stopped_there ? g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED,
                                                 _ ("“%s” cancelled this: ask there, then send again"),
                                                 namida_transfer_get_peer_alias (self->base.transfer))
                                  : g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Cancelled"));
    }
  namida_localsend_sessions_remove (self);
  namida_sender_unfollow_wish (&self->base, self->wish_handler);
  if (self->answer == NULL || self->stopped_there || (error == NULL && !self->unfinished))
    {
      namida_sender_return (&self->base, error, FALSE);
      return;
    }
  /* It has room for one sending, and waits for files that never come: it is told whenever one is left. */
  self->error = error;
  namida_localsend_cancel_async (identity_for (self), self->address, self->base.fingerprint, self->answer->session_id,
                                 on_cancel_told, g_object_ref (self));
}

/* The sender lives until the step is back; all that blocks in it watches @inner. */
static void
run_step (NamidaLocalsendSender *self, GTaskThreadFunc thread, GAsyncReadyCallback done)
{
  g_autoptr (GTask) step = g_task_new (self, NULL, done, NULL);

  g_task_set_source_tag (step, run_step);
  g_task_run_in_thread (step, thread);
}

/* ---- 3. the files ---- */

static void
upload_thread (GTask *step, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaLocalsendSender *self = source;
  g_autoptr (NamidaRateLimit) limit = namida_rate_limit_new (self->base.limit);
  NamidaLocalsendUploads uploads = {
    .peer = { .identity = identity_for (self),
              .address = self->address,
              .fingerprint = self->base.fingerprint,
              .source = self->source,
              .limit = limit,
              .stall_seconds = STALL_SECONDS },
    .answer = self->answer,
    .transfer = self->base.transfer,
    .cancellable = self->inner,
  };
  GError *error = NULL;

  if (namida_localsend_uploads_run (&uploads, &self->unfinished, &error))
    g_task_return_boolean (step, TRUE);
  else
    g_task_return_error (step, error);
}

static void
on_uploaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  end (NAMIDA_LOCALSEND_SENDER (source), error);
}

static void
on_stopped_there (gpointer user_data)
{
  NamidaLocalsendSender *self = user_data;

  self->stopped_there = TRUE;
  g_cancellable_cancel (self->inner);
}

/* The answer names none of the files (204, or a list of tokens that is empty): its person unticked all of them, or it
 * took the offer for a message. LocalSend compares no contents, so this never says that they are there. */
static void
all_declined (NamidaLocalsendSender *self)
{
  NamidaTransfer *transfer = self->base.transfer;
  guint n = namida_backup_get_entries (namida_transfer_get_backup (transfer))->len;

  for (guint i = 0; i < n; i++)
    namida_transfer_set_result (transfer, i, NAMIDA_FILE_DECLINED,
                                namida_file_result_get_detail (NAMIDA_FILE_DECLINED));
  end (self, g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_DECLINED, _ ("“%s” did not accept any of the files."),
                          namida_transfer_get_peer_alias (transfer)));
}

/* ---- 2. the offer ---- */

static void
on_offered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaLocalsendSender *self = NAMIDA_LOCALSEND_SENDER (source);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      end (self, error);
      return;
    }
  self->base.accepted = self->base.reached = TRUE;
  if (self->base.again)
    namida_transfer_restart (self->base.transfer);
  namida_transfer_set_unproven (self->base.transfer);
  if (self->answer == NULL || g_hash_table_size (self->answer->files) == 0)
    {
      all_declined (self);
      return;
    }
  self->base.session_id = g_strdup (self->answer->session_id);
  namida_localsend_sessions_add (self->answer->session_id, self->base.fingerprint,
                                 g_inet_socket_address_get_address (self->address), on_stopped_there, self);
  namida_transfer_set_state (self->base.transfer, NAMIDA_TRANSFER_RUNNING);
  run_step (self, upload_thread, on_uploaded);
}

static gboolean
tell_waiting (gpointer user_data)
{
  NamidaTransfer *transfer = user_data;

  if (namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_PREPARING)
    namida_transfer_set_state (transfer, NAMIDA_TRANSFER_WAITING);
  return G_SOURCE_REMOVE;
}

/* Its own words for a wrong PIN, which the code alone does not tell from a missing one. */
static GError *
explain_refusal (NamidaLocalsendSender *self, const NamidaHttpAnswer *answer)
{
  g_autoptr (GError) reason
      = namida_error_answer_parse ((const char *) answer->body->data, answer->body->len, answer->head.status, NULL);
  const char *alias = namida_transfer_get_peer_alias (self->base.transfer);

  switch (answer->head.status)
    {
    case 401:
      return self->base.pin == NULL
                 ? g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_PIN_REQUIRED, _ ("“%s” asks for a PIN. Send again with it."),
                                alias)
                 : g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_PIN_WRONG,
                                _ ("The PIN is not the one that “%s” expects. Look there, then send again."), alias);
    case 403:
      return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_DECLINED, _ ("“%s” declined this."), alias);
    case 409:
      return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_BUSY,
                          _ ("“%s” is busy with another transfer. Wait until it is done, then send again."), alias);
    case 404:
      return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                          _ ("No LocalSend answers at the address of “%s”. Open it there, then send again."), alias);
    default:
      return g_steal_pointer (&reason);
    }
}

static gboolean
take_answer (NamidaLocalsendSender *self, const NamidaHttpAnswer *answer, GError **error)
{
  if (answer->head.status == 204)
    return TRUE;
  if (answer->head.status == 200)
    {
      self->answer = namida_localsend_answer_parse ((const char *) answer->body->data, answer->body->len, error);
      return self->answer != NULL;
    }
  g_propagate_error (error, explain_refusal (self, answer));
  return FALSE;
}

static gboolean
ask (NamidaLocalsendSender *self, NamidaHttpConnection *connection, GError **error)
{
  g_autofree char *pin = self->base.pin != NULL ? g_uri_escape_string (self->base.pin, NULL, FALSE) : NULL;
  g_autofree char *target
      = g_strconcat (NAMIDA_LOCALSEND_PREFIX "/prepare-upload", pin != NULL ? "?pin=" : NULL, pin, NULL);
  g_auto (NamidaHttpAnswer) answer = { 0 };
  gsize length;
  const char *body = g_bytes_get_data (self->offer, &length);

  if (self->base.fingerprint == NULL)
    self->base.fingerprint = namida_http_connection_dup_fingerprint (connection);
  self->source = namida_http_connection_dup_source (connection);
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, tell_waiting, g_object_ref (self->base.transfer),
                              g_object_unref);
  return namida_http_connection_request (
             connection, (NamidaHttpRequest){ .target = target, .type = "application/json", .seconds = ANSWER_SECONDS },
             body, length, NAMIDA_LIMIT_OFFER_BYTES, &answer, error)
         && take_answer (self, &answer, error);
}

static void
offer_thread (GTask *step, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaLocalsendSender *self = source;
  GError *error = NULL;

  for (guint i = 0; i < self->addresses->len; i++)
    {
      NamidaHttpPeer peer = { .identity = identity_for (self),
                              .address = g_ptr_array_index (self->addresses, i),
                              .fingerprint = self->base.fingerprint };
      g_autoptr (NamidaHttpConnection) connection = NULL;
      GError *local = NULL;

      connection = namida_http_connection_new (&peer, self->inner, &local);
      if (connection == NULL)
        {
          /* Somebody else at an address says more than nobody at another. */
          if (error == NULL || local->code == NAMIDA_ERROR_IDENTITY_CHANGED)
            {
              g_clear_error (&error);
              error = g_steal_pointer (&local);
            }
          g_clear_error (&local);
          continue;
        }
      g_clear_error (&error);
      self->address = g_object_ref (peer.address);
      if (ask (self, connection, &error))
        g_task_return_boolean (step, TRUE);
      else
        g_task_return_error (step, error);
      return;
    }
  g_task_return_error (step, error != NULL
                                 ? error
                                 : g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                                                _ ("No address of “%s” is known: refresh the list of devices, then "
                                                   "send again"),
                                                namida_transfer_get_peer_alias (self->base.transfer)));
}

/* ---- 1. prepare ---- */

static void
prepare_thread (GTask *step, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaLocalsendSender *self = source;
  NamidaBackup *backup = namida_transfer_get_backup (self->base.transfer);
  gsize length = 0;
  char *text;

  if (namida_backup_get_files (backup) == 0)
    {
      g_task_return_new_error (step, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                               _ ("There is nothing that LocalSend can take: empty folders alone cannot be sent to "
                                  "it."));
      return;
    }
  if (self->base.database != NULL)
    namida_hash_index_fill (self->base.database, backup);
  text = namida_localsend_offer_format (self->base.own, backup, &length);
  g_task_return_pointer (step, g_bytes_new_take (text, length), (GDestroyNotify) g_bytes_unref);
}

static void
on_prepared (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaLocalsendSender *self = NAMIDA_LOCALSEND_SENDER (source);
  GError *error = NULL;

  self->offer = g_task_propagate_pointer (G_TASK (result), &error);
  if (error != NULL)
    end (self, error);
  else
    run_step (self, offer_thread, on_offered);
}

static void
namida_localsend_sender_start (NamidaSender *base)
{
  NamidaLocalsendSender *self = NAMIDA_LOCALSEND_SENDER (base);

  self->addresses = namida_sender_dup_addresses (base);
  self->wish_handler = namida_sender_follow_wish (base, self->inner);
  run_step (self, prepare_thread, on_prepared);
}
