/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaServer: its listener, settings, signals and worker threads. The hub owns one server. Main
 * context. */
#include "config.h"

#include "namida-error.h"
#include "namida-limits.h"
#include "namida-localsend-session.h"
#include "namida-message.h"
#include "namida-pair-request.h"
#include "namida-server-private.h"
#include "namida-tls.h"

#include <glib/gi18n-lib.h>
#include <malloc.h>

G_DEFINE_FINAL_TYPE (NamidaServer, namida_server, G_TYPE_OBJECT)

enum
{
  SIGNAL_OFFER,
  SIGNAL_REGISTERED,
  SIGNAL_PAIR_REQUEST,
  SIGNAL_DROP_PARKED,
  SIGNAL_UNENCRYPTED_REFUSED,
  SIGNAL_PREVIEW,
  SIGNAL_WHO_IS,
  SIGNAL_LOCALSEND_REGISTERED,
  SIGNAL_MESSAGE,
  SIGNAL_IS_TRUSTED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* ---- connections ---- */

typedef struct
{
  void (*run) (gpointer data);
  gpointer data;
} ServerWork;

static void
server_work (gpointer data, gpointer user_data)
{
  ServerWork *work = data;

  work->run (work->data);
  g_free (work);
}

void
namida_server_run (NamidaServer *self, void (*run) (gpointer data), gpointer data)
{
  ServerWork *work = g_new (ServerWork, 1);

  work->run = run;
  work->data = data;
  g_thread_pool_push (self->workers, work, NULL);
}

/* Whether the key @fingerprint is trusted; %FALSE if it is %NULL. */
static gboolean
server_is_trusted (NamidaServer *self, const char *fingerprint)
{
  gboolean trusted = FALSE;

  if (fingerprint != NULL)
    g_signal_emit (self, signals[SIGNAL_IS_TRUSTED], 0, fingerprint, &trusted);
  return trusted;
}

static void
server_on_ready (GIOStream *stream, GSocketAddress *local, GSocketAddress *remote, gpointer user_data)
{
  NamidaServer *self = user_data;
  NamidaConnection *connection = namida_connection_of (remote);

  connection->trusted = server_is_trusted (self, connection->fingerprint);
  if (connection->trusted)
    {
      namida_listener_trust (self->listener, connection->socket);
      namida_buffered_stream_expect_much (stream);
    }
  namida_server_receive (self, stream, remote);
}

/* With each large buffer that is freed, glibc raises the size from which memory is mapped separately. Large buffers are
 * then placed between those of idle connections and stay with the process (mallopt(3), "M_MMAP_THRESHOLD"). With a
 * fixed threshold, 300 idle connections beside transfers take half as much memory. */
static void
server_keep_memory_apart (void)
{
#ifdef __GLIBC__
  mallopt (M_MMAP_THRESHOLD, 128 * 1024);
#endif
}

gboolean
namida_server_start (NamidaServer *self, const char *interface, guint16 port, GError **error)
{
  if (self->running)
    return TRUE;
  server_keep_memory_apart ();
  self->listener = namida_listener_new (self->identity, server_on_ready, self);
  namida_listener_set_rate (self->listener, self->rate);
  self->running = namida_listener_start (self->listener, interface, port, error);
  if (!self->running)
    g_clear_pointer (&self->listener, namida_listener_free);
  return self->running;
}

guint16
namida_server_get_port (NamidaServer *self)
{
  return self->listener != NULL ? namida_listener_get_port (self->listener) : 0;
}

/* Reads a file of the system, so do it once instead of for each stranger that asks. Returns: (transfer none)
 * (nullable). */
static const char *
server_get_system_name (void)
{
  static gsize done = 0;
  static char *name = NULL;

  if (g_once_init_enter (&done))
    {
      name = g_get_os_info (G_OS_INFO_KEY_NAME);
      g_once_init_leave (&done, 1);
    }
  return name;
}

NamidaDeviceInfo *
namida_server_dup_info (NamidaServer *self)
{
  static const char *const features[]
      = { "resume", "pack", "finish", "pair", "pair-wait", "names", "preview", "heal", NULL };
  NamidaDeviceInfo *info = namida_device_info_new ();

  g_free (info->alias);
  info->alias = g_strdup (namida_identity_get_alias (self->identity));
  g_free (info->version);
  info->version = g_strdup ("1.0");
  info->uuid = g_strdup (namida_identity_get_uuid (self->identity));
  info->fingerprint = g_strdup (namida_identity_get_fingerprint (self->identity));
  info->device_model = g_strdup (server_get_system_name ());
  info->device_type = g_strdup (self->device_type);
  info->port = namida_server_get_port (self);
  info->https = TRUE;
  info->sends_only = self->sends_only;
  g_strfreev (info->features);
  info->features = g_strdupv ((char **) features);
  return info;
}

void
namida_server_set_sends_only (NamidaServer *self, gboolean sends_only)
{
  self->sends_only = sends_only;
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
namida_server_set_hidden (NamidaServer *self, gboolean hidden)
{
  self->hidden = hidden;
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
server_stop (NamidaServer *self)
{
  g_autoptr (GList) sessions = g_hash_table_get_values (self->sessions);

  if (self->listener != NULL)
    namida_listener_stop (self->listener);
  namida_server_close_links (self);
  namida_server_close_pairing (self);
  namida_server_close_offers (self);
  for (GList *l = sessions; l != NULL; l = l->next)
    if (namida_localsend_session_of (l->data) != NULL
        && namida_receive_session_get_state (l->data) == NAMIDA_SESSION_OPEN)
      namida_localsend_session_store (namida_localsend_session_of (l->data));
    else
      namida_receive_session_close (l->data, NAMIDA_SESSION_PARKED, NULL);
  namida_server_leave_requests (self);
  self->running = FALSE;
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
  server_stop (self);
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
  server_stop (NAMIDA_SERVER (object));
  G_OBJECT_CLASS (namida_server_parent_class)->dispose (object);
}

static void
namida_server_finalize (GObject *object)
{
  NamidaServer *self = NAMIDA_SERVER (object);

  g_thread_pool_free (self->workers, FALSE, FALSE);
  namida_body_budget_unref (self->budget);
  namida_rate_limit_unref (self->bodies);
  g_queue_clear (&self->ended_order);
  g_hash_table_unref (self->ended);
  g_hash_table_unref (self->sessions);
  g_hash_table_unref (self->requests);
  g_hash_table_unref (self->aliases);
  g_ptr_array_unref (self->offers);
  g_ptr_array_unref (self->preparing);
  g_ptr_array_unref (self->links);
  namida_pin_guard_free (self->guard);
  namida_pair_guard_free (self->pair_guard);
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
  g_signal_new ("healed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_UINT,
                G_TYPE_UINT);
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
  signals[SIGNAL_IS_TRUSTED]
      = g_signal_new ("is-trusted", type, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL, NULL,
                      G_TYPE_BOOLEAN, 1, G_TYPE_STRING);
  signals[SIGNAL_PREVIEW] = g_signal_new ("preview", type, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_first_wins, NULL,
                                          NULL, NAMIDA_TYPE_SINK, 1, G_TYPE_STRING);
  signals[SIGNAL_WHO_IS] = g_signal_new ("who-is", type, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_first_wins, NULL,
                                         NULL, G_TYPE_STRING, 1, G_TYPE_STRING);
}

static void
namida_server_init (NamidaServer *self)
{
  self->guard = namida_pin_guard_new ();
  self->pair_guard = namida_pair_guard_new ();
  self->may_pair = TRUE;
  namida_server_set_waits (self, NAMIDA_LIMIT_OFFER_ANSWER_SECONDS, NAMIDA_LIMIT_PAIR_SECONDS);
  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  self->ended = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, namida_server_ended_free);
  self->requests = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) namida_request_unref, NULL);
  self->aliases = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->offers = g_ptr_array_new ();
  self->preparing = g_ptr_array_new ();
  self->links = g_ptr_array_new_with_free_func (g_object_unref);
  self->device_type = g_strdup ("desktop");
  self->limit = namida_rate_limit_new (0);
  self->localsend = TRUE;
  /* As many threads as there can be connections, so that no connection waits for a thread. */
  self->workers = g_thread_pool_new (server_work, NULL, NAMIDA_LIMIT_CONNECTIONS, FALSE, NULL);
  self->budget = namida_body_budget_new ();
  self->bodies = namida_rate_limit_new (NAMIDA_LIMIT_STRANGERS_RATE);
}

NamidaServer *
namida_server_new (NamidaIdentity *identity)
{
  NamidaServer *self = g_object_new (NAMIDA_TYPE_SERVER, NULL);

  self->identity = g_object_ref (identity);
  return self;
}
