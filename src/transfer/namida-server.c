/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-error.h"
#include "namida-format.h"
#include "namida-http.h"
#include "namida-limits.h"
#include "namida-pair-request.h"
#include "namida-server-private.h"

#include "namida-peer.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define REQUEST_KEY "namida-request"
#define TIMER_KEY "namida-head-timer"
#define N_ALIASES_MAX 256

G_DEFINE_FINAL_TYPE (NamidaServer, namida_server, G_TYPE_OBJECT)

enum
{
  SIGNAL_OFFER,
  SIGNAL_REGISTERED,
  SIGNAL_PAIR_REQUEST,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* ---- register ---- */

static void
take_registration (NamidaServer *self, NamidaRequest *request, NamidaDeviceInfo *info)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (request->msg);
  g_autoptr (GInetSocketAddress) there = namida_address_with_port (G_INET_SOCKET_ADDRESS (remote), info->port);

  if (request->connection->fingerprint != NULL)
    {
      if (g_hash_table_size (self->aliases) >= N_ALIASES_MAX)
        g_hash_table_remove_all (self->aliases);
      g_hash_table_replace (self->aliases, g_strdup (request->connection->fingerprint),
                            namida_format_alias (info->alias));
    }
  g_signal_emit (self, signals[SIGNAL_REGISTERED], 0, info, request->connection->fingerprint, there);
}

static void
handle_register (NamidaServer *self, NamidaRequest *request)
{
  g_autoptr (NamidaDeviceInfo) own = namida_server_dup_info (self);
  char *text;

  if (soup_server_message_get_method (request->msg) == SOUP_METHOD_POST)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (NamidaDeviceInfo) info
          = namida_register_parse ((const char *) request->body->data, request->body->len, &error);

      if (info == NULL)
        {
          namida_request_fail (request, error, 0);
          return;
        }
      take_registration (self, request, info);
    }
  text = namida_register_format (own);
  namida_request_answer (request, SOUP_STATUS_OK, text, strlen (text));
}

/* ---- routing ---- */

static const NamidaRoute routes[] = {
  { "register", TRUE, TRUE, TRUE, NAMIDA_LIMIT_JSON_BYTES, NULL, handle_register },
  { "prepare-upload", FALSE, TRUE, FALSE, NAMIDA_LIMIT_OFFER_BYTES, namida_server_early_offer,
    namida_server_handle_offer },
  { "upload", FALSE, TRUE, FALSE, 0, NULL, NULL },
  { "pack", FALSE, TRUE, FALSE, 0, NULL, NULL },
  { "finish", FALSE, TRUE, FALSE, NAMIDA_LIMIT_OFFER_BYTES, NULL, namida_server_handle_finish },
  { "session", TRUE, FALSE, FALSE, NAMIDA_LIMIT_JSON_BYTES, NULL, namida_server_handle_session },
  { "cancel", FALSE, TRUE, FALSE, NAMIDA_LIMIT_JSON_BYTES, NULL, namida_server_handle_cancel },
  { "pair", FALSE, TRUE, FALSE, NAMIDA_LIMIT_JSON_BYTES, NULL, namida_server_handle_pair },
};

static const NamidaRoute *
find_route (const char *path, const char *method, GError **error)
{
  const gsize prefix = strlen (NAMIDA_V1_PREFIX "/");

  if (g_str_has_prefix (path, NAMIDA_V1_PREFIX "/"))
    for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
      {
        if (!g_str_equal (path + prefix, routes[i].name))
          continue;
        if ((routes[i].get && method == SOUP_METHOD_GET) || (routes[i].post && method == SOUP_METHOD_POST))
          return &routes[i];
        g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_METHOD,
                             _ ("This device does not understand the request."));
        return NULL;
      }
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                       _ ("There is nothing of that name on this device."));
  return NULL;
}

/* A plain POST register is how devices without TLS make themselves known; it proves nothing, and the signal says so. */
static gboolean
check_encryption (const NamidaRoute *route, NamidaConnection *connection, const char *method, GError **error)
{
  if (connection->fingerprint != NULL || (route->open && (method == SOUP_METHOD_GET || !connection->encrypted)))
    return TRUE;
  if (!connection->encrypted)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_ENCRYPTION_REQUIRED,
                         _ ("This device takes that only over an encrypted connection."));
  else
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CERTIFICATE_REQUIRED,
                         _ ("This device has to know who asks: connect with a certificate."));
  return FALSE;
}

/* Before anything else is looked at: what is too much is refused as that, wherever it goes. */
static gboolean
check_size (SoupServerMessage *msg, GError **error)
{
  g_autofree char *uri = g_uri_to_string (soup_server_message_get_uri (msg));
  gsize line = strlen (uri);

  if (line > NAMIDA_LIMIT_HEAD_BYTES)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LONG, _ ("The address of the request is too long."));
      return FALSE;
    }
  if (namida_http_head_count (soup_server_message_get_request_headers (msg)) + line > NAMIDA_LIMIT_HEAD_BYTES)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE, _ ("The request is too large."));
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_head (const NamidaRoute *route, SoupServerMessage *msg, GError **error)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (msg);
  g_auto (NamidaHttpHead) head = { 0 };

  if (!namida_http_head_set_headers (&head, headers, soup_server_message_get_http_version (msg), error))
    return FALSE;
  if (route->handle != NULL && head.length > 0 && (guint64) head.length > route->max_body)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE, _ ("The request is too large."));
      return FALSE;
    }
  return TRUE;
}

/* ---- one request's life ---- */

static gboolean
on_request_stalled (gpointer user_data)
{
  NamidaRequest *request = user_data;

  /* libsoup sees the end of the stream, and ends the message by itself. */
  g_socket_shutdown (request->connection->socket, TRUE, TRUE, NULL);
  return G_SOURCE_REMOVE;
}

static void
request_arm (NamidaRequest *request)
{
  if (request->timer != NULL)
    g_source_destroy (request->timer);
  g_clear_pointer (&request->timer, g_source_unref);
  request->timer = g_timeout_source_new_seconds (NAMIDA_LIMIT_BODY_IDLE_SECONDS);
  g_source_set_callback (request->timer, on_request_stalled, request, NULL);
  g_source_attach (request->timer, g_main_context_get_thread_default ());
}

static gboolean
refuse_later (gpointer user_data)
{
  NamidaRequest *request = user_data;
  g_autoptr (GError) error
      = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE, _ ("The request is too large."));

  if (request->server != NULL && !request->gone && !request->answered)
    {
      request->answered = TRUE;
      namida_server_refuse (request->server, request->msg, error, 0);
    }
  return G_SOURCE_REMOVE;
}

static void
on_chunk (SoupServerMessage *msg, GBytes *chunk, gpointer user_data)
{
  NamidaRequest *request = user_data;
  gsize size;
  const void *data = g_bytes_get_data (chunk, &size);

  request_arm (request);
  if (request->paused)
    return;
  if (request->body->len + size <= request->route->max_body)
    {
      g_byte_array_append (request->body, data, (guint) size);
      return;
    }
  /* Not from within libsoup's reading. */
  request->paused = TRUE;
  soup_server_message_pause (msg);
  g_idle_add_full (G_PRIORITY_DEFAULT, refuse_later, namida_request_ref (request),
                   (GDestroyNotify) namida_request_unref);
}

static void
on_wrote_data (SoupServerMessage *msg, guint size, gpointer user_data)
{
  request_arm (user_data);
}

static void
on_message_over (SoupServerMessage *msg, gpointer user_data)
{
  NamidaRequest *request = namida_request_ref (user_data);
  NamidaServer *self = request->server;

  g_signal_handlers_disconnect_by_data (msg, request);
  if (request->timer != NULL)
    g_source_destroy (request->timer);
  g_clear_pointer (&request->timer, g_source_unref);
  if (request->hangup != NULL)
    g_source_destroy (request->hangup);
  g_clear_pointer (&request->hangup, g_source_unref);
  if (!request->gone)
    {
      void (*on_gone) (NamidaRequest *, gpointer) = g_steal_pointer (&request->on_gone);

      request->gone = TRUE;
      if (on_gone != NULL && !request->answered)
        on_gone (request, request->gone_data);
    }
  if (self != NULL)
    {
      namida_server_release_offer (self, request);
      if (g_hash_table_remove (self->requests, request))
        namida_server_check_stopped (self);
    }
  namida_request_unref (request);
}

static NamidaRequest *
request_begin (NamidaServer *self, SoupServerMessage *msg, const NamidaRoute *route, NamidaConnection *connection)
{
  NamidaRequest *request = g_rc_box_new0 (NamidaRequest);

  request->server = self;
  request->msg = g_object_ref (msg);
  request->route = route;
  request->connection = connection;
  request->query = g_strdup (g_uri_get_query (soup_server_message_get_uri (msg)));
  request->body = g_byte_array_new ();
  return request;
}

static void
request_follow (NamidaServer *self, NamidaRequest *request)
{
  SoupServerMessage *msg = request->msg;

  soup_message_body_set_accumulate (soup_server_message_get_request_body (msg), FALSE);
  g_object_set_data (G_OBJECT (msg), REQUEST_KEY, request);
  g_hash_table_add (self->requests, namida_request_ref (request));
  g_signal_connect (msg, "got-chunk", G_CALLBACK (on_chunk), request);
  g_signal_connect (msg, "wrote-body-data", G_CALLBACK (on_wrote_data), request);
  g_signal_connect (msg, "finished", G_CALLBACK (on_message_over), request);
  g_signal_connect (msg, "disconnected", G_CALLBACK (on_message_over), request);
  request_arm (request);
}

/* libsoup refuses by itself what is no HTTP, with nothing but a status: this is the body that such an answer gets.
 * Emitted before the head is read (libsoup 3.2). */
static void
on_started (SoupServer *soup, SoupServerMessage *msg, gpointer user_data)
{
  g_autoptr (GError) reason = g_error_new_literal (
      NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
      _ ("The other device sent a request that makes no sense. Update Namida Sync on both devices."));
  char *json = namida_error_answer_format (reason, -1);

  soup_message_headers_replace (soup_server_message_get_response_headers (msg), "Connection", "close");
  soup_server_message_set_response (msg, "application/json", SOUP_MEMORY_TAKE, json, strlen (json));
}

static void
on_early (SoupServer *soup, SoupServerMessage *msg, const char *path, GHashTable *query, gpointer user_data)
{
  NamidaServer *self = NAMIDA_SERVER (user_data);
  GSocketAddress *remote = soup_server_message_get_remote_address (msg);
  NamidaConnection *connection = namida_connection_of (remote);
  const char *method = soup_server_message_get_method (msg);
  g_autoptr (GError) error = NULL;
  const NamidaRoute *route;
  guint retry_after = 0;

  soup_server_message_set_response (msg, NULL, SOUP_MEMORY_STATIC, NULL, 0); /* see on_started() */
  if (connection == NULL)
    {
      /* Only our own listener hands connections over; this one found libsoup's placeholder. */
      soup_server_message_set_status (msg, SOUP_STATUS_FORBIDDEN, NULL);
      return;
    }
  g_object_set_data (G_OBJECT (remote), TIMER_KEY, NULL);
  route = check_size (msg, &error) ? find_route (path, method, &error) : NULL;
  if (route == NULL || !check_encryption (route, connection, method, &error) || !check_head (route, msg, &error))
    {
      namida_server_refuse (self, msg, error, 0);
      return;
    }
  if (route->handle == NULL)
    {
      namida_server_take_upload (self, msg, connection);
      return;
    }
  {
    NamidaRequest *request = request_begin (self, msg, route, connection);

    if (route->early == NULL || route->early (self, request, &retry_after, &error))
      request_follow (self, request);
    else
      namida_server_refuse (self, msg, error, retry_after);
    namida_request_unref (request);
  }
}

static void
on_request (SoupServer *soup, SoupServerMessage *msg, const char *path, GHashTable *query, gpointer user_data)
{
  NamidaRequest *request = g_object_get_data (G_OBJECT (msg), REQUEST_KEY);

  if (request == NULL || request->paused || request->answered)
    return;
  namida_request_ref (request);
  request_arm (request);
  request->route->handle (user_data, request);
  namida_request_unref (request);
}

/* ---- connections ---- */

static gboolean
on_head_timeout (gpointer user_data)
{
  g_socket_shutdown (user_data, TRUE, TRUE, NULL);
  return G_SOURCE_REMOVE;
}

static void
head_timer_free (gpointer data)
{
  g_source_destroy (data);
  g_source_unref (data);
}

static void
on_ready (GIOStream *stream, GSocketAddress *local, GSocketAddress *remote, gpointer user_data)
{
  NamidaServer *self = user_data;
  NamidaConnection *connection = namida_connection_of (remote);
  GSource *timer = g_timeout_source_new_seconds (NAMIDA_LIMIT_HEAD_SECONDS);

  /* The timer goes with the address object, which lives as long as the connection does. */
  g_source_set_callback (timer, on_head_timeout, g_object_ref (connection->socket), g_object_unref);
  g_source_attach (timer, g_main_context_get_thread_default ());
  g_object_set_data_full (G_OBJECT (remote), TIMER_KEY, timer, head_timer_free);
  if (!soup_server_accept_iostream (self->soup, stream, local, remote, NULL))
    g_io_stream_close (stream, NULL, NULL);
}

/* libsoup serves connections that are handed to it only while it listens somewhere (3.2): a socket that nobody knows.
 */
static gboolean
listen_nowhere (SoupServer *soup, GError **error)
{
  struct sockaddr_un where = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_autoptr (GSocket) socket = NULL;

  /* An address of the family alone binds to a free abstract name (unix(7), "Autobind feature"). */
  if (fd < 0 || bind (fd, (struct sockaddr *) &where, sizeof (sa_family_t)) < 0 || listen (fd, 1) < 0)
    {
      namida_error_set_from_errno (error, errno, _ ("Could not start the server"));
      if (fd >= 0)
        close (fd);
      return FALSE;
    }
  socket = g_socket_new_from_fd (fd, error);
  if (socket == NULL)
    {
      close (fd);
      return FALSE;
    }
  return soup_server_listen_socket (soup, socket, 0, error);
}

gboolean
namida_server_start (NamidaServer *self, const char *interface, guint16 port, GError **error)
{
  g_autoptr (SoupServer) soup = soup_server_new ("server-header", NULL, NULL);

  if (self->soup != NULL)
    return TRUE;
  if (!listen_nowhere (soup, error))
    return FALSE;
  g_signal_connect (soup, "request-started", G_CALLBACK (on_started), self);
  soup_server_add_early_handler (soup, NULL, on_early, self, NULL);
  soup_server_add_handler (soup, NULL, on_request, self, NULL);
  self->soup = g_steal_pointer (&soup);
  self->listener = namida_listener_new (self->identity, on_ready, self);
  if (namida_listener_start (self->listener, interface, port, error))
    return TRUE;
  g_clear_pointer (&self->listener, namida_listener_free);
  soup_server_disconnect (self->soup);
  g_clear_object (&self->soup);
  return FALSE;
}

guint16
namida_server_get_port (NamidaServer *self)
{
  return self->listener != NULL ? namida_listener_get_port (self->listener) : 0;
}

NamidaDeviceInfo *
namida_server_dup_info (NamidaServer *self)
{
  static const char *const features[] = { "resume", "pack", "finish", "pair", NULL };
  NamidaDeviceInfo *info = namida_device_info_new ();

  g_free (info->alias);
  info->alias = g_strdup (namida_identity_get_alias (self->identity));
  g_free (info->version);
  info->version = g_strdup ("1.0");
  info->uuid = g_strdup (namida_identity_get_uuid (self->identity));
  info->fingerprint = g_strdup (namida_identity_get_fingerprint (self->identity));
  info->device_model = g_get_os_info (G_OS_INFO_KEY_NAME);
  info->device_type = g_strdup (self->device_type);
  info->port = namida_server_get_port (self);
  info->https = TRUE;
  g_strfreev (info->features);
  info->features = g_strdupv ((char **) features);
  return info;
}

void
namida_server_set_device_type (NamidaServer *self, const char *device_type)
{
  g_free (self->device_type);
  self->device_type = g_strdup (device_type != NULL ? device_type : "desktop");
}

void
namida_server_set_pin (NamidaServer *self, const char *pin)
{
  char *copy = pin != NULL && *pin != '\0' ? g_strdup (pin) : NULL;

  g_free (self->pin);
  self->pin = copy;
}

/* ---- the end ---- */

void
namida_server_check_stopped (NamidaServer *self)
{
  if (self->stopping == NULL || g_hash_table_size (self->sessions) > 0)
    return;
  {
    g_autoptr (GTask) task = g_steal_pointer (&self->stopping);

    g_task_return_boolean (task, TRUE);
  }
}

static void
leave_requests (NamidaServer *self)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->requests);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      NamidaRequest *request = key;

      g_signal_handlers_disconnect_by_data (request->msg, request);
      g_object_set_data (G_OBJECT (request->msg), REQUEST_KEY, NULL);
      if (request->hangup != NULL)
        g_source_destroy (request->hangup);
      g_clear_pointer (&request->hangup, g_source_unref);
      if (request->timer != NULL)
        g_source_destroy (request->timer);
      g_clear_pointer (&request->timer, g_source_unref);
      request->server = NULL;
      request->gone = TRUE;
      g_socket_shutdown (request->connection->socket, TRUE, TRUE, NULL);
    }
  g_hash_table_remove_all (self->requests);
}

static void
stop (NamidaServer *self)
{
  g_autoptr (GList) sessions = g_hash_table_get_values (self->sessions);

  if (self->listener != NULL)
    namida_listener_stop (self->listener);
  namida_server_close_pairing (self);
  namida_server_close_offers (self);
  for (GList *l = sessions; l != NULL; l = l->next)
    namida_receive_session_close (l->data, NAMIDA_SESSION_PARKED, NULL);
  leave_requests (self);
  if (self->soup != NULL)
    {
      soup_server_remove_handler (self->soup, NULL);
      soup_server_disconnect (self->soup);
    }
  g_clear_object (&self->soup);
  g_clear_pointer (&self->listener, namida_listener_free);
}

void
namida_server_stop_async (NamidaServer *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, namida_server_stop_async);
  if (self->stopping != NULL)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  self->stopping = task;
  stop (self);
  namida_server_check_stopped (self);
}

gboolean
namida_server_stop_finish (NamidaServer *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
namida_server_dispose (GObject *object)
{
  stop (NAMIDA_SERVER (object));
  G_OBJECT_CLASS (namida_server_parent_class)->dispose (object);
}

static void
namida_server_finalize (GObject *object)
{
  NamidaServer *self = NAMIDA_SERVER (object);

  g_thread_pool_free (self->uploads, FALSE, FALSE);
  g_queue_clear (&self->ended_order);
  g_hash_table_unref (self->ended);
  g_hash_table_unref (self->sessions);
  g_hash_table_unref (self->requests);
  g_hash_table_unref (self->aliases);
  g_ptr_array_unref (self->offers);
  namida_pin_guard_free (self->guard);
  namida_pin_guard_free (self->pair_guard);
  g_free (self->device_type);
  g_free (self->declined_pair_id);
  g_free (self->pin);
  g_clear_object (&self->identity);
  G_OBJECT_CLASS (namida_server_parent_class)->finalize (object);
}

static void
namida_server_class_init (NamidaServerClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_server_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_server_finalize;
  signals[SIGNAL_OFFER]
      = g_signal_new ("offer", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, NAMIDA_TYPE_OFFER);
  signals[SIGNAL_REGISTERED] = g_signal_new ("registered", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                                             G_TYPE_POINTER, G_TYPE_STRING, G_TYPE_INET_SOCKET_ADDRESS);
  signals[SIGNAL_PAIR_REQUEST] = g_signal_new ("pair-request", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                               G_TYPE_NONE, 1, NAMIDA_TYPE_PAIR_REQUEST);
}

static void
namida_server_init (NamidaServer *self)
{
  self->guard = namida_pin_guard_new ();
  self->pair_guard = namida_pin_guard_new ();
  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  self->ended = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, namida_server_ended_free);
  self->requests = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) namida_request_unref, NULL);
  self->aliases = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->offers = g_ptr_array_new ();
  self->device_type = g_strdup ("desktop");
  namida_server_uploads_init (self);
}

NamidaServer *
namida_server_new (NamidaIdentity *identity)
{
  NamidaServer *self = g_object_new (NAMIDA_TYPE_SERVER, NULL);

  self->identity = g_object_ref (identity);
  return self;
}
