/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-client.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <string.h>

#include "namida-error.h"
#include "namida-tls.h"
#include "namida-limits.h"
#include "namida-peer.h"

#define CONNECT_SECONDS 5
#define SHORT_SECONDS 5
#define SESSION_SECONDS 15
/* The receiver's own limits end first and say why; ours is for a receiver that is gone. */
#define MARGIN_SECONDS 15
#define WORKER_BYTES (64u * 1024)
#define WORKER_HASHES 500u
#define READ_STEP (64u * 1024)

struct _NamidaClient
{
  GObject parent_instance;
  NamidaIdentity *identity;
  GInetSocketAddress *address;
  char *pinned; /* (nullable) */
  char *shown;  /* (nullable): by the last connection */
  SoupSession *session;
};

G_DEFINE_FINAL_TYPE (NamidaClient, namida_client, G_TYPE_OBJECT)

/* Parses a good answer into what the caller gets; any thread. NULL with no error: an answer without content. */
typedef gpointer (*ParseFunc) (const char *data, gsize length, GError **error);

/* One request, as its task's data: main context, but for @body once it is whole. */
typedef struct
{
  SoupMessage *message;
  GInputStream *stream;
  GByteArray *body;
  gsize limit;
  ParseFunc parse;
  GDestroyNotify free_result;
  GCancellable *caller; /* (nullable) */
  gulong caller_handler;
  GCancellable *inner; /* cancelled by the caller, the timers and the pin */
  guint connect_timer, timer;
  gboolean timed_out, mismatch;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_clear_handle_id (&call->connect_timer, g_source_remove);
  g_clear_handle_id (&call->timer, g_source_remove);
  if (call->caller_handler != 0)
    g_cancellable_disconnect (call->caller, call->caller_handler);
  g_clear_object (&call->caller);
  g_clear_object (&call->inner);
  g_clear_object (&call->stream);
  g_clear_object (&call->message);
  g_byte_array_unref (call->body);
  g_free (call);
}

static void
namida_client_finalize (GObject *object)
{
  NamidaClient *self = NAMIDA_CLIENT (object);

  soup_session_abort (self->session);
  g_clear_object (&self->session);
  g_clear_object (&self->identity);
  g_clear_object (&self->address);
  g_free (self->pinned);
  g_free (self->shown);
  G_OBJECT_CLASS (namida_client_parent_class)->finalize (object);
}

static void
namida_client_class_init (NamidaClientClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_client_finalize;
}

static void
namida_client_init (NamidaClient *self)
{
}

NamidaClient *
namida_client_new (NamidaIdentity *identity, GInetSocketAddress *address, const char *fingerprint)
{
  NamidaClient *self = g_object_new (NAMIDA_TYPE_CLIENT, NULL);

  namida_tls_trust_no_authority (identity);
  self->identity = g_object_ref (identity);
  self->address = g_object_ref (address);
  self->pinned = g_strdup (fingerprint);
  /* remote-connectable: the socket address as it is, scope of a link-local one included; no name is ever looked up. */
  self->session = soup_session_new_with_options ("remote-connectable", address, "proxy-resolver", NULL, "timeout", 0u,
                                                 "idle-timeout", 1u, NULL);
  return self;
}

const char *
namida_client_get_peer_fingerprint (NamidaClient *self)
{
  return self->shown;
}

GInetSocketAddress *
namida_client_get_address (NamidaClient *self)
{
  return self->address;
}

/* ---- one request ---- */

static gboolean
check_pin (NamidaClient *self, Call *call, GTlsCertificate *certificate)
{
  g_free (self->shown);
  self->shown = certificate != NULL ? namida_fingerprint_of (certificate) : NULL;
  call->mismatch = self->shown == NULL || (self->pinned != NULL && g_ascii_strcasecmp (self->pinned, self->shown) != 0);
  return !call->mismatch;
}

static gboolean
on_accept_certificate (SoupMessage *message, GTlsCertificate *certificate, GTlsCertificateFlags errors, gpointer task)
{
  return check_pin (g_task_get_source_object (task), g_task_get_task_data (task), certificate);
}

/* A resumed TLS session may not ask about the certificate again: what is about to be written to is looked at here. */
static void
on_starting (SoupMessage *message, gpointer task)
{
  Call *call = g_task_get_task_data (task);

  g_clear_handle_id (&call->connect_timer, g_source_remove);
  if (!check_pin (g_task_get_source_object (task), call, soup_message_get_tls_peer_certificate (message)))
    g_cancellable_cancel (call->inner);
}

static gboolean
on_connect_timeout (gpointer data)
{
  Call *call = data;

  call->connect_timer = 0;
  call->timed_out = TRUE;
  g_cancellable_cancel (call->inner);
  return G_SOURCE_REMOVE;
}

static gboolean
on_timeout (gpointer data)
{
  Call *call = data;

  call->timer = 0;
  call->timed_out = TRUE;
  g_cancellable_cancel (call->inner);
  return G_SOURCE_REMOVE;
}

static void
on_caller_cancelled (GCancellable *cancellable, gpointer inner)
{
  g_cancellable_cancel (inner);
}

/* What a failed exchange means, in words. @reason: (transfer full) */
static void
return_failure (GTask *task, GError *reason)
{
  NamidaClient *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);
  g_autofree char *where = namida_address_to_text (self->address);

  if (call->mismatch)
    g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_IDENTITY_CHANGED,
                             _ ("The device at %s is not the one it claims to be: it shows another identity. Nothing "
                                "was sent. If it was set up anew, pair with it again."),
                             where);
  else if (g_cancellable_is_cancelled (call->caller))
    g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Cancelled"));
  else if (call->timed_out)
    g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                             _ ("The device at %s did not answer in time: check that it is on and in the same network"),
                             where);
  else
    g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                             _ ("The device at %s could not be reached (%s): check that it is on, in the same network, "
                                "and that Namida Sync is open there"),
                             where, reason->message);
  g_error_free (reason);
}

static void
parse_now (GTask *task)
{
  Call *call = g_task_get_task_data (task);
  GError *error = NULL;
  gpointer result = call->parse ((const char *) call->body->data, call->body->len, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, result, call->free_result);
}

static void
parse_thread (GTask *worker, gpointer source, gpointer outer, GCancellable *cancellable)
{
  parse_now (outer);
}

static void
on_body_whole (GTask *task)
{
  Call *call = g_task_get_task_data (task);
  guint status = soup_message_get_status (call->message);

  g_clear_handle_id (&call->timer, g_source_remove);
  /* What belongs to libsoup must not meet its end in the worker. */
  g_clear_object (&call->stream);
  g_clear_object (&call->message);
  if (status < 200 || status > 299)
    {
      g_task_return_error (task,
                           namida_error_answer_parse ((const char *) call->body->data,
                                                      MIN (call->body->len, NAMIDA_LIMIT_JSON_BYTES), status, NULL));
      return;
    }
  if (status == 204)
    g_task_return_pointer (task, NULL, NULL);
  else if (call->body->len <= WORKER_BYTES)
    parse_now (task);
  else
    {
      g_autoptr (GTask) worker = g_task_new (NULL, NULL, NULL, NULL);

      g_task_set_source_tag (worker, on_body_whole);
      g_task_set_task_data (worker, g_object_ref (task), g_object_unref);
      g_task_run_in_thread (worker, parse_thread);
    }
}

static void read_more (GTask *task);

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Call *call = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  if (bytes == NULL)
    {
      return_failure (task, error);
      return;
    }
  if (g_bytes_get_size (bytes) == 0)
    {
      on_body_whole (task);
      return;
    }
  if (call->body->len + g_bytes_get_size (bytes) > call->limit)
    {
      g_cancellable_cancel (call->inner);
      g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
                               _ ("The other device answered with more than it may: update both, then try again"));
      return;
    }
  g_byte_array_append (call->body, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
  read_more (task);
}

static void
read_more (GTask *task)
{
  Call *call = g_task_get_task_data (task);

  g_input_stream_read_bytes_async (call->stream, READ_STEP, G_PRIORITY_DEFAULT, call->inner, on_read,
                                   g_object_ref (task));
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Call *call = g_task_get_task_data (task);
  GError *error = NULL;

  call->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (call->stream != NULL && !call->mismatch)
    {
      read_more (task);
      return;
    }
  return_failure (task, error != NULL ? error : g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_IDENTITY_CHANGED, ""));
}

/* Host of the URI only makes the Host field: without the scope, which a URI would have to spell in its own way. */
static char *
uri_for (NamidaClient *self, const char *path, const char *query)
{
  g_autofree char *host = g_inet_address_to_string (g_inet_socket_address_get_address (self->address));
  g_autofree char *full = g_strconcat (NAMIDA_V1_PREFIX, "/", path, NULL);

  host[strcspn (host, "%")] = '\0';
  return g_uri_join (G_URI_FLAGS_ENCODED, "https", NULL, host, g_inet_socket_address_get_port (self->address), full,
                     query, NULL);
}

static SoupMessage *
message_new (NamidaClient *self, const char *method, const char *path, const char *query, GBytes *body, GTask *task)
{
  g_autofree char *uri = uri_for (self, path, query);
  SoupMessage *message = soup_message_new (method, uri);

  /* IDEMPOTENT: nothing is sent twice (each request has a new connection), but without it libsoup waits for idle ones.
   */
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_IDEMPOTENT | SOUP_MESSAGE_NEW_CONNECTION);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Connection", "close");
  soup_message_set_tls_client_certificate (message, namida_identity_get_certificate (self->identity));
  if (body != NULL)
    soup_message_set_request_body_from_bytes (message, "application/json", body);
  g_signal_connect_object (message, "accept-certificate", G_CALLBACK (on_accept_certificate), task, 0);
  g_signal_connect_object (message, "starting", G_CALLBACK (on_starting), task, 0);
  return message;
}

/* What a request is; zero is the default of the rest. */
typedef struct
{
  const char *method;
  const char *path;
  const char *query; /* (nullable), encoded */
  GBytes *body;      /* (nullable) */
  guint seconds;
  gsize limit; /* of the answer */
  ParseFunc parse;
  GDestroyNotify free_result;
} Request;

static void
call_start (GTask *task, const Request *request)
{
  NamidaClient *self = g_task_get_source_object (task);
  GCancellable *caller = g_task_get_cancellable (task);
  Call *call = g_new0 (Call, 1);

  /* A cancelled call must answer with an error of ours, in words. */
  g_task_set_check_cancellable (task, FALSE);
  call->body = g_byte_array_new ();
  call->limit = request->limit;
  call->parse = request->parse;
  call->free_result = request->free_result;
  call->inner = g_cancellable_new ();
  call->message = message_new (self, request->method, request->path, request->query, request->body, task);
  g_task_set_task_data (task, call, call_free);
  if (caller != NULL)
    {
      call->caller = g_object_ref (caller);
      call->caller_handler = g_cancellable_connect (caller, G_CALLBACK (on_caller_cancelled),
                                                    g_object_ref (call->inner), g_object_unref);
    }
  call->connect_timer = g_timeout_add_seconds (CONNECT_SECONDS, on_connect_timeout, call);
  call->timer = g_timeout_add_seconds (MAX (request->seconds, 1), on_timeout, call);
  soup_session_send_async (self->session, call->message, G_PRIORITY_DEFAULT, call->inner, on_sent, g_object_ref (task));
}

static GTask *
task_new (NamidaClient *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data, gpointer tag)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  return task;
}

static GBytes *
bytes_take (char *text)
{
  return g_bytes_new_take (text, strlen (text));
}

static char *
session_query (const char *session_id)
{
  g_autofree char *escaped = g_uri_escape_string (session_id, NULL, FALSE);

  return g_strconcat ("sessionId=", escaped, NULL);
}

static gpointer
parse_nothing (const char *data, gsize length, GError **error)
{
  return NULL;
}

/* ---- register ---- */

static gpointer
parse_register (const char *data, gsize length, GError **error)
{
  return namida_register_parse (data, length, error);
}

void
namida_client_register_async (NamidaClient *self,
                              NamidaDeviceInfo *own,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = task_new (self, cancellable, callback, user_data, namida_client_register_async);
  g_autoptr (GBytes) body = own != NULL ? bytes_take (namida_register_format (own)) : NULL;

  call_start (task, &(Request){ own != NULL ? "POST" : "GET", "register", NULL, body, SHORT_SECONDS,
                                NAMIDA_LIMIT_JSON_BYTES, parse_register, (GDestroyNotify) namida_device_info_unref });
}

NamidaDeviceInfo *
namida_client_register_finish (NamidaClient *self, GAsyncResult *result, GError **error)
{
  NamidaDeviceInfo *info = g_task_propagate_pointer (G_TASK (result), error);

  if (info == NULL && error != NULL && *error == NULL)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                         _ ("The other device said nothing of itself: update Namida Sync there"));
  return info;
}

/* ---- offer ---- */

static gpointer
parse_offer (const char *data, gsize length, GError **error)
{
  return namida_offer_answer_parse (data, length, error);
}

void
namida_client_offer_async (NamidaClient *self,
                           GBytes *body,
                           const char *pin,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = task_new (self, cancellable, callback, user_data, namida_client_offer_async);
  g_autoptr (GBytes) owned = body;
  g_autofree char *escaped = pin != NULL ? g_uri_escape_string (pin, NULL, FALSE) : NULL;
  g_autofree char *query = pin != NULL ? g_strconcat ("pin=", escaped, NULL) : NULL;

  call_start (task,
              &(Request){ "POST", "prepare-upload", query, owned, NAMIDA_LIMIT_OFFER_ANSWER_SECONDS + MARGIN_SECONDS,
                          NAMIDA_LIMIT_OFFER_BYTES, parse_offer, (GDestroyNotify) namida_offer_answer_free });
}

NamidaOfferAnswer *
namida_client_offer_finish (NamidaClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- finish ---- */

typedef struct
{
  char *session_id;
  GHashTable *hashes;
  guint seconds;
  GBytes *body;
} Finish;

static void
finish_free (gpointer data)
{
  Finish *finish = data;

  g_free (finish->session_id);
  g_hash_table_unref (finish->hashes);
  g_clear_pointer (&finish->body, g_bytes_unref);
  g_free (finish);
}

static gpointer
parse_finish (const char *data, gsize length, GError **error)
{
  return namida_finish_answer_parse (data, length, error);
}

static void
format_finish (GTask *worker, gpointer source, gpointer data, GCancellable *cancellable)
{
  Finish *finish = data;
  gsize length = 0;
  char *text = namida_finish_request_format (finish->hashes, &length);

  finish->body = g_bytes_new_take (text, length);
  if (worker != NULL)
    g_task_return_boolean (worker, TRUE);
}

static void
send_finish (GTask *task, Finish *finish)
{
  g_autofree char *query = session_query (finish->session_id);

  call_start (task, &(Request){ "POST", "finish", query, finish->body, finish->seconds, NAMIDA_LIMIT_OFFER_BYTES,
                                parse_finish, (GDestroyNotify) g_hash_table_unref });
}

static void
on_finish_formatted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  send_finish (task, g_task_get_task_data (G_TASK (result)));
}

void
namida_client_finish_async (NamidaClient *self,
                            const char *session_id,
                            GHashTable *hashes,
                            guint timeout_seconds,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = task_new (self, cancellable, callback, user_data, namida_client_finish_async);
  Finish *finish = g_new0 (Finish, 1);

  finish->session_id = g_strdup (session_id);
  finish->hashes = g_hash_table_ref (hashes);
  finish->seconds = timeout_seconds;
  if (g_hash_table_size (hashes) > WORKER_HASHES)
    {
      g_autoptr (GTask) worker = g_task_new (self, NULL, on_finish_formatted, g_object_ref (task));

      g_task_set_source_tag (worker, format_finish);
      g_task_set_task_data (worker, finish, finish_free);
      g_task_run_in_thread (worker, format_finish);
      return;
    }
  format_finish (NULL, NULL, finish, NULL);
  send_finish (task, finish);
  finish_free (finish);
}

GHashTable *
namida_client_finish_finish (NamidaClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- session ---- */

typedef struct
{
  char *state;
  GHashTable *offsets;
} SessionAnswer;

static void
session_answer_free (gpointer data)
{
  SessionAnswer *answer = data;

  g_free (answer->state);
  g_clear_pointer (&answer->offsets, g_hash_table_unref);
  g_free (answer);
}

static gpointer
parse_session (const char *data, gsize length, GError **error)
{
  SessionAnswer *answer = g_new0 (SessionAnswer, 1);

  if (namida_session_answer_parse (data, length, &answer->state, &answer->offsets, error))
    return answer;
  session_answer_free (answer);
  return NULL;
}

void
namida_client_session_async (NamidaClient *self,
                             const char *session_id,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = task_new (self, cancellable, callback, user_data, namida_client_session_async);
  g_autofree char *query = session_query (session_id);

  call_start (task, &(Request){ "GET", "session", query, NULL, SESSION_SECONDS, NAMIDA_LIMIT_OFFER_BYTES, parse_session,
                                session_answer_free });
}

GHashTable *
namida_client_session_finish (NamidaClient *self, GAsyncResult *result, char **state, GError **error)
{
  SessionAnswer *answer = g_task_propagate_pointer (G_TASK (result), error);
  GHashTable *offsets;

  if (answer == NULL)
    return NULL;
  if (state != NULL)
    *state = g_steal_pointer (&answer->state);
  offsets = g_steal_pointer (&answer->offsets);
  session_answer_free (answer);
  return offsets;
}

/* ---- cancel ---- */

void
namida_client_cancel_async (
    NamidaClient *self, const char *session_id, gboolean keep_parts, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = task_new (self, NULL, callback, user_data, namida_client_cancel_async);
  g_autofree char *session = session_query (session_id);
  g_autofree char *query = g_strconcat (session, keep_parts ? "&keep=1" : NULL, NULL);

  call_start (task,
              &(Request){ "POST", "cancel", query, NULL, SHORT_SECONDS, NAMIDA_LIMIT_JSON_BYTES, parse_nothing, NULL });
}

gboolean
namida_client_cancel_finish (NamidaClient *self, GAsyncResult *result, GError **error)
{
  gboolean failed = g_task_had_error (G_TASK (result));

  g_task_propagate_pointer (G_TASK (result), error);
  return !failed;
}

/* ---- pair ---- */

static void
pair_message_free (gpointer data)
{
  namida_pair_message_clear (data);
  g_free (data);
}

/* The last step is answered with 200 and may say nothing. */
static gpointer
parse_pair (const char *data, gsize length, GError **error)
{
  NamidaPairMessage *message = g_new0 (NamidaPairMessage, 1);

  if (length == 0 || namida_pair_message_parse (data, length, message, error))
    return message;
  pair_message_free (message);
  return NULL;
}

void
namida_client_pair_async (NamidaClient *self,
                          const NamidaPairMessage *message,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = task_new (self, cancellable, callback, user_data, namida_client_pair_async);
  g_autoptr (GBytes) body = bytes_take (namida_pair_message_format (message));
  guint seconds
      = g_strcmp0 (message->step, "confirm") == 0 ? NAMIDA_LIMIT_PAIR_SECONDS + SHORT_SECONDS : SESSION_SECONDS;

  call_start (task, &(Request){ "POST", "pair", NULL, body, seconds, NAMIDA_LIMIT_JSON_BYTES, parse_pair,
                                pair_message_free });
}

gboolean
namida_client_pair_finish (NamidaClient *self, GAsyncResult *result, NamidaPairMessage *answer, GError **error)
{
  gboolean failed = g_task_had_error (G_TASK (result));
  NamidaPairMessage *message = g_task_propagate_pointer (G_TASK (result), error);

  *answer = (NamidaPairMessage){ 0 };
  if (message != NULL)
    {
      *answer = *message;
      g_free (message);
    }
  return !failed;
}
