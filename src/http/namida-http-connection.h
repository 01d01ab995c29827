/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one HTTP/1.1 client connection: every dialect sends, fetches and asks over it. HTTP is written by hand because
 * libsoup moves bodies at a tenth of the speed, and because an answer in the middle of a body must be noticed. A
 * connection is used by one worker thread, which it blocks; every wait has a limit. */
#pragma once

#include "namida-http-answer.h"
#include "namida-identity.h"

G_BEGIN_DECLS

/** NamidaHttpPeer: where to connect to, and who must be there. Borrowed while connecting, but @limit, which is kept. */
typedef struct
{
  NamidaIdentity *identity; /* (nullable): %NULL: plain HTTP */
  GInetSocketAddress *address;
  const char *fingerprint; /* (nullable): the peer must show this one */
  GSocketAddress *source;  /* (nullable): the address to come from */
  NamidaRateLimit *limit;  /* (nullable): of request bodies */
  guint connect_seconds;   /* for connecting; 0: NAMIDA_LIMIT_HANDSHAKE_SECONDS */
  guint silence_seconds;   /* how long a peer may be unreachable; 0: 22 */
  guint stall_seconds;     /* how long a peer that TCP knows to be alive may take or say nothing; 0: 60 */
} NamidaHttpPeer;

typedef struct _NamidaHttpConnection NamidaHttpConnection;

/**
 * namida_http_connection_new: connects, over TLS with the certificate of @peer's identity, or in plain.
 * @cancellable: (nullable): of all that the connection does
 *
 * Returns: (transfer full) (nullable): with a peer that has shown the fingerprint. Errors: UNREACHABLE,
 * IDENTITY_CHANGED, CANCELLED.
 */
NamidaHttpConnection *
namida_http_connection_new (const NamidaHttpPeer *peer, GCancellable *cancellable, GError **error);
/** namida_http_connection_free: closes at once: an unfinished body ends with the connection. */
void namida_http_connection_free (NamidaHttpConnection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaHttpConnection, namida_http_connection_free)

/** namida_http_connection_dup_fingerprint: Returns: (transfer full) (nullable): of the certificate that the peer has
 * shown; %NULL in plain. */
char *namida_http_connection_dup_fingerprint (NamidaHttpConnection *self);
/** namida_http_connection_dup_source: Returns: (transfer full) (nullable): the own end, with port 0, for
 * NamidaHttpPeer.source. */
GSocketAddress *namida_http_connection_dup_source (NamidaHttpConnection *self);
/** namida_http_connection_is_reusable: Returns: whether another request may follow. %FALSE after an error, an answer
 * before the whole request, a body that was not read to its end, "Connection: close", and when the peer has hung up. */
gboolean namida_http_connection_is_reusable (NamidaHttpConnection *self);

/** How long an answer may take without any limit: the connection is watched all the same. */
#define NAMIDA_HTTP_FOREVER G_MAXUINT

/** NamidaHttpRequest: the head of a request. Zero is the default of the rest. */
typedef struct
{
  const char *method;  /* %NULL: "POST" */
  const char *target;  /* path and query */
  const char *type;    /* (nullable): of the body */
  gint64 length;       /* of the body; -1: not known yet, it is sent in chunks */
  guint64 range;       /* the first byte that is wanted of the content, if not 0 */
  guint seconds;       /* for the answer, from when the request has arrived there; 0: stall_seconds of the peer */
  guint patience;      /* seconds more than that, also for taking the body: the peer hashes what it has */
  gboolean much_comes; /* a large answer is to come soon: while none does, large packets may be what gets lost */
} NamidaHttpRequest;

/** namida_http_connection_begin: begins a request. Its head goes out with the first bytes of the body, or before the
 * answer is read. */
void namida_http_connection_begin (NamidaHttpConnection *self, const NamidaHttpRequest *request);
/**
 * namida_http_connection_write: sends more of the body; waits as the rate limit asks for.
 * @length: not 0; as many as the rate limit allows at once are sent of it
 *
 * Returns: how many were sent; 0: the other side has answered already: stop, and read it; -1: with @error.
 */
gssize namida_http_connection_write (NamidaHttpConnection *self, const guint8 *data, gsize length, GError **error);
/**
 * namida_http_connection_read_answer: ends the body and reads the answer.
 * @limit: bytes that the body of the answer may have
 * @answer: (out caller-allocates): cleared by the caller, also after an error
 *
 * Errors: UNREACHABLE, CANCELLED, INVALID_REQUEST, TOO_LARGE.
 */
gboolean
namida_http_connection_read_answer (NamidaHttpConnection *self, gsize limit, NamidaHttpAnswer *answer, GError **error);
/** namida_http_connection_read_head: likewise, but only the head of the answer: the body may be too large for memory.
 */
gboolean namida_http_connection_read_head (NamidaHttpConnection *self, NamidaHttpAnswerHead *head, GError **error);
/** namida_http_connection_read_body: Returns: some bytes of the body, at most @count; 0 at its end; -1 with @error. */
gssize namida_http_connection_read_body (NamidaHttpConnection *self, guint8 *buffer, gsize count, GError **error);
/** namida_http_connection_request: a whole request with its @body (nullable) and the answer; @request's length is set
 * here. */
gboolean namida_http_connection_request (NamidaHttpConnection *self,
                                         NamidaHttpRequest request,
                                         const void *body,
                                         gsize length,
                                         gsize limit,
                                         NamidaHttpAnswer *answer,
                                         GError **error);

/** namida_http_set_limits_for_tests: of all connections that are made from now on; 0: as the peer asks for. */
void namida_http_set_limits_for_tests (guint silence_seconds, guint stall_seconds);
/** namida_http_set_back_off_for_tests: the first wait of namida_http_back_off(); 0: as ever. */
void namida_http_set_back_off_for_tests (guint ms);

/** How many connections in a row may break without having moved anything. */
#define NAMIDA_MAX_BREAKS 3u
/** namida_http_back_off: waits before the next connection: 0.5, 1, 2 s. @breaks: from 1 on. Not longer than until
 * @cancellable (nullable) is cancelled. */
void namida_http_back_off (guint breaks, GCancellable *cancellable);

G_END_DECLS
