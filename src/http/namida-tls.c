/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sets up TLS on both sides and checks the fingerprint of the peer; see the header. Connecting blocks a worker
 * thread, which drives a main context of its own. */
#include "config.h"

#include "namida-tls.h"

#include "namida-error.h"
#include "namida-identity-claim.h"
#include "namida-limits.h"
#include "namida-path-mtu.h"
#include "namida-peer.h"

#include <glib/gi18n-lib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <unistd.h>

/* Sets what both sides need for every connection. The default certificate database takes 3.8 MB for each connection,
 * and means nothing for self-signed certificates. */
static void
tls_set_up (GTlsConnection *connection)
{
  g_tls_connection_set_database (connection, NULL);
  g_tls_connection_set_advertised_protocols (connection, (const char *[]){ "http/1.1", NULL });
  g_tls_connection_set_require_close_notify (connection, FALSE);
}

/* GLib's functions that read PEM need a file name. Returns: (nullable) */
static GTlsDatabase *
tls_database_of (GTlsCertificate *certificate)
{
  g_autofree char *pem = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;
  GTlsDatabase *database = NULL;
  int fd = memfd_create ("no authorities", MFD_CLOEXEC);

  g_object_get (certificate, "certificate-pem", &pem, NULL);
  if (fd >= 0 && write (fd, pem, strlen (pem)) == (gssize) strlen (pem))
    {
      name = g_strdup_printf ("/proc/self/fd/%d", fd);
      database = g_tls_file_database_new (name, &error);
      if (database == NULL)
        g_debug ("The system's authorities stay in memory: %s", error->message);
    }
  /* It stays open, because glib-networking reads it again for the credentials of each server. */
  if (fd >= 0 && database == NULL)
    close (fd);
  return database;
}

void
namida_tls_trust_no_authority (NamidaIdentity *identity)
{
  static gsize done = 0;
  g_autoptr (GTlsDatabase) database = NULL;

  if (!g_once_init_enter (&done))
    return;
  database = tls_database_of (namida_identity_get_certificate (identity));
  if (database != NULL)
    g_tls_backend_set_default_database (g_tls_backend_get_default (), database);
  g_once_init_leave (&done, 1);
}

static gboolean
tls_accept_any (GTlsConnection *connection,
                GTlsCertificate *certificate,
                GTlsCertificateFlags errors,
                gpointer user_data)
{
  return TRUE;
}

GTlsConnection *
namida_tls_server_new (NamidaIdentity *identity, GIOStream *stream, GError **error)
{
  GIOStream *tls;

  namida_tls_trust_no_authority (identity);
  tls = g_tls_server_connection_new (stream, namida_identity_get_certificate (identity), error);
  if (tls == NULL)
    return NULL;
  tls_set_up (G_TLS_CONNECTION (tls));
  g_object_set (tls, "authentication-mode", G_TLS_AUTHENTICATION_REQUESTED, NULL);
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (tls_accept_any), NULL);
  return G_TLS_CONNECTION (tls);
}

/* One attempt to connect. It runs in a main context of the calling worker thread, so that one timer limits all of
 * it. */
typedef struct
{
  GMainContext *context;
  GCancellable *cancellable;
  const char *fingerprint;
  GSocketAddress *source; /* (nullable) */
  GSocketConnection *connection;
  gboolean done, timed_out, mismatch;
  GError *error;
} Attempt;

static gboolean
tls_is_pinned (Attempt *attempt, GTlsCertificate *certificate)
{
  g_autofree char *shown = namida_fingerprint_of (certificate);

  return attempt->fingerprint == NULL || g_ascii_strcasecmp (shown, attempt->fingerprint) == 0;
}

static gboolean
tls_accept_pinned (GTlsConnection *connection,
                   GTlsCertificate *certificate,
                   GTlsCertificateFlags errors,
                   gpointer user_data)
{
  Attempt *attempt = user_data;

  if (tls_is_pinned (attempt, certificate))
    return TRUE;
  attempt->mismatch = TRUE;
  return FALSE;
}

static gboolean
tls_on_timeout (gpointer user_data)
{
  Attempt *attempt = user_data;

  attempt->timed_out = TRUE;
  g_cancellable_cancel (attempt->cancellable);
  return G_SOURCE_REMOVE;
}

static void
tls_on_caller_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

static void
tls_on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Attempt *attempt = user_data;

  attempt->connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &attempt->error);
  attempt->done = TRUE;
}

static void
tls_on_handshake (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Attempt *attempt = user_data;

  g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &attempt->error);
  attempt->done = TRUE;
}

static gboolean
attempt_run (Attempt *attempt)
{
  while (!attempt->done)
    g_main_context_iteration (attempt->context, TRUE);
  attempt->done = FALSE;
  return attempt->error == NULL;
}

static GTlsConnection *
attempt_secure (Attempt *attempt, NamidaIdentity *identity, GIOStream *stream)
{
  g_autoptr (GIOStream) tls = NULL;

  namida_tls_trust_no_authority (identity);
  tls = g_tls_client_connection_new (stream, NULL, &attempt->error);
  if (tls == NULL)
    return NULL;
  tls_set_up (G_TLS_CONNECTION (tls));
  g_tls_connection_set_certificate (G_TLS_CONNECTION (tls), namida_identity_get_certificate (identity));
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (tls_accept_pinned), attempt);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (tls), G_PRIORITY_DEFAULT, attempt->cancellable, tls_on_handshake,
                                    attempt);
  attempt_run (attempt);
  /* The attempt ends with this call, and a rehandshake must not use it. */
  g_signal_handlers_disconnect_by_data (tls, attempt);
  if (attempt->error == NULL)
    {
      GTlsCertificate *shown = g_tls_connection_get_peer_certificate (G_TLS_CONNECTION (tls));

      attempt->mismatch = shown == NULL || !tls_is_pinned (attempt, shown);
      if (!namida_tls_is_recent (G_TLS_CONNECTION (tls)))
        attempt->error
            = g_error_new_literal (G_TLS_ERROR, G_TLS_ERROR_HANDSHAKE, _ ("it speaks only an old kind of encryption"));
    }
  if (attempt->error != NULL || attempt->mismatch)
    {
      g_io_stream_close (stream, NULL, NULL);
      return NULL;
    }
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (tls_accept_any), NULL);
  return G_TLS_CONNECTION (g_steal_pointer (&tls));
}

static void
attempt_explain (Attempt *attempt, GInetSocketAddress *address, GCancellable *cancellable, GError **error)
{
  g_autofree char *where = namida_address_to_text (address);

  if (g_cancellable_is_cancelled (cancellable))
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The connection was canceled."));
  else
    g_set_error (
        error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
        _ ("Could not reach the device at %s (%s). Make sure it is turned on, on the same network, and running Namida "
           "Sync."),
        where, namida_error_connection_words (attempt->timed_out ? NULL : attempt->error));
}

static void
tls_on_socket_event (GSocketClient *client,
                     GSocketClientEvent event,
                     GSocketConnectable *connectable,
                     GIOStream *connection,
                     gpointer user_data)
{
  if (event == G_SOCKET_CLIENT_CONNECTING && G_IS_SOCKET_CONNECTION (connection))
    namida_path_mtu_prepare (g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection)),
                             G_INET_SOCKET_ADDRESS (connectable));
}

static GSocketConnection *
attempt_connect (Attempt *attempt, GInetSocketAddress *address)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  g_socket_client_set_enable_proxy (client, FALSE);
  if (attempt->source != NULL)
    g_socket_client_set_local_address (client, attempt->source);
  g_signal_connect (client, "event", G_CALLBACK (tls_on_socket_event), NULL);
  g_socket_client_connect_async (client, G_SOCKET_CONNECTABLE (address), attempt->cancellable, tls_on_connected,
                                 attempt);
  if (!attempt_run (attempt))
    return NULL;
  g_socket_set_option (g_socket_connection_get_socket (attempt->connection), IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  return attempt->connection;
}

GIOStream *
namida_stream_connect (NamidaIdentity *identity,
                       GSocketAddress *source,
                       GInetSocketAddress *address,
                       const char *fingerprint,
                       guint seconds,
                       GIOStream **buffered,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GCancellable) inner = g_cancellable_new ();
  g_autoptr (GSource) timer = g_timeout_source_new_seconds (seconds);
  g_autoptr (GIOStream) stream = NULL;
  GIOStream *ready = NULL;
  Attempt attempt = { .context = context, .cancellable = inner, .fingerprint = fingerprint, .source = source };
  gulong handler;

  g_main_context_push_thread_default (context);
  handler = cancellable != NULL ? g_cancellable_connect (cancellable, G_CALLBACK (tls_on_caller_cancelled), inner, NULL)
                                : 0;
  g_source_set_callback (timer, tls_on_timeout, &attempt, NULL);
  g_source_attach (timer, context);

  if (attempt_connect (&attempt, address) != NULL)
    {
      stream = namida_buffered_stream_new (attempt.connection);
      namida_buffered_stream_expect_much (stream);
      ready = identity != NULL ? (GIOStream *) attempt_secure (&attempt, identity, stream) : g_object_ref (stream);
    }
  if (ready == NULL && (!attempt.mismatch || fingerprint == NULL))
    attempt_explain (&attempt, address, cancellable, error);
  else if (ready != NULL && buffered != NULL)
    *buffered = g_steal_pointer (&stream);

  g_source_destroy (timer);
  if (handler != 0)
    g_cancellable_disconnect (cancellable, handler);
  g_clear_object (&attempt.connection);
  g_clear_error (&attempt.error);
  g_main_context_pop_thread_default (context);
  if (attempt.mismatch && fingerprint != NULL)
    g_propagate_error (error, namida_identity_claim_dup_error (identity, address, fingerprint, cancellable));
  return ready;
}

GTlsConnection *
namida_tls_connect (NamidaIdentity *identity,
                    GInetSocketAddress *address,
                    const char *fingerprint,
                    GIOStream **buffered,
                    GCancellable *cancellable,
                    GError **error)
{
  return (GTlsConnection *) namida_stream_connect (identity, NULL, address, fingerprint, NAMIDA_LIMIT_HANDSHAKE_SECONDS,
                                                   buffered, cancellable, error);
}

gboolean
namida_tls_is_recent (GTlsConnection *connection)
{
  GTlsProtocolVersion version = g_tls_connection_get_protocol_version (connection);

  /* Compare by name, because the values of DTLS are above those of TLS. */
  return version == G_TLS_PROTOCOL_VERSION_TLS_1_2 || version == G_TLS_PROTOCOL_VERSION_TLS_1_3;
}

char *
namida_tls_peer_fingerprint (GTlsConnection *connection)
{
  GTlsCertificate *certificate = g_tls_connection_get_peer_certificate (connection);

  return certificate != NULL ? namida_fingerprint_of (certificate) : NULL;
}
