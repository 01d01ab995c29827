/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mutual TLS with self-signed certificates, for the listener and for client connections. What libsoup and
 * glib-networking require is handled here (docs/design/003-libsoup.md). Blocking functions run in worker threads. */
#pragma once

#include "namida-identity.h"

G_BEGIN_DECLS

/**
 * namida_tls_trust_no_authority: Call it once, before the first TLS connection of the program. It keeps GLib from
 * reading the system's certificate authorities (which takes 30 ms, and prints a warning if there are none), because
 * only pinned keys count here. Instead, the default database contains this device's own certificate, whose key nobody
 * else has. Any thread.
 */
void namida_tls_trust_no_authority (NamidaIdentity *identity);
/**
 * namida_buffered_stream_new: Returns: (transfer full): a GIOStream for use below a GTlsConnection. It reads one record
 * ahead, or 256 KiB. Writes are collected between namida_buffered_stream_cork (TRUE) and (FALSE), never during a
 * handshake.
 */
GIOStream *namida_buffered_stream_new (GSocketConnection *connection);
/**
 * namida_buffered_stream_expect_handshake: Follows the records that a client of this server sends. Call it before the
 * first byte is read.
 */
void namida_buffered_stream_expect_handshake (GIOStream *stream);
/**
 * namida_buffered_stream_end_handshake: Fails with G_IO_ERROR_INVALID_DATA from now on if the client begins another
 * handshake. Call it in the thread that reads.
 */
void namida_buffered_stream_end_handshake (GIOStream *stream);
/**
 * namida_buffered_stream_cork: @corked: whether to collect writes from now on; %FALSE also writes what was collected.
 * Blocking.
 */
void namida_buffered_stream_cork (GIOStream *stream, gboolean corked);
/**
 * namida_buffered_stream_expect_much: Reads 256 KiB ahead from now on. @stream: a buffered stream or a GTlsConnection
 * above one; other streams are ignored. Any thread.
 */
void namida_buffered_stream_expect_much (GIOStream *stream);
/**
 * namida_buffered_stream_set_silence: Sets how long a blocking write waits if the other side takes nothing of what was
 * written. It keeps waiting as long as there is progress, however slow. 0: the socket's timeout applies.
 */
void namida_buffered_stream_set_silence (GIOStream *stream, guint seconds);
/**
 * namida_buffered_stream_set_stall: Sets how long a blocking write waits for a device that TCP knows to be alive but
 * that does not read. 0: no longer than the silence.
 */
void namida_buffered_stream_set_stall (GIOStream *stream, guint seconds);
/**
 * namida_buffered_stream_wait_taken: Waits, with the same limits, until the other side has taken everything that was
 * written, or sends something. Blocking. Returns: %FALSE with UNREACHABLE or a GIO error.
 */
gboolean namida_buffered_stream_wait_taken (GIOStream *stream, GCancellable *cancellable, GError **error);
/**
 * namida_buffered_stream_wait_room: Waits, with the same limits, until more can be written or the other side sends
 * something. Blocking. Returns: %FALSE with UNREACHABLE or a GIO error.
 */
gboolean namida_buffered_stream_wait_room (GIOStream *stream, GCancellable *cancellable, GError **error);
/**
 * namida_buffered_stream_flush_nonblocking: Writes what was collected. Returns: %FALSE with G_IO_ERROR_WOULD_BLOCK if
 * not all of it can be written now.
 */
gboolean namida_buffered_stream_flush_nonblocking (GIOStream *stream, GError **error);
/**
 * namida_buffered_stream_get_socket: Returns: (transfer none): the underlying socket, for its options, its timeout, and
 * to shut it down.
 */
GSocket *namida_buffered_stream_get_socket (GIOStream *stream);
/**
 * namida_tls_server_new: @stream: the stream below TLS, before any handshake. A client certificate is requested, and
 * any is accepted; the caller checks its fingerprint. Returns: (transfer full) (nullable)
 */
GTlsConnection *namida_tls_server_new (NamidaIdentity *identity, GIOStream *stream, GError **error);
/**
 * namida_tls_connect:
 * @fingerprint: (nullable): the expected fingerprint
 * @buffered: (out) (transfer full) (optional): the stream below TLS, for corking
 *
 * Connects and completes the handshake, in at most NAMIDA_LIMIT_HANDSHAKE_SECONDS, with TCP_NODELAY set. Blocking: call
 * it in a worker thread.
 *
 * Returns: (transfer full) (nullable): %NULL with UNREACHABLE, IDENTITY_CHANGED or CANCELLED
 */
GTlsConnection *namida_tls_connect (NamidaIdentity *identity,
                                    GInetSocketAddress *address,
                                    const char *fingerprint,
                                    GIOStream **buffered,
                                    GCancellable *cancellable,
                                    GError **error);
/**
 * namida_stream_connect:
 * @identity: (nullable): %NULL for a plain connection; the returned stream is then @buffered itself
 * @source: (nullable): the local address to connect from
 * @seconds: time limit for everything
 *
 * Like namida_tls_connect(), but the caller may choose the local address, the time limit and plain HTTP.
 */
GIOStream *namida_stream_connect (NamidaIdentity *identity,
                                  GSocketAddress *source,
                                  GInetSocketAddress *address,
                                  const char *fingerprint,
                                  guint seconds,
                                  GIOStream **buffered,
                                  GCancellable *cancellable,
                                  GError **error);
/**
 * namida_tls_is_recent: Returns: whether the connection uses TLS 1.2 or newer, once the handshake is complete. GnuTLS
 * 3.7 still accepts TLS 1.0.
 */
gboolean namida_tls_is_recent (GTlsConnection *connection);
/** namida_tls_peer_fingerprint: Returns: (transfer full) (nullable): the fingerprint of the peer's certificate. */
char *namida_tls_peer_fingerprint (GTlsConnection *connection);

G_END_DECLS
