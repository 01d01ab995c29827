/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one reader of HTTP/1.1 answers. Heads are parsed by libsoup after a strict check of their lines, bodies may have
 * a length, be chunked or last until the connection closes. NamidaHttpConnection is its only user besides the tests.
 * Blocking: worker threads. */
#pragma once

#include "namida-http.h"

G_BEGIN_DECLS

/** NamidaHttpAnswerHead: what matters of an answer; NamidaHttpHead (namida-http.h) is the head of a request. */
typedef struct
{
  guint status;
  gint64 content_length; /* -1: chunked, or until the connection closes */
  gint64 range_start;    /* of a part of the content (206); -1: none is named */
  guint retry_after;     /* seconds until the same request may be made again, at most an hour; 0: none is named */
  gboolean chunked, keep_alive;
} NamidaHttpAnswerHead;

/**
 * namida_http_answer_head_parse:
 * @data: untrusted: a status line and header fields, the empty line included
 * @head: (out caller-allocates): what it says
 *
 * Pure; any thread. Returns: %FALSE with %NAMIDA_ERROR_INVALID_REQUEST for anything that RFC 9112 does not allow or
 * that could be read in two ways.
 */
gboolean namida_http_answer_head_parse (const char *data, gsize length, NamidaHttpAnswerHead *head, GError **error);

/** NamidaHttpAnswer: one whole answer. */
typedef struct
{
  NamidaHttpAnswerHead head;
  gboolean whole;   /* the other side had taken the whole request before it answered */
  GByteArray *body; /* never NULL after a read that succeeded */
} NamidaHttpAnswer;

/** namida_http_answer_clear: frees the body of @answer, which may be zeroed. */
void namida_http_answer_clear (NamidaHttpAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NamidaHttpAnswer, namida_http_answer_clear)

/**
 * namida_http_answer_read_head: reads one head; interim answers (1xx) are skipped.
 * @reader: what came of the body with the head stays in it
 * @body: (out caller-allocates): for namida_http_body_read()
 *
 * Errors: UNREACHABLE (closed, timed out), CANCELLED, INVALID_REQUEST.
 */
gboolean namida_http_answer_read_head (NamidaHttpReader *reader,
                                       NamidaHttpAnswerHead *head,
                                       NamidaHttpBody *body,
                                       GCancellable *cancellable,
                                       GError **error);
/**
 * namida_http_answer_read_rest: reads the whole body that follows a head.
 * @limit: bytes that it may have at most
 *
 * Returns: (transfer full) (nullable): the body. Errors: as above, and TOO_LARGE.
 */
GByteArray *namida_http_answer_read_rest (NamidaHttpBody *body, gsize limit, GCancellable *cancellable, GError **error);
/** namida_http_answer_read: both. @answer: (out caller-allocates): @whole is left to the caller. */
gboolean namida_http_answer_read (
    NamidaHttpReader *reader, gsize limit, NamidaHttpAnswer *answer, GCancellable *cancellable, GError **error);

/** namida_http_host: Returns: (transfer full): the field Host of a request to @address. */
char *namida_http_host (GInetSocketAddress *address);

/** namida_stream_error: @error: (transfer full): of a socket or TLS stream. Returns: (transfer full): CANCELLED or
 * UNREACHABLE, in words. */
GError *namida_stream_error (GError *error);

G_END_DECLS
