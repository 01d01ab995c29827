/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-error.h"
#include "namida-limits.h"
#include "namida-message.h"
#include "namida-pair-request.h"
#include "namida-server-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <malloc.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TIMER_KEY "namida-head-timer"

G_DEFINE_FINAL_TYPE (NamidaServer, namida_server, G_TYPE_OBJECT)

enum
{
  SIGNAL_OFFER,
  SIGNAL_REGISTERED,
  SIGNAL_PAIR_REQUEST,
  SIGNAL_DROP_PARKED,
  SIGNAL_UNENCRYPTED_REFUSED,
  SIGNAL_WHO_IS,
  SIGNAL_LOCALSEND_REGISTERED,
  SIGNAL_MESSAGE,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

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

void
namida_server_head_came (GSocketAddress *remote)
{
  g_object_set_data (G_OBJECT (remote), TIMER_KEY, NULL);
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

/* glibc raises the size from which memory is mapped on its own with each large buffer that is freed; large ones then
 * lie between those of idle connections, and stay with the process (mallopt(3), "M_MMAP_THRESHOLD"). Fixed, 300 idle
 * connections beside transfers cost half as much. */
static void
keep_memory_apart (void)
{
#ifdef __GLIBC__
  mallopt (M_MMAP_THRESHOLD, 128 * 1024);
#endif
}

gboolean
namida_server_start (NamidaServer *self, const char *interface, guint16 port, GError **error)
{
  g_autoptr (SoupServer) soup = soup_server_new ("server-header", NULL, NULL);

  if (self->soup != NULL)
    return TRUE;
  keep_memory_apart ();
  if (!listen_nowhere (soup, error))
    return FALSE;
  g_signal_connect (soup, "request-started", G_CALLBACK (namida_server_on_started), self);
  soup_server_add_early_handler (soup, NULL, namida_server_on_early, self, NULL);
  soup_server_add_handler (soup, NULL, namida_server_on_request, self, NULL);
  self->soup = g_steal_pointer (&soup);
  self->listener = namida_listener_new (self->identity, on_ready, self);
  namida_listener_set_rate (self->listener, self->rate);
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

void
namida_server_set_limit (NamidaServer *self, guint64 bytes_per_second)
{
  namida_rate_limit_unref (self->limit);
  self->limit = namida_rate_limit_new (bytes_per_second);
  self->rate = bytes_per_second;
  if (self->listener != NULL)
    namida_listener_set_rate (self->listener, bytes_per_second);
}

void
namida_server_set_localsend (NamidaServer *self, gboolean spoken)
{
  self->localsend = spoken;
}

void
namida_server_set_unencrypted (NamidaServer *self, gboolean allowed)
{
  self->unencrypted = allowed;
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
stop (NamidaServer *self)
{
  g_autoptr (GList) sessions = g_hash_table_get_values (self->sessions);

  if (self->listener != NULL)
    namida_listener_stop (self->listener);
  namida_server_close_pairing (self);
  namida_server_close_offers (self);
  for (GList *l = sessions; l != NULL; l = l->next)
    namida_receive_session_close (l->data, NAMIDA_SESSION_PARKED, NULL);
  namida_server_leave_requests (self);
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
  namida_rate_limit_unref (self->limit);
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
  signals[SIGNAL_DROP_PARKED] = g_signal_new ("drop-parked", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                              2, G_TYPE_STRING, G_TYPE_STRING);
  signals[SIGNAL_UNENCRYPTED_REFUSED] = g_signal_new ("unencrypted-refused", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                                      NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_LOCALSEND_REGISTERED]
      = g_signal_new ("localsend-registered", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                      G_TYPE_POINTER, G_TYPE_STRING, G_TYPE_INET_SOCKET_ADDRESS);
  signals[SIGNAL_MESSAGE] = g_signal_new ("message", type, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled,
                                          NULL, NULL, G_TYPE_BOOLEAN, 1, NAMIDA_TYPE_MESSAGE);
  signals[SIGNAL_WHO_IS] = g_signal_new ("who-is", type, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_first_wins, NULL,
                                         NULL, G_TYPE_STRING, 1, G_TYPE_STRING);
}

static void
namida_server_init (NamidaServer *self)
{
  self->guard = namida_pin_guard_new ();
  self->pair_guard = namida_pin_guard_new ();
  namida_server_set_waits (self, NAMIDA_LIMIT_OFFER_ANSWER_SECONDS, NAMIDA_LIMIT_PAIR_SECONDS);
  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  self->ended = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, namida_server_ended_free);
  self->requests = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) namida_request_unref, NULL);
  self->aliases = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->offers = g_ptr_array_new ();
  self->device_type = g_strdup ("desktop");
  self->limit = namida_rate_limit_new (0);
  self->localsend = TRUE;
  namida_server_uploads_init (self);
}

NamidaServer *
namida_server_new (NamidaIdentity *identity)
{
  NamidaServer *self = g_object_new (NAMIDA_TYPE_SERVER, NULL);

  self->identity = g_object_ref (identity);
  return self;
}
