/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The HTTP/1.1 client connection that all dialects use to send, fetch and ask. HTTP is implemented here because
 * libsoup moves bodies at a tenth of the speed (docs/design/002-bodies.md), and because an answer in the middle of a
 * body must be noticed. A connection is used by one worker thread at a time, which it blocks; every wait has a
 * limit. */
#pragma once

#include "namida-http-answer.h"
#include "namida-identity.h"

G_BEGIN_DECLS

/**
 * NamidaHttpPeer: where to connect to, and which device is expected there. Borrowed while connecting, except @limit,
 * which the connection keeps.
 */
typedef struct
{
  NamidaIdentity *identity; /* (nullable): %NULL for plain HTTP */
  GInetSocketAddress *address;
  const char *fingerprint; /* (nullable): the fingerprint that the peer must show */
  GSocketAddress *source;  /* (nullable): the local address to connect from */
  NamidaRateLimit *limit;  /* (nullable): for request bodies */
  guint connect_seconds;   /* time limit for connecting; 0: NAMIDA_LIMIT_HANDSHAKE_SECONDS */
  guint silence_seconds;   /* how long a peer may be unreachable; 0: 22 */
  guint stall_seconds;     /* how long a peer that TCP knows to be alive may neither read nor write; 0: 60 */
} NamidaHttpPeer;

typedef struct _NamidaHttpConnection NamidaHttpConnection;

/**
 * namida_http_connection_new:
 * @cancellable: (nullable): cancels everything that the connection does
 *
 * Connects over TLS with the certificate of @peer's identity, or in plain HTTP.
 *
 * Returns: (transfer full) (nullable): a connection to a peer that has shown the expected fingerprint; %NULL with
 * UNREACHABLE, IDENTITY_CHANGED or CANCELLED
 */
NamidaHttpConnection *
namida_http_connection_new (const NamidaHttpPeer *peer, GCancellable *cancellable, GError **error);
/** namida_http_connection_free: Closes the connection at once, even in the middle of a body. */
void namida_http_connection_free (NamidaHttpConnection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaHttpConnection, namida_http_connection_free)

/**
 * namida_http_connection_dup_fingerprint: Returns: (transfer full) (nullable): the fingerprint of the certificate that
 * the peer has shown; %NULL for plain HTTP.
 */
char *namida_http_connection_dup_fingerprint (NamidaHttpConnection *self);
/**
 * namida_http_connection_dup_source: Returns: (transfer full) (nullable): the local address with port 0, for
 * NamidaHttpPeer.source.
 */
GSocketAddress *namida_http_connection_dup_source (NamidaHttpConnection *self);
/**
 * namida_http_connection_is_reusable: Returns: whether another request may follow. %FALSE after an error, after an
 * answer that came before the whole request was sent, after a body that was not read to its end, after "Connection:
 * close", and if the peer has hung up.
 */
gboolean namida_http_connection_is_reusable (NamidaHttpConnection *self);

/** A time for an answer that has no limit. The connection is monitored nevertheless. */
#define NAMIDA_HTTP_FOREVER G_MAXUINT

/** NamidaHttpRequest: the head of a request. 0 is the default of each member. */
typedef struct
{
  const char *method;  /* %NULL for "POST" */
  const char *target;  /* path and query */
  const char *type;    /* (nullable): of the body */
  gint64 length;       /* of the body in bytes; -1: unknown, so that it is sent in chunks */
  guint64 range;       /* the first byte of the content that is wanted, if not 0 */
  guint seconds;       /* for the answer, counted from when the request has arrived; 0: stall_seconds of the peer */
  guint total;         /* seconds for the answer as a whole, counted from now, however slowly it comes; 0: no limit */
  guint patience;      /* additional seconds, also for taking the body, because the peer hashes what it has */
  gboolean much_comes; /* a large answer is expected soon; while nothing comes, large packets may be getting lost */
} NamidaHttpRequest;

/**
 * namida_http_connection_begin: Begins a request. Its head is sent with the first bytes of the body, or before the
 * answer is read.
 */
void namida_http_connection_begin (NamidaHttpConnection *self, const NamidaHttpRequest *request);
/**
 * namida_http_connection_write:
 * @data: more of the body
 * @length: not 0; at most as many bytes as the rate limit allows at once are sent
 *
 * Sends more of the body. Waits as long as the rate limit requires.
 *
 * Returns: the number of bytes that were sent; 0 if the other side has already answered, so that the caller should stop
 * and read the answer; -1 with @error
 */
gssize namida_http_connection_write (NamidaHttpConnection *self, const guint8 *data, gsize length, GError **error);
/**
 * namida_http_connection_read_answer:
 * @limit: the maximum size of the answer's body in bytes
 * @answer: (out caller-allocates): cleared by the caller, also after an error
 *
 * Ends the body and reads the answer.
 *
 * Returns: %FALSE with UNREACHABLE, CANCELLED, INVALID_REQUEST or TOO_LARGE
 */
gboolean
namida_http_connection_read_answer (NamidaHttpConnection *self, gsize limit, NamidaHttpAnswer *answer, GError **error);
/**
 * namida_http_connection_read_head: Like namida_http_connection_read_answer(), but only reads the head, for a body that
 * may be too large for memory.
 */
gboolean namida_http_connection_read_head (NamidaHttpConnection *self, NamidaHttpAnswerHead *head, GError **error);
/**
 * namida_http_connection_read_body: Returns: the number of bytes of the body that were read, at most @count; 0 at its
 * end; -1 with @error.
 */
gssize namida_http_connection_read_body (NamidaHttpConnection *self, guint8 *buffer, gsize count, GError **error);
/**
 * namida_http_connection_request: Sends a complete request with its @body (nullable), and reads the answer. The length
 * in @request is ignored.
 */
gboolean namida_http_connection_request (NamidaHttpConnection *self,
                                         NamidaHttpRequest request,
                                         const void *body,
                                         gsize length,
                                         gsize limit,
                                         NamidaHttpAnswer *answer,
                                         GError **error);

/**
 * namida_http_set_limits_for_tests: Sets the limits of all connections that are created from now on; 0 restores those
 * that the peer asks for.
 */
void namida_http_set_limits_for_tests (guint silence_seconds, guint stall_seconds);
/** namida_http_set_back_off_for_tests: Sets the first wait of namida_http_back_off(); 0 restores the default. */
void namida_http_set_back_off_for_tests (guint ms);

/** How many consecutive connections may break without progress. */
#define NAMIDA_MAX_BREAKS 3u
/**
 * namida_http_back_off: Waits before the next connection: 0.5, 1, 2 s. @breaks: starting at 1. Returns early if
 * @cancellable (nullable) is cancelled. Blocking.
 */
void namida_http_back_off (guint breaks, GCancellable *cancellable);

G_END_DECLS
