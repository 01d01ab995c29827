/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accepts connections, waits for their first bytes and hands them over when they are ready for HTTP; see the header.
 * Main context; TLS handshakes run in a thread pool. */
#include "config.h"

#include "namida-listener.h"

#include "namida-arrival-pace.h"
#include "namida-connection-limit.h"
#include "namida-handshake-turns.h"
#include "namida-hello-gate.h"
#include "namida-limits.h"
#include "namida-listener-sockets.h"
#include "namida-socket-watch.h"
#include "namida-tls.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define TLS_HANDSHAKE 0x16 /* RFC 8446, 5.1: the content type of a ClientHello */
#define PAUSE_MS 100       /* after a failed accept (no descriptors left), which would fail again at once */
#define CONNECTION_KEY "namida-connection"
#define DEADLINE_LOOK_MS 500
#define TURN_LOOK_MS 20 /* how often to check whether a handshake that others wait for has lasted long enough */
/* Lower than GTK's drawing, so that a crowd of connections cannot block the window. */
#define ACCEPT_PRIORITY (G_PRIORITY_HIGH_IDLE + 30)

struct _NamidaListener
{
  gatomicrefcount refs;
  NamidaIdentity *identity;
  NamidaListenerReady ready;
  gpointer ready_data;
  guint timeout;
  guint16 port;
  guint64 rate;
  gboolean stopped;
  GMainContext *context;
  GPtrArray *sockets; /* (nullable): listening sockets */
  GPtrArray *sources; /* GSource */
  GThreadPool *handshakes;
  GHashTable *pending; /* set of Arrival */
  GSource *deadlines;  /* (nullable): exists while an Arrival is pending */
  NamidaHandshakeTurns *turns;
  GSource *look; /* (nullable): exists while a handshake waits for its turn */
  NamidaConnectionLimit *limit;
  NamidaArrivalPace *pace;
  NamidaSocketWatch *first_bytes; /* items: Arrival */
};

/* A connection that is not ready yet. */
typedef struct
{
  NamidaListener *listener;
  GSocketConnection *connection;
  GSocketAddress *local, *remote;
  GIOStream *stream;
  GIOStream *buffered; /* (nullable): below @stream */
  GCancellable *cancellable;
  GSource *pause;  /* (nullable) */
  gint64 deadline; /* monotonic µs */
  char *address, *network;
  gssize awaited; /* bytes of the hello to wait for */
  gboolean failed, in_turns, in_worker;
} Arrival;

static NamidaListener *
listener_ref (NamidaListener *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void
listener_unref (NamidaListener *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_object_unref (self->identity);
  g_ptr_array_unref (self->sources);
  g_hash_table_unref (self->pending);
  namida_handshake_turns_free (self->turns);
  namida_connection_limit_unref (self->limit);
  namida_arrival_pace_free (self->pace);
  namida_socket_watch_free (self->first_bytes);
  g_main_context_unref (self->context);
  g_free (self);
}

/* ---- the data of a connection ---- */

static void
listener_connection_free (gpointer data)
{
  NamidaConnection *self = data;

  g_clear_object (&self->socket);
  g_free (self->address);
  g_free (self->fingerprint);
  g_free (self->owner);
  g_free (self);
}

NamidaConnection *
namida_connection_of (GSocketAddress *remote)
{
  return remote != NULL ? g_object_get_data (G_OBJECT (remote), CONNECTION_KEY) : NULL;
}

/* GSocket keeps the address object that it returns, and the data of a connection is attached to its address and
 * holds the socket. Without a copy, only a stream that is closed explicitly would ever be freed. */
static GSocketAddress *
listener_copy_address (GSocketAddress *address)
{
  gsize size = (gsize) MAX (g_socket_address_get_native_size (address), 0);
  g_autofree guint8 *native = g_malloc0 (size);

  if (!g_socket_address_to_native (address, native, size, NULL))
    return NULL;
  return g_socket_address_new_from_native (native, size);
}

GSocketAddress *
namida_connection_new_detached (GSocketAddress *remote, const char *owner)
{
  const NamidaConnection *like = namida_connection_of (remote);
  GSocketAddress *copy = listener_copy_address (remote);
  NamidaConnection *connection = g_new0 (NamidaConnection, 1);

  connection->address = g_strdup (like->address);
  connection->owner = g_strdup (owner);
  connection->encrypted = like->encrypted;
  g_object_set_data_full (G_OBJECT (copy), CONNECTION_KEY, connection, listener_connection_free);
  return copy;
}

static char *
listener_address_text (GSocketAddress *remote)
{
  return g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
}

void
namida_listener_heard (NamidaListener *self, GSocket *socket)
{
  namida_connection_limit_heard (self->limit, socket);
}

void
namida_listener_keep (NamidaListener *self, GSocket *socket)
{
  namida_connection_limit_keep (self->limit, socket);
}

void
namida_listener_trust (NamidaListener *self, GSocket *socket)
{
  namida_connection_limit_trust (self->limit, socket);
}

void
namida_listener_shut (NamidaListener *self, const char *fingerprint)
{
  namida_connection_limit_shut (self->limit, fingerprint);
}

NamidaConnectionLimit *
namida_listener_ref_limit (NamidaListener *self)
{
  return namida_connection_limit_ref (self->limit);
}

guint
namida_listener_get_n_connections (NamidaListener *self)
{
  return namida_connection_limit_get_n (self->limit);
}

/* ---- arrivals ---- */

static void
listener_clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void listener_next_handshake (NamidaListener *self);

/* The handshake has ended, or will never begin, so the next one may begin. */
static void
listener_leave_handshake (Arrival *arrival)
{
  if (!arrival->in_turns)
    return;
  arrival->in_turns = FALSE;
  namida_handshake_turns_remove (arrival->listener->turns, arrival);
  listener_next_handshake (arrival->listener);
}

/* Waits for first bytes no longer, now and after a pause. */
static void
arrival_unwatch (Arrival *arrival)
{
  namida_socket_watch_remove (arrival->listener->first_bytes, arrival);
  listener_clear_source (&arrival->pause);
}

static void
arrival_free (Arrival *arrival)
{
  arrival_unwatch (arrival);
  listener_leave_handshake (arrival);
  g_hash_table_remove (arrival->listener->pending, arrival);
  g_free (arrival->address);
  g_free (arrival->network);
  g_clear_object (&arrival->stream);
  g_clear_object (&arrival->buffered);
  g_clear_object (&arrival->connection);
  g_clear_object (&arrival->local);
  g_clear_object (&arrival->remote);
  g_clear_object (&arrival->cancellable);
  listener_unref (arrival->listener);
  g_free (arrival);
}

static void
arrival_time_out (Arrival *arrival)
{
  if (arrival->in_worker)
    {
      g_cancellable_cancel (arrival->cancellable);
      return;
    }
  g_io_stream_close (G_IO_STREAM (arrival->connection), NULL, NULL);
  arrival_free (arrival);
}

/* One timer for all, because every turn of the main loop looks at each source. */
static gboolean
listener_on_deadlines (gpointer user_data)
{
  NamidaListener *self = user_data;
  g_autoptr (GList) pending = g_hash_table_get_keys (self->pending);
  gint64 now = g_get_monotonic_time ();

  for (GList *l = pending; l != NULL; l = l->next)
    if (((Arrival *) l->data)->deadline <= now)
      arrival_time_out (l->data);
  if (g_hash_table_size (self->pending) > 0)
    return G_SOURCE_CONTINUE;
  g_clear_pointer (&self->deadlines, g_source_unref);
  return G_SOURCE_REMOVE;
}

static void
arrival_arm (Arrival *arrival)
{
  NamidaListener *self = arrival->listener;

  arrival->deadline = g_get_monotonic_time () + self->timeout * (gint64) G_USEC_PER_SEC;
  if (self->deadlines != NULL)
    return;
  self->deadlines = g_timeout_source_new (DEADLINE_LOOK_MS);
  g_source_set_callback (self->deadlines, listener_on_deadlines, self, NULL);
  g_source_attach (self->deadlines, self->context);
}

static void
arrival_ready (Arrival *arrival, gboolean encrypted, char *fingerprint)
{
  NamidaListener *self = arrival->listener;
  NamidaConnection *connection = g_new0 (NamidaConnection, 1);

  connection->socket = g_object_ref (g_socket_connection_get_socket (arrival->connection));
  connection->address = listener_address_text (arrival->remote);
  connection->encrypted = encrypted;
  connection->fingerprint = fingerprint;
  connection->owner = fingerprint != NULL ? g_strdup (fingerprint)
                                          : g_strconcat (encrypted ? "tls " : "plain ", connection->address, NULL);
  if (fingerprint != NULL)
    namida_connection_limit_set_owner (self->limit, connection->socket, fingerprint);
  g_object_set_data_full (G_OBJECT (arrival->remote), CONNECTION_KEY, connection, listener_connection_free);
  if (!self->stopped)
    self->ready (arrival->stream, arrival->local, arrival->remote, self->ready_data);
  arrival_free (arrival);
}

static gboolean
listener_on_handshake_done (gpointer user_data)
{
  Arrival *arrival = user_data;

  if (!arrival->failed)
    namida_handshake_turns_done (arrival->listener->turns, arrival);
  else
    /* Close it before the next one begins, so that an address never has more open connections than allowed. */
    g_io_stream_close (G_IO_STREAM (arrival->connection), NULL, NULL);
  listener_leave_handshake (arrival);
  if (arrival->failed)
    arrival_free (arrival);
  else
    arrival_ready (arrival, TRUE, namida_tls_peer_fingerprint (G_TLS_CONNECTION (arrival->stream)));
  return G_SOURCE_REMOVE;
}

static void
listener_handshake_worker (gpointer data, gpointer user_data)
{
  Arrival *arrival = data;
  g_autoptr (GSource) done = g_idle_source_new ();

  arrival->failed = !g_tls_connection_handshake (G_TLS_CONNECTION (arrival->stream), arrival->cancellable, NULL)
                    || !namida_tls_is_recent (G_TLS_CONNECTION (arrival->stream));
  namida_buffered_stream_end_handshake (arrival->buffered);
  g_source_set_priority (done, G_PRIORITY_DEFAULT);
  g_source_set_callback (done, listener_on_handshake_done, arrival, NULL);
  g_source_attach (done, arrival->listener->context);
}

static void
arrival_secure (Arrival *arrival)
{
  NamidaListener *self = arrival->listener;

  arrival->buffered = namida_buffered_stream_new (arrival->connection);
  namida_buffered_stream_expect_handshake (arrival->buffered);
  arrival->stream = G_IO_STREAM (namida_tls_server_new (self->identity, arrival->buffered, NULL));
  if (arrival->stream == NULL)
    {
      arrival_free (arrival);
      return;
    }
  arrival->in_turns = TRUE;
  namida_handshake_turns_add (self->turns, arrival, arrival->address, arrival->network,
                              namida_connection_limit_prefers (self->limit, arrival->address));
  listener_next_handshake (self);
}

static void
listener_begin_handshake (NamidaListener *self, Arrival *arrival)
{
  arrival->in_worker = TRUE;
  arrival_arm (arrival);
  g_thread_pool_push (self->handshakes, arrival, NULL);
}

/* The other side does not keep us waiting before our first answer was sent or while we have not read its bytes; then
 * this side is the slow one. */
static gint64
arrival_get_waited (gpointer item, gint64 running)
{
  int fd = g_socket_get_fd (g_socket_connection_get_socket (((Arrival *) item)->connection));
  struct tcp_info info = { 0 };
  socklen_t length = sizeof info;
  int unread = 0;

  if ((ioctl (fd, FIONREAD, &unread) == 0 && unread > 0) || getsockopt (fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0
      || info.tcpi_data_segs_out == 0)
    return 0;
  return MIN (running, info.tcpi_last_data_sent * G_GINT64_CONSTANT (1000));
}

static void
listener_make_room (NamidaListener *self)
{
  Arrival *victim = self->stopped ? NULL : namida_handshake_turns_victim (self->turns);

  if (victim == NULL)
    return;
  /* Either of these wakes the worker thread. */
  g_cancellable_cancel (victim->cancellable);
  g_socket_shutdown (g_socket_connection_get_socket (victim->connection), TRUE, TRUE, NULL);
}

static void
listener_begin_handshakes (NamidaListener *self)
{
  Arrival *next;

  namida_handshake_turns_set_space (self->turns, namida_connection_limit_has_trusted (self->limit)
                                                     ? NAMIDA_LIMIT_HANDSHAKE_SPACE_MS
                                                     : 0);
  while (!self->stopped && (next = namida_handshake_turns_next (self->turns)) != NULL)
    listener_begin_handshake (self, next);
}

static gboolean
listener_on_look (gpointer user_data)
{
  NamidaListener *self = user_data;

  listener_begin_handshakes (self);
  listener_make_room (self);
  if (!self->stopped && namida_handshake_turns_is_waiting (self->turns))
    return G_SOURCE_CONTINUE;
  g_clear_pointer (&self->look, g_source_unref);
  return G_SOURCE_REMOVE;
}

/* GLib runs each handshake in a thread of the pool that all work of the program shares, and that grows only slowly.
 * Slow strangers must not hold up our own work there, and one address must not hold up the others. */
static void
listener_next_handshake (NamidaListener *self)
{
  listener_begin_handshakes (self);
  if (self->stopped || !namida_handshake_turns_is_waiting (self->turns))
    return;
  /* While the timer is running it checks often enough; in a crowd, this function is called for each connection. */
  if (self->look != NULL)
    return;
  listener_make_room (self);
  self->look = g_timeout_source_new (TURN_LOOK_MS);
  g_source_set_callback (self->look, listener_on_look, self, NULL);
  g_source_attach (self->look, self->context);
}

/* Sets how many bytes must have arrived for the socket to count as readable, so that a hello that arrives in tiny
 * pieces does not wake the main loop for each of them. Returns: %FALSE if the other side has closed, so that nothing
 * more will come. */
static gboolean
listener_await_bytes (GSocket *socket, gssize count)
{
  struct pollfd poller = { .fd = g_socket_get_fd (socket), .events = POLLRDHUP };

  return g_socket_set_option (socket, SOL_SOCKET, SO_RCVLOWAT, (gint) count, NULL) && poll (&poller, 1, 0) == 0;
}

static void arrival_pause (Arrival *arrival, guint ms);

/* If the system refuses, the connection is tried again until its time limit ends it. */
static void
arrival_watch (Arrival *arrival)
{
  GSocket *socket = g_socket_connection_get_socket (arrival->connection);

  if (!namida_socket_watch_add (arrival->listener->first_bytes, g_socket_get_fd (socket), arrival))
    arrival_pause (arrival, PAUSE_MS);
}

static gboolean
listener_on_pause_over (gpointer user_data)
{
  Arrival *arrival = user_data;

  listener_clear_source (&arrival->pause);
  arrival_watch (arrival);
  return G_SOURCE_REMOVE;
}

/* Waits for first bytes again after @ms. */
static void
arrival_pause (Arrival *arrival, guint ms)
{
  arrival_unwatch (arrival);
  arrival->pause = g_timeout_source_new (ms);
  g_source_set_callback (arrival->pause, listener_on_pause_over, arrival, NULL);
  g_source_attach (arrival->pause, arrival->listener->context);
}

static void
listener_on_first_bytes (gpointer item, gpointer user_data)
{
  Arrival *arrival = item;
  GSocket *socket = g_socket_connection_get_socket (arrival->connection);
  guint8 bytes[NAMIDA_HELLO_GATE_MOST];
  gssize n = recv (g_socket_get_fd (socket), bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
  gssize missing;

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n > 0 && bytes[0] != TLS_HANDSHAKE)
    {
      arrival_unwatch (arrival);
      arrival->stream = g_object_ref (G_IO_STREAM (arrival->connection));
      arrival_ready (arrival, FALSE, NULL);
      return;
    }
  missing = n > 0 ? namida_hello_gate_missing (bytes, (gsize) n) : -1;
  if (missing == 0 && listener_await_bytes (socket, 1))
    {
      arrival_unwatch (arrival);
      arrival_secure (arrival);
    }
  else if (missing <= 0 || !listener_await_bytes (socket, missing))
    arrival_free (arrival);
  /* The kernel reported more data than there is, as it may do when it is short of memory. Do not check again at once.
   */
  else if (missing == arrival->awaited)
    arrival_pause (arrival, PAUSE_MS);
  else
    arrival->awaited = missing;
}

/* Delays the connection of an address that connects so often that it would disturb a trusted device. */
static void
arrival_watch_after (Arrival *arrival, guint ms)
{
  if (ms == 0)
    arrival_watch (arrival);
  else
    arrival_pause (arrival, ms);
}

static void
listener_arrive (NamidaListener *self, GSocket *socket)
{
  g_autoptr (GSocketConnection) connection = g_socket_connection_factory_create_connection (socket);
  g_autoptr (GSocketAddress) kept = g_socket_connection_get_remote_address (connection, NULL);
  g_autoptr (GSocketAddress) remote = kept != NULL ? listener_copy_address (kept) : NULL;
  g_autofree char *address = NULL;
  g_autofree char *network = NULL;
  Arrival *arrival;
  guint wait;

  if (remote == NULL || !G_IS_INET_SOCKET_ADDRESS (remote))
    return;
  address = listener_address_text (remote);
  network = namida_connection_dup_network (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
  if (!namida_connection_limit_take (self->limit, connection, address, network))
    return;
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  g_socket_set_keepalive (socket, TRUE);
  arrival = g_new0 (Arrival, 1);
  arrival->listener = listener_ref (self);
  arrival->address = g_steal_pointer (&address);
  arrival->network = g_steal_pointer (&network);
  arrival->connection = g_steal_pointer (&connection);
  arrival->remote = g_steal_pointer (&remote);
  arrival->local = g_socket_connection_get_local_address (arrival->connection, NULL);
  arrival->cancellable = g_cancellable_new ();
  g_hash_table_add (self->pending, arrival);
  wait = namida_arrival_pace_take (self->pace, arrival->network);
  arrival_watch_after (arrival, namida_connection_limit_has_trusted (self->limit) ? wait : 0);
  arrival_arm (arrival);
}

/* ---- listening ---- */

static void listener_watch (NamidaListener *self, GSocket *socket, guint delay);

typedef struct
{
  NamidaListener *listener;
  GSocket *socket;
} ListenerRetry;

static gboolean
listener_on_watch_again (gpointer user_data)
{
  ListenerRetry *retry = user_data;

  if (!retry->listener->stopped)
    listener_watch (retry->listener, retry->socket, 0);
  return G_SOURCE_REMOVE;
}

static void
listener_retry_free (gpointer data)
{
  ListenerRetry *retry = data;

  g_object_unref (retry->socket);
  listener_unref (retry->listener);
  g_free (retry);
}

static gboolean
listener_on_incoming (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  NamidaListener *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) accepted = g_socket_accept (socket, NULL, &error);

  if (accepted != NULL)
    listener_arrive (self, accepted);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      listener_watch (self, socket, PAUSE_MS);
      return G_SOURCE_REMOVE;
    }
  return G_SOURCE_CONTINUE;
}

static void
listener_watch (NamidaListener *self, GSocket *socket, guint delay)
{
  GSource *source;

  if (delay > 0)
    {
      ListenerRetry *retry = g_new0 (ListenerRetry, 1);

      retry->listener = listener_ref (self);
      retry->socket = g_object_ref (socket);
      source = g_timeout_source_new (delay);
      g_source_set_callback (source, listener_on_watch_again, retry, listener_retry_free);
    }
  else
    {
      source = g_socket_create_source (socket, G_IO_IN, NULL);
      g_source_set_priority (source, ACCEPT_PRIORITY);
      g_source_set_callback (source, (GSourceFunc) listener_on_incoming, self, NULL);
    }
  g_source_attach (source, self->context);
  g_ptr_array_add (self->sources, source);
}

gboolean
namida_listener_start (NamidaListener *self, const char *interface, guint16 port, GError **error)
{
  g_autoptr (GPtrArray) sockets = namida_listener_sockets_open (interface, &port, error);

  if (sockets == NULL)
    return FALSE;
  self->port = port;
  self->stopped = FALSE;
  namida_listener_sockets_bound (sockets, self->rate);
  for (guint i = 0; i < sockets->len; i++)
    listener_watch (self, g_ptr_array_index (sockets, i), 0);
  self->sockets = g_steal_pointer (&sockets);
  return TRUE;
}

guint16
namida_listener_get_port (NamidaListener *self)
{
  return self->port;
}

static void
listener_source_free (gpointer data)
{
  g_source_destroy (data);
  g_source_unref (data);
}

NamidaListener *
namida_listener_new (NamidaIdentity *identity, NamidaListenerReady ready, gpointer user_data)
{
  NamidaListener *self = g_new0 (NamidaListener, 1);

  g_atomic_ref_count_init (&self->refs);
  self->identity = g_object_ref (identity);
  self->ready = ready;
  self->ready_data = user_data;
  self->timeout = NAMIDA_LIMIT_HANDSHAKE_SECONDS;
  self->context = g_main_context_ref_thread_default ();
  self->sources = g_ptr_array_new_with_free_func (listener_source_free);
  self->pending = g_hash_table_new (NULL, NULL);
  self->turns = namida_handshake_turns_new ();
  namida_handshake_turns_set_waited (self->turns, arrival_get_waited);
  self->pace = namida_arrival_pace_new ();
  self->first_bytes = namida_socket_watch_new (self->context, listener_on_first_bytes, NULL);
  self->limit = namida_connection_limit_new ();
  self->handshakes = g_thread_pool_new (listener_handshake_worker, self, NAMIDA_LIMIT_HANDSHAKES, FALSE, NULL);
  return self;
}

void
namida_listener_set_rate (NamidaListener *self, guint64 bytes_per_second)
{
  self->rate = bytes_per_second;
  if (self->sockets != NULL)
    namida_listener_sockets_bound (self->sockets, bytes_per_second);
}

void
namida_listener_set_timeout (NamidaListener *self, guint seconds)
{
  self->timeout = seconds;
}

void
namida_listener_stop (NamidaListener *self)
{
  g_autoptr (GList) pending = g_hash_table_get_keys (self->pending);

  self->stopped = TRUE;
  self->port = 0;
  listener_clear_source (&self->look);
  /* Frees the sockets with their sources, which closes them. */
  g_clear_pointer (&self->sockets, g_ptr_array_unref);
  g_ptr_array_set_size (self->sources, 0);
  for (GList *l = pending; l != NULL; l = l->next)
    {
      Arrival *arrival = l->data;

      if (arrival->in_worker)
        g_cancellable_cancel (arrival->cancellable);
      else
        arrival_free (arrival);
    }
  listener_clear_source (&self->deadlines);
}

void
namida_listener_free (NamidaListener *self)
{
  namida_listener_stop (self);
  g_thread_pool_free (self->handshakes, FALSE, FALSE);
  self->handshakes = NULL;
  listener_unref (self);
}
