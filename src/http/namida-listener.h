/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-connection-limit.h"
#include "namida-identity.h"

G_BEGIN_DECLS

/** NamidaConnection: what is known of an accepted connection, kept with its remote address object. */
typedef struct
{
  GSocket *socket;
  char *address;     /* text, no port; IPv4 also for mapped ones */
  char *fingerprint; /* (nullable) proven by its certificate */
  char *owner;       /* whose is what begins here: @fingerprint, or without one "plain ADDRESS", "tls ADDRESS" */
  gboolean encrypted;
  gboolean trusted; /* @fingerprint was trusted when it came: gives places, no rights */
} NamidaConnection;
/** (transfer none) (nullable) */
NamidaConnection *namida_connection_of (GSocketAddress *remote);
/** namida_connection_new_detached: of what outlives its connection: a copy of @remote, whose namida_connection_of() has
 * what is known of that one, no socket, no fingerprint and no trust, and belongs to @owner. (transfer full) */
GSocketAddress *namida_connection_new_detached (GSocketAddress *remote, const char *owner);

/**
 * NamidaListener: accepts on one port of some addresses, limits connections, finds out by the first byte whether TLS or
 * plain HTTP comes, and makes the TLS handshake in worker threads. Main context.
 */
typedef struct _NamidaListener NamidaListener;

/** A connection that is ready for HTTP. @stream: (transfer none), the GTlsConnection or the plain one. */
typedef void (*NamidaListenerReady) (GIOStream *stream,
                                     GSocketAddress *local,
                                     GSocketAddress *remote,
                                     gpointer user_data);

NamidaListener *namida_listener_new (NamidaIdentity *identity, NamidaListenerReady ready, gpointer user_data);
/** @seconds: for the first byte, and for the handshake; tests make it short. */
void namida_listener_set_timeout (NamidaListener *self, guint seconds);
/** @bytes_per_second: how fast this device reads (0 = unlimited), which senders may run ahead of a little only. */
void namida_listener_set_rate (NamidaListener *self, guint64 bytes_per_second);
/** As namida_server_start(). */
gboolean namida_listener_start (NamidaListener *self, const char *interface, guint16 port, GError **error);
guint16 namida_listener_get_port (NamidaListener *self);
/** namida_listener_heard: a request came on this connection: others have to make room before it. */
void namida_listener_heard (NamidaListener *self, GSocket *socket);
/** namida_listener_keep: what comes on this connection was agreed to: it never has to make room. */
void namida_listener_keep (NamidaListener *self, GSocket *socket);
/** namida_listener_trust: this connection is a trusted device's: it takes no place of strangers, and what comes from
 * its address later goes before them. */
void namida_listener_trust (NamidaListener *self, GSocket *socket);
/**
 * namida_listener_shut:
 * @self: the listener
 * @fingerprint: of a device
 *
 * Shuts the open connections of this device down: it is trusted no longer.
 */
void namida_listener_shut (NamidaListener *self, const char *fingerprint);
/** namida_listener_ref_limit: Returns: (transfer full): who is connected, for workers that outlive the listener. */
NamidaConnectionLimit *namida_listener_ref_limit (NamidaListener *self);
/** How many connections are open, wherever they went. */
guint namida_listener_get_n_connections (NamidaListener *self);
/** Stops accepting; connections that are not ready yet are closed. */
void namida_listener_stop (NamidaListener *self);
/** Stops, and frees when nothing is on its way any more. */
void namida_listener_free (NamidaListener *self);

G_END_DECLS
