/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-http-answer.h"
#include "namida-identity.h"

G_BEGIN_DECLS

/**
 * NamidaUploadConnection: one kept-alive TLS connection for uploads: HTTP/1.1 by hand, since libsoup moves bodies at a
 * tenth of the speed. Used by one thread, which it blocks; every wait has a limit.
 */
typedef struct _NamidaUploadConnection NamidaUploadConnection;

/** namida_upload_connection_new: connects. Errors: UNREACHABLE, IDENTITY_CHANGED, CANCELLED. */
NamidaUploadConnection *namida_upload_connection_new (NamidaIdentity *identity,
                                                      GInetSocketAddress *address,
                                                      const char *fingerprint,
                                                      GCancellable *cancellable,
                                                      GError **error);
/** Closes at once: an unfinished body ends with the connection. */
void namida_upload_connection_free (NamidaUploadConnection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaUploadConnection, namida_upload_connection_free)

/** namida_upload_connection_get_reusable: may another request follow? %FALSE after an error, a refusal in the middle of
 * a body or "Connection: close". */
gboolean namida_upload_connection_get_reusable (NamidaUploadConnection *self);
/**
 * namida_upload_connection_begin: head of a POST and the first bytes of its body, in one write.
 * @target: path and query; @length: of the whole body; @patience_seconds: extra time before silence is an error (the
 * other side hashes what it has).
 */
gboolean namida_upload_connection_begin (NamidaUploadConnection *self,
                                         const char *target,
                                         guint64 length,
                                         const guint8 *data,
                                         gsize data_length,
                                         guint patience_seconds,
                                         GError **error);
/** namida_upload_connection_begin_chunked: head of a POST whose body's length is not known. */
gboolean namida_upload_connection_begin_chunked (NamidaUploadConnection *self, const char *target, GError **error);
/** namida_upload_connection_write_chunk: more of such a body, as one chunk; @length 0 ends it. @answered: as below. */
gboolean namida_upload_connection_write_chunk (
    NamidaUploadConnection *self, const guint8 *data, gsize length, gboolean *answered, GError **error);
/** namida_upload_connection_write: more of the body. @answered: (out): the other side has answered already: stop, and
 * read it. */
gboolean namida_upload_connection_write (
    NamidaUploadConnection *self, const guint8 *data, gsize length, gboolean *answered, GError **error);
/** namida_upload_connection_read_answer: @whole: the body was sent to its end. @answer: cleared by the caller. */
gboolean namida_upload_connection_read_answer (NamidaUploadConnection *self,
                                               gboolean whole,
                                               NamidaHttpAnswer *answer,
                                               GError **error);
/** namida_upload_connection_get: a GET and its answer. */
gboolean namida_upload_connection_get (NamidaUploadConnection *self,
                                       const char *target,
                                       NamidaHttpAnswer *answer,
                                       GError **error);

/* Answers that are too large for memory, or for NAMIDA_LIMIT_JSON_BYTES. */

/** namida_upload_connection_ask: sends a request and reads the head of its answer; the body follows by _read_body().
 * @json: (nullable): of a POST; NULL: a GET. @offset: (of a GET) the first byte that is wanted. */
gboolean namida_upload_connection_ask (NamidaUploadConnection *self,
                                       const char *target,
                                       const char *json,
                                       guint64 offset,
                                       NamidaHttpAnswerHead *head,
                                       GError **error);
/** namida_upload_connection_read_body: some bytes of it, as many as @count at most. Returns: 0 never, -1 with @error.
 */
gssize namida_upload_connection_read_body (NamidaUploadConnection *self, guint8 *buffer, gsize count, GError **error);

/** How many connections in a row may break without having moved anything. */
#define NAMIDA_MAX_BREAKS 3u
/** namida_upload_connection_back_off: waits before the next one: 0.5, 1, 2 s; @breaks: from 1 on. Not longer than until
 * @cancellable (nullable) is cancelled. */
void namida_upload_connection_back_off (guint breaks, GCancellable *cancellable);

G_END_DECLS
