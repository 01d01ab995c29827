/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaSender: its settings and what the dialects share. The state machine is in namida-sender-run.c. Main
 * context, except for the functions for the dialects. */
#include "config.h"

#include "namida-sender-private.h"

#include "namida-limits.h"
#include "namida-path-mtu.h"
#include "namida-localsend-sessions.h"

G_DEFINE_FINAL_TYPE (NamidaSender, namida_sender, G_TYPE_OBJECT)

static void
namida_sender_finalize (GObject *object)
{
  NamidaSender *self = NAMIDA_SENDER (object);

  namida_localsend_sessions_remove (self);
  g_clear_handle_id (&self->asked_timer, g_source_remove);
  g_clear_object (&self->identity);
  g_clear_pointer (&self->own, namida_device_info_unref);
  g_clear_object (&self->addresses);
  g_clear_object (&self->database);
  g_clear_object (&self->transfer);
  g_free (self->fingerprint);
  g_free (self->pin);
  g_free (self->session_id);
  g_free (self->session_before);
  g_clear_object (&self->inner);
  g_clear_pointer (&self->places, g_ptr_array_unref);
  g_clear_pointer (&self->limit, namida_rate_limit_unref);
  g_clear_pointer (&self->offer, g_bytes_unref);
  g_clear_pointer (&self->portable_offer, g_bytes_unref);
  g_clear_pointer (&self->settled, g_free);
  g_clear_pointer (&self->settled_details, g_hash_table_unref);
  g_clear_pointer (&self->read_before, g_hash_table_unref);
  g_clear_object (&self->address);
  g_clear_object (&self->source);
  g_clear_pointer (&self->answer, namida_offer_answer_free);
  g_clear_pointer (&self->job, namida_upload_job_free);
  g_clear_error (&self->error);
  G_OBJECT_CLASS (namida_sender_parent_class)->finalize (object);
}

static void
namida_sender_class_init (NamidaSenderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_sender_finalize;
}

static void
namida_sender_init (NamidaSender *self)
{
  self->inner = g_cancellable_new ();
}

NamidaDialect
namida_sender_best_dialect (NamidaDialect dialects)
{
  static const NamidaDialect best_first[]
      = { NAMIDA_DIALECT_V1, NAMIDA_DIALECT_LOCALSEND, NAMIDA_DIALECT_PHONE, NAMIDA_DIALECT_LOCALSEND_PLAIN };

  for (gsize i = 0; i < G_N_ELEMENTS (best_first); i++)
    if ((dialects & best_first[i]) != 0)
      return best_first[i];
  return NAMIDA_DIALECT_V1;
}

static const NamidaSenderDialect *
sender_get_dialect (NamidaDialect dialect)
{
  switch (dialect)
    {
    case NAMIDA_DIALECT_LOCALSEND:
    case NAMIDA_DIALECT_LOCALSEND_PLAIN:
      return &namida_sender_localsend;
    case NAMIDA_DIALECT_PHONE:
      return &namida_sender_phone;
    default:
      return &namida_sender_v1;
    }
}

NamidaSender *
namida_sender_new (NamidaDialect dialect,
                   NamidaIdentity *identity,
                   NamidaDeviceInfo *own,
                   GListModel *addresses,
                   const char *fingerprint,
                   NamidaDatabase *database,
                   NamidaTransfer *transfer)
{
  NamidaSender *self = g_object_new (NAMIDA_TYPE_SENDER, NULL);

  self->dialect = sender_get_dialect (dialect);
  self->plain = dialect == NAMIDA_DIALECT_PHONE || dialect == NAMIDA_DIALECT_LOCALSEND_PLAIN;
  self->identity = g_object_ref (identity);
  self->own = namida_device_info_ref (own);
  self->addresses = g_object_ref (addresses);
  self->fingerprint = g_strdup (fingerprint);
  self->database = database != NULL ? g_object_ref (database) : NULL;
  self->transfer = g_object_ref (transfer);
  return self;
}

void
namida_sender_set_pin (NamidaSender *self, const char *pin)
{
  g_free (self->pin);
  self->pin = g_strdup (pin);
}

void
namida_sender_set_limit (NamidaSender *self, guint64 bytes_per_second)
{
  self->limit_bytes = bytes_per_second;
}

void
namida_sender_set_patient (NamidaSender *self, gboolean accepted)
{
  self->patient = TRUE;
  self->accepted = self->again = accepted;
}

void
namida_sender_set_waits (NamidaSender *self, gboolean busy, gboolean away)
{
  self->waits_busy = busy;
  self->waits_away = away;
}

guint
namida_sender_get_retry_after (NamidaSender *self)
{
  return self->retry_after;
}

void
namida_sender_set_session_before (NamidaSender *self, const char *id)
{
  g_free (self->session_before);
  self->session_before = g_strdup (id);
}

char *
namida_sender_dup_session (NamidaSender *self)
{
  return g_strdup (self->session_id);
}

gboolean
namida_sender_get_reached (NamidaSender *self)
{
  return self->reached;
}

gboolean
namida_sender_get_accepted (NamidaSender *self)
{
  return self->accepted;
}

/* ---- functions for the dialects ---- */

NamidaHttpPeer
namida_sender_get_peer (NamidaSender *self, GInetSocketAddress *address)
{
  return (NamidaHttpPeer){ .identity = self->plain ? NULL : self->identity,
                           .address = address,
                           .fingerprint = self->fingerprint,
                           .source = self->source,
                           .silence_seconds = self->dialect->silence_seconds,
                           .stall_seconds = self->dialect->stall_seconds };
}

static gboolean
sender_request_once (NamidaSender *self,
                     NamidaHttpConnection **connection,
                     const NamidaHttpRequest *request,
                     GBytes *body,
                     gsize limit,
                     NamidaHttpAnswer *answer,
                     GError **error)
{
  NamidaHttpPeer peer = namida_sender_get_peer (self, self->address);
  gsize length = 0;
  const void *data = body != NULL ? g_bytes_get_data (body, &length) : NULL;

  *answer = (NamidaHttpAnswer){ .body = NULL };
  if (*connection != NULL && !namida_http_connection_is_reusable (*connection))
    g_clear_pointer (connection, namida_http_connection_free);
  if (*connection == NULL)
    *connection = namida_http_connection_new (&peer, self->inner, error);
  return *connection != NULL
         && namida_http_connection_request (*connection, *request, data, length, limit, answer, error);
}

gboolean
namida_sender_request (NamidaSender *self,
                       NamidaHttpConnection **connection,
                       const NamidaHttpRequest *request,
                       GBytes *body,
                       gsize limit,
                       NamidaHttpAnswer *answer,
                       GError **error)
{
  g_autoptr (GError) local = NULL;
  gboolean was_small = namida_path_mtu_is_small (self->address);

  if (sender_request_once (self, connection, request, body, limit, answer, &local))
    return TRUE;
  /* A request whose large packets were lost did not arrive, so it is safe to send it once more. */
  if (!was_small && namida_path_mtu_is_small (self->address))
    {
      namida_http_answer_clear (answer);
      g_clear_pointer (connection, namida_http_connection_free);
      return sender_request_once (self, connection, request, body, limit, answer, error);
    }
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* For connecting, and again for the answer: a program that exits waits for it, but for at most 5 s. */
#define SAY_SECONDS 2u

void
namida_sender_say (NamidaSender *self, const char *target)
{
  NamidaHttpPeer peer = namida_sender_get_peer (self, self->address);
  NamidaHttpRequest request = { .target = target, .seconds = SAY_SECONDS };
  g_autoptr (NamidaHttpConnection) connection = NULL;
  g_auto (NamidaHttpAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;

  peer.connect_seconds = SAY_SECONDS;
  connection = namida_http_connection_new (&peer, NULL, &error);
  if (connection == NULL
      || !namida_http_connection_request (connection, request, NULL, 0, NAMIDA_LIMIT_JSON_BYTES, &answer, &error))
    g_debug ("cancel: the request failed: %s", error->message);
}

static gboolean
sender_on_asked_long (gpointer user_data)
{
  NamidaSender *self = user_data;

  self->asked_timer = 0;
  namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_WAITING);
  return G_SOURCE_REMOVE;
}

/* If an answer takes longer than this, a user is being asked. */
#define ASKED_MS 2000

/* A device that has accepted before continues without asking, or tells the sender to wait: do not change the state for
 * that. */
static gboolean
sender_on_asked (gpointer user_data)
{
  NamidaSender *self = user_data;

  if (self->task == NULL || namida_transfer_is_final (self->transfer))
    return G_SOURCE_REMOVE;
  if (!self->again)
    namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_WAITING);
  else if (self->asked_timer == 0)
    self->asked_timer = g_timeout_add (ASKED_MS, sender_on_asked_long, self);
  return G_SOURCE_REMOVE;
}

void
namida_sender_show_waiting (NamidaSender *self)
{
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, sender_on_asked, g_object_ref (self), g_object_unref);
}

/* ---- sending ---- */

void
namida_sender_send_async (NamidaSender *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (self->task == NULL);

  self->task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->task, namida_sender_send_async);
  /* Do not flash PREPARING on every retry; the row already says that it is waiting. */
  if (!self->again && namida_transfer_get_backup (self->transfer) != NULL)
    namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_PREPARING);
  namida_sender_run (self);
}

gboolean
namida_sender_send_finish (NamidaSender *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
