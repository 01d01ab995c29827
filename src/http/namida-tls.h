/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-identity.h"

G_BEGIN_DECLS

/* Mutual TLS with self-signed certificates, shared by the listener and both clients. ENGINE.md's traps are answered
 * here, once. */

/**
 * namida_tls_trust_no_authority: once in a program, before its first TLS connection: no list of the system's
 * authorities is read (30 ms, and GLib complains where there is none), since a pinned key is all that counts here. The
 * default database holds this device's own certificate instead, of which nobody else has the key. Any thread.
 */
void namida_tls_trust_no_authority (NamidaIdentity *identity);
/** NamidaBufferedStream: GIOStream under a GTlsConnection: one record read ahead, or 256 KiB; writes are corked between
 * namida_buffered_stream_cork (TRUE) and (FALSE), never while hands are shaken. */
GIOStream *namida_buffered_stream_new (GSocketConnection *connection);
void namida_buffered_stream_cork (GIOStream *stream, gboolean corked);
/** namida_buffered_stream_expect_much: from now on 256 KiB are read ahead. @stream: or a GTlsConnection above one; any
 * other is left alone. Any thread. */
void namida_buffered_stream_expect_much (GIOStream *stream);
/** namida_buffered_stream_set_silence: how long a blocking write waits for an other side that takes nothing of what was
 * written; it waits on while something moves, however slowly. 0: as long as the socket's timeout says. */
void namida_buffered_stream_set_silence (GIOStream *stream, guint seconds);
/** namida_buffered_stream_set_stall: how long it waits for one that TCP knows to be alive, and that only does not read.
 * 0: no longer than for silence. */
void namida_buffered_stream_set_stall (GIOStream *stream, guint seconds);
/** namida_buffered_stream_wait_taken: waits, by the same measure, until the other side has taken all that was written,
 * or says something. Blocking. Errors: UNREACHABLE, those of GIO. */
gboolean namida_buffered_stream_wait_taken (GIOStream *stream, GCancellable *cancellable, GError **error);
/** namida_buffered_stream_wait_room: waits, by the same measure, until more can be written, or the other side says
 * something. Blocking. Errors: as above. */
gboolean namida_buffered_stream_wait_room (GIOStream *stream, GCancellable *cancellable, GError **error);
/** namida_buffered_stream_flush_nonblocking: writes out what is corked. G_IO_ERROR_WOULD_BLOCK when not all of it can
 * be written now. */
gboolean namida_buffered_stream_flush_nonblocking (GIOStream *stream, GError **error);
/** Returns: (transfer none): the socket below, for its options, its timeout and an abrupt end. */
GSocket *namida_buffered_stream_get_socket (GIOStream *stream);
/** @stream: under TLS, no handshake yet; client certificate requested, accepted whatever it is (the handler pins).
 * (transfer full) */
GTlsConnection *namida_tls_server_new (NamidaIdentity *identity, GIOStream *stream, GError **error);
/**
 * namida_tls_connect: connects and handshakes, blocking, in a worker: at most NAMIDA_LIMIT_HANDSHAKE_SECONDS.
 * TCP_NODELAY set.
 * @fingerprint: (nullable). Errors: UNREACHABLE, IDENTITY_CHANGED, CANCELLED. @buffered: (out) (transfer full)
 * (optional): the stream below, to cork.
 */
GTlsConnection *namida_tls_connect (NamidaIdentity *identity,
                                    GInetSocketAddress *address,
                                    const char *fingerprint,
                                    GIOStream **buffered,
                                    GCancellable *cancellable,
                                    GError **error);
/**
 * namida_stream_connect: likewise, for peers of other makes.
 * @identity: (nullable): NULL: in plain, and the stream that is returned is @buffered itself
 * @source: (nullable): the address to come from
 * @seconds: for all of it
 */
GIOStream *namida_stream_connect (NamidaIdentity *identity,
                                  GSocketAddress *source,
                                  GInetSocketAddress *address,
                                  const char *fingerprint,
                                  guint seconds,
                                  GIOStream **buffered,
                                  GCancellable *cancellable,
                                  GError **error);
/** Returns: whether TLS 1.2 or newer is spoken, once the handshake is done: GnuTLS 3.7 still agrees to 1.0. */
gboolean namida_tls_is_recent (GTlsConnection *connection);
/** Returns: (transfer full) (nullable): the peer's fingerprint. */
char *namida_tls_peer_fingerprint (GTlsConnection *connection);

G_END_DECLS
