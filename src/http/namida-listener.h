/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accepts the connections of the server. Created by NamidaServer; runs in the main context, with TLS handshakes in
 * worker threads. */
#pragma once

#include "namida-connection-limit.h"
#include "namida-identity.h"

G_BEGIN_DECLS

/** NamidaConnection: the properties of an accepted connection. Attached to its remote address object. */
typedef struct
{
  GSocket *socket;
  char *address;     /* as text without a port; mapped IPv4 addresses as IPv4 */
  char *fingerprint; /* (nullable): proven by its certificate */
  char *owner;       /* the owner of what begins here: @fingerprint or, without one, "plain ADDRESS" or "tls ADDRESS" */
  gboolean encrypted;
  gboolean trusted; /* @fingerprint was trusted when it connected; affects places, not permissions */
} NamidaConnection;
/** namida_connection_of: Returns: (transfer none) (nullable): the connection of an address object. */
NamidaConnection *namida_connection_of (GSocketAddress *remote);
/**
 * namida_connection_new_detached: For what outlives its connection. Returns: (transfer full): a copy of @remote whose
 * namida_connection_of() has the data of that connection, but no socket, fingerprint or trust, and belongs to @owner.
 */
GSocketAddress *namida_connection_new_detached (GSocketAddress *remote, const char *owner);

/**
 * NamidaListener: accepts connections on one port of several addresses, limits their number, detects by the first byte
 * whether TLS or plain HTTP is used, and runs TLS handshakes in worker threads. Main context.
 */
typedef struct _NamidaListener NamidaListener;

/**
 * NamidaListenerReady: Called when a connection is ready for HTTP. @stream: (transfer none): the GTlsConnection, or the
 * plain stream.
 */
typedef void (*NamidaListenerReady) (GIOStream *stream,
                                     GSocketAddress *local,
                                     GSocketAddress *remote,
                                     gpointer user_data);

/** namida_listener_new: Returns: (transfer full): a listener that has not started yet. */
NamidaListener *namida_listener_new (NamidaIdentity *identity, NamidaListenerReady ready, gpointer user_data);
/**
 * namida_listener_set_timeout: @seconds: the time limit for the first byte, and for the handshake. Tests set a short
 * one.
 */
void namida_listener_set_timeout (NamidaListener *self, guint seconds);
/**
 * namida_listener_set_rate: @bytes_per_second: how fast this device reads (0 = unlimited). Senders can only run ahead
 * of it a little.
 */
void namida_listener_set_rate (NamidaListener *self, guint64 bytes_per_second);
/** namida_listener_start: Like namida_server_start(). */
gboolean namida_listener_start (NamidaListener *self, const char *interface, guint16 port, GError **error);
/** namida_listener_get_port: Returns: the port, or 0 if it is not listening. */
guint16 namida_listener_get_port (NamidaListener *self);
/** namida_listener_heard: States that a request came on this connection. Others have to make room first. */
void namida_listener_heard (NamidaListener *self, GSocket *socket);
/** namida_listener_keep: States that the transfer on this connection was accepted. It never has to make room. */
void namida_listener_keep (NamidaListener *self, GSocket *socket);
/**
 * namida_listener_trust: States that this connection belongs to a trusted device. It takes no place of strangers, and
 * later connections from its address take precedence over them.
 */
void namida_listener_trust (NamidaListener *self, GSocket *socket);
/**
 * namida_listener_shut:
 * @self: the listener
 * @fingerprint: the fingerprint of a device that is no longer trusted
 *
 * Shuts down the open connections of this device.
 */
void namida_listener_shut (NamidaListener *self, const char *fingerprint);
/**
 * namida_listener_ref_limit: Returns: (transfer full): the connections that count, for worker threads that may outlive
 * the listener.
 */
NamidaConnectionLimit *namida_listener_ref_limit (NamidaListener *self);
/** namida_listener_get_n_connections: Returns: the number of open connections, including those that were passed on. */
guint namida_listener_get_n_connections (NamidaListener *self);
/** namida_listener_stop: Stops accepting. Connections that are not ready yet are closed. */
void namida_listener_stop (NamidaListener *self);
/** namida_listener_free: Stops, and frees the listener when no handshake is running any more. */
void namida_listener_free (NamidaListener *self);

G_END_DECLS
