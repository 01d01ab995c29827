/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reader of HTTP/1.1 answers. Heads are parsed by libsoup after a strict check of their lines; a body may have a
 * length, be chunked, or last until the connection closes. Used by NamidaHttpConnection and by tests. Blocking:
 * worker threads. */
#pragma once

#include "namida-http.h"

G_BEGIN_DECLS

/** NamidaHttpAnswerHead: the relevant fields of an answer. NamidaHttpHead (namida-http.h) is the head of a request. */
typedef struct
{
  guint status;
  gint64 content_length; /* -1: chunked, or until the connection closes */
  gint64 range_start;    /* start of a partial content (206); -1 if none is given */
  guint retry_after;     /* seconds until the request may be repeated, at most an hour; 0 if none is given */
  gboolean chunked, keep_alive;
} NamidaHttpAnswerHead;

/**
 * namida_http_answer_head_parse:
 * @data: untrusted: a status line and header fields, including the empty line
 * @length: in bytes
 * @head: (out caller-allocates): the result
 *
 * Pure; any thread.
 *
 * Returns: %FALSE with %NAMIDA_ERROR_INVALID_REQUEST for anything that RFC 9112 does not allow or that is ambiguous
 */
gboolean namida_http_answer_head_parse (const char *data, gsize length, NamidaHttpAnswerHead *head, GError **error);

/** NamidaHttpAnswer: a complete answer. */
typedef struct
{
  NamidaHttpAnswerHead head;
  gboolean whole;   /* the other side had received the whole request before it answered */
  GByteArray *body; /* never %NULL after a successful read */
} NamidaHttpAnswer;

/** namida_http_answer_clear: Frees the body of @answer, which may be zeroed. */
void namida_http_answer_clear (NamidaHttpAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NamidaHttpAnswer, namida_http_answer_clear)

/**
 * namida_http_answer_read_head:
 * @reader: keeps the part of the body that arrived with the head
 * @head: (out caller-allocates): the result
 * @body: (out caller-allocates): for namida_http_body_read()
 *
 * Reads one head. Interim answers (1xx) are skipped.
 *
 * Returns: %FALSE with UNREACHABLE (closed, timed out), CANCELLED or INVALID_REQUEST
 */
gboolean namida_http_answer_read_head (NamidaHttpReader *reader,
                                       NamidaHttpAnswerHead *head,
                                       NamidaHttpBody *body,
                                       GCancellable *cancellable,
                                       GError **error);
/**
 * namida_http_answer_read_rest:
 * @limit: the maximum size in bytes
 *
 * Reads the whole body that follows a head.
 *
 * Returns: (transfer full) (nullable): the body; %NULL with the errors of namida_http_answer_read_head(), or with
 * TOO_LARGE
 */
GByteArray *namida_http_answer_read_rest (NamidaHttpBody *body, gsize limit, GCancellable *cancellable, GError **error);
/** namida_http_answer_read: Reads head and body. @answer: (out caller-allocates): the caller sets @whole. */
gboolean namida_http_answer_read (
    NamidaHttpReader *reader, gsize limit, NamidaHttpAnswer *answer, GCancellable *cancellable, GError **error);

/** namida_http_host: Returns: (transfer full): the Host field of a request to @address. */
char *namida_http_host (GInetSocketAddress *address);

/**
 * namida_stream_error: @error: (transfer full): an error of a socket or TLS stream. Returns: (transfer full): CANCELLED
 * or UNREACHABLE, with a message for the user.
 */
GError *namida_stream_error (GError *error);

G_END_DECLS
