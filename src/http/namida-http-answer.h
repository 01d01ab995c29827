/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Answers of HTTP/1.1 as the upload connections read them: heads of at most NAMIDA_LIMIT_HEAD_BYTES, bodies with
 * Content-Length of at most NAMIDA_LIMIT_JSON_BYTES. Chunked bodies are refused: our own server never sends one. */

/** NamidaHttpAnswerHead: what matters of an answer; NamidaHttpHead (namida-http.h) is a request's. */
typedef struct
{
  guint status;
  gint64 content_length; /* -1: until the connection closes */
  gboolean keep_alive;
} NamidaHttpAnswerHead;

/**
 * namida_http_answer_head_parse: @data: untrusted, a status line and header fields, the empty line included. Pure.
 * Returns: %FALSE with %NAMIDA_ERROR_INVALID_REQUEST for anything that RFC 9112 does not allow or that could be read in
 * two ways.
 */
gboolean namida_http_answer_head_parse (const char *data, gsize length, NamidaHttpAnswerHead *head, GError **error);

/** NamidaHttpAnswer: one whole answer. */
typedef struct
{
  NamidaHttpAnswerHead head;
  GByteArray *body; /* never NULL after a read that succeeded */
} NamidaHttpAnswer;

/**
 * namida_http_answer_read: one answer from @stream (interim 1xx answers are skipped). Blocking: worker threads; limits
 * of time are the stream's.
 * @early: (nullable) (inout): bytes of the answer that were read before; emptied. @answer: cleared by the caller.
 * Errors: UNREACHABLE (closed, timed out), CANCELLED, INVALID_REQUEST, TOO_LARGE.
 */
gboolean namida_http_answer_read (
    GInputStream *stream, GByteArray *early, NamidaHttpAnswer *answer, GCancellable *cancellable, GError **error);
/** namida_http_answer_read_head: only the head of one (interim ones are skipped): the body is the caller's to read.
 * @buffer: (inout): what came before; what came of the body with the head stays in it. */
gboolean namida_http_answer_read_head (
    GInputStream *stream, GByteArray *buffer, NamidaHttpAnswerHead *head, GCancellable *cancellable, GError **error);
void namida_http_answer_clear (NamidaHttpAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NamidaHttpAnswer, namida_http_answer_clear)

/** namida_http_answer_refuse: INVALID_REQUEST: the other side is no program that this one understands. Returns: %FALSE
 */
gboolean namida_http_answer_refuse (GError **error);

/** namida_http_host: Returns: (transfer full): what the field Host of a request to @address says. */
char *namida_http_host (GInetSocketAddress *address);

/** namida_stream_error: @error: (transfer full): of a socket or TLS stream. Returns: (transfer full): CANCELLED or
 * UNREACHABLE, in words. */
GError *namida_stream_error (GError *error);

G_END_DECLS
