/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-identity.h"

G_BEGIN_DECLS

/**
 * NamidaLocalsendConnection: one connection to a LocalSend peer, over TLS with our certificate or in plain, kept alive
 * as long as both sides like. HTTP/1.1 by hand: a refusal in the middle of a body is noticed, and the source address is
 * known. Used by one thread, which it blocks; every wait has a limit. Redirects are answers like any other.
 */
typedef struct _NamidaLocalsendConnection NamidaLocalsendConnection;

/** NamidaLocalsendPeer: where and who. @address and the rest are borrowed while connecting. */
typedef struct
{
  NamidaIdentity *identity; /* (nullable): NULL: plain HTTP */
  GInetSocketAddress *address;
  const char *fingerprint; /* (nullable): it must show this one */
  GSocketAddress *source;  /* (nullable): to come from */
} NamidaLocalsendPeer;

/** Errors: UNREACHABLE, IDENTITY_CHANGED, CANCELLED. @cancellable: (nullable): of all that the connection does. */
NamidaLocalsendConnection *
namida_localsend_connection_new (const NamidaLocalsendPeer *peer, GCancellable *cancellable, GError **error);
/** Closes at once: an unfinished body ends with the connection. */
void namida_localsend_connection_free (NamidaLocalsendConnection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaLocalsendConnection, namida_localsend_connection_free)

/** Returns: (transfer full) (nullable): what the peer showed; NULL in plain. */
char *namida_localsend_connection_dup_fingerprint (NamidaLocalsendConnection *self);
/** Returns: (transfer full) (nullable): our own end with port 0: for NamidaLocalsendPeer.source. */
GSocketAddress *namida_localsend_connection_dup_source (NamidaLocalsendConnection *self);
gboolean namida_localsend_connection_get_reusable (NamidaLocalsendConnection *self);

/** An answer: @body is never NULL after a success. */
typedef struct
{
  guint status;
  GByteArray *body;
} NamidaLocalsendAnswer;
void namida_localsend_answer_clear (NamidaLocalsendAnswer *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NamidaLocalsendAnswer, namida_localsend_answer_clear)

/**
 * namida_localsend_connection_post: a whole request and its answer.
 * @target: path and query; @seconds: so long the answer may take; @limit: bytes of the answer's body
 * Errors: UNREACHABLE, CANCELLED, INVALID_REQUEST, TOO_LARGE.
 */
gboolean namida_localsend_connection_post (NamidaLocalsendConnection *self,
                                           const char *target,
                                           const char *body,
                                           gsize length,
                                           guint seconds,
                                           gsize limit,
                                           NamidaLocalsendAnswer *answer,
                                           GError **error);
/** An upload in steps: the head, pieces of the body until @answered, the answer. @whole: the body went out to its end.
 */
gboolean
namida_localsend_connection_begin (NamidaLocalsendConnection *self, const char *target, guint64 length, GError **error);
gboolean namida_localsend_connection_write (
    NamidaLocalsendConnection *self, const guint8 *data, gsize length, gboolean *answered, GError **error);
gboolean namida_localsend_connection_end (NamidaLocalsendConnection *self,
                                          gboolean whole,
                                          NamidaLocalsendAnswer *answer,
                                          GError **error);

G_END_DECLS
