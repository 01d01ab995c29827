/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sends one control request of NamidaClient with libsoup and reads its answer: checks the certificate of the other
 * device, limits time and size, and parses large answers in a worker. Main context. */
#include "config.h"

#include "namida-client-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "namida-error.h"
#include "namida-identity-claim.h"
#include "namida-limits.h"
#include "namida-path-mtu.h"
#include "namida-peer.h"

#define CONNECT_SECONDS 5
#define WORKER_BYTES (64u * 1024)
#define READ_STEP (64u * 1024)

/* Call: one request, as the data of its task. Main context, except for @body after it is complete. */
typedef struct
{
  SoupMessage *message;
  GInputStream *stream;
  GByteArray *body;
  gsize limit;
  NamidaClientParse parse;
  GDestroyNotify free_result;
  GCancellable *caller; /* (nullable) */
  gulong caller_handler;
  GCancellable *inner; /* canceled by the caller, the timers, the pin and a reset */
  guint connect_timer, timer;
  gboolean timed_out, mismatch, reset;
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

/* A resumed TLS session may not ask about the certificate again, so check the connection before anything is written to
 * it. */
static void
on_starting (SoupMessage *message, gpointer task)
{
  Call *call = g_task_get_task_data (task);

  g_clear_handle_id (&call->connect_timer, g_source_remove);
  if (!check_pin (g_task_get_source_object (task), call, soup_message_get_tls_peer_certificate (message)))
    g_cancellable_cancel (call->inner);
}

/* A connection may be reset as soon as it is established. Its remote address is unknown then, and glib-networking up to
 * 2.80 logs a critical when it asks for it (it passes the NULL of g_socket_connection_get_remote_address() to
 * g_object_unref(); fixed by its commit dc5d08c9). If the address is requested here first, GSocket remembers it. */
static void
on_network_event (SoupMessage *message, GSocketClientEvent event, GIOStream *connection, gpointer task)
{
  NamidaClient *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);
  g_autoptr (GSocketAddress) remote = NULL;

  if (!G_IS_SOCKET_CONNECTION (connection))
    return;
  if (event == G_SOCKET_CLIENT_CONNECTING)
    namida_path_mtu_prepare (g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection)), self->address);
  if (event != G_SOCKET_CLIENT_CONNECTED)
    return;
  remote = g_socket_connection_get_remote_address (G_SOCKET_CONNECTION (connection), NULL);
  if (remote == NULL)
    {
      call->reset = TRUE;
      g_cancellable_cancel (call->inner);
    }
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

static void
call_end_exchange (Call *call)
{
  g_clear_handle_id (&call->connect_timer, g_source_remove);
  g_clear_handle_id (&call->timer, g_source_remove);
  g_clear_object (&call->stream);
  g_clear_object (&call->message);
}

/* Starts a worker for @task. The worker returns its result to a task of its own, and @on_done hands it to @task:
 * objects of libsoup, and the client itself, must not be finalized in a thread of the pool, which could drop the last
 * reference to either task. */
static void
call_run_worker (GTask *task, GCancellable *cancellable, GTaskThreadFunc thread, GAsyncReadyCallback on_done)
{
  g_autoptr (GTask) worker = g_task_new (NULL, cancellable, on_done, g_object_ref (task));

  call_end_exchange (g_task_get_task_data (task));
  g_task_set_source_tag (worker, call_run_worker);
  g_task_set_check_cancellable (worker, FALSE);
  g_task_set_task_data (worker, task, NULL); /* @on_done holds it */
  g_task_run_in_thread (worker, thread);
}

/* The other device presented another key than the expected one. The error depends on whose key it is. */
static void
claim_thread (GTask *worker, gpointer source, gpointer outer, GCancellable *cancellable)
{
  NamidaClient *self = g_task_get_source_object (outer);

  g_task_return_error (worker,
                       namida_identity_claim_dup_error (self->identity, self->address, self->pinned, cancellable));
}

static void
on_claimed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  g_task_return_error (task, error);
}

/* Returns an error that describes a failed exchange. @reason: (transfer full). */
static void
return_failure (GTask *task, GError *reason)
{
  NamidaClient *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);
  g_autofree char *where = namida_address_to_text (self->address);

  self->timed_out = call->timed_out;
  if (call->mismatch && self->pinned != NULL)
    call_run_worker (task, call->caller, claim_thread, on_claimed);
  else if (g_cancellable_is_cancelled (call->caller))
    g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Canceled"));
  else if (call->timed_out)
    g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                             _ ("The device at %s did not respond. Make sure it is turned on, on the same network, and "
                                "running Namida Sync."),
                             where);
  else
    g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                             _ ("Could not reach the device at %s (%s). Make sure it is turned on, on the same "
                                "network, and running Namida Sync."),
                             where,
                             call->reset ? _ ("it closed the connection") : namida_error_connection_words (reason));
  g_error_free (reason);
}

/* @task: gets the result. */
static void
call_parse (const Call *call, GTask *task)
{
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
  call_parse (g_task_get_task_data (outer), worker);
}

static void
on_parsed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Call *call = g_task_get_task_data (task);
  GError *error = NULL;
  gpointer value = g_task_propagate_pointer (G_TASK (result), &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, value, call->free_result);
}

static void
on_body_whole (GTask *task)
{
  Call *call = g_task_get_task_data (task);
  guint status = soup_message_get_status (call->message);

  call_end_exchange (call);
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
    call_parse (call, task);
  else
    call_run_worker (task, NULL, parse_thread, on_parsed);
}

/* libsoup treats the end of a connection as the end of the answer, even if a longer answer was announced. */
static gboolean
is_whole (Call *call)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (call->message);

  return soup_message_headers_get_encoding (headers) != SOUP_ENCODING_CONTENT_LENGTH
         || (goffset) call->body->len >= soup_message_headers_get_content_length (headers);
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
      if (is_whole (call))
        on_body_whole (task);
      else
        return_failure (task, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "the answer is cut off"));
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

/* The host of the URI is used only for the Host field, so leave out the scope, for which URIs have their own syntax. */
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

  /* IDEMPOTENT: each request has a new connection, so nothing is sent twice; but without this flag libsoup waits for
   * idle connections. */
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_IDEMPOTENT | SOUP_MESSAGE_NEW_CONNECTION);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Connection", "close");
  soup_message_set_tls_client_certificate (message, namida_identity_get_certificate (self->identity));
  if (body != NULL)
    soup_message_set_request_body_from_bytes (message, "application/json", body);
  g_signal_connect_object (message, "accept-certificate", G_CALLBACK (on_accept_certificate), task, 0);
  g_signal_connect_object (message, "network-event", G_CALLBACK (on_network_event), task, 0);
  g_signal_connect_object (message, "starting", G_CALLBACK (on_starting), task, 0);
  return message;
}

void
namida_client_call (GTask *task, const NamidaClientRequest *request)
{
  NamidaClient *self = g_task_get_source_object (task);
  GCancellable *caller = g_task_get_cancellable (task);
  Call *call = g_new0 (Call, 1);

  /* A canceled call must return one of our own errors. */
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
