/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>

#include "namida-rate-limit.h"

G_BEGIN_DECLS

/* The little HTTP/1.1 that the engine's receiving side speaks by itself on connections that libsoup gave away. Worker
 * threads; blocking; the socket's timeout is the limit of each read. Strict: what is not plainly right is refused. */

/** NamidaHttpReader: reads ahead of a stream, so that heads and chunk sizes do not cost a read for each byte. */
typedef struct
{
  GInputStream *input; /* borrowed */
  char *buffer;        /* NAMIDA_HTTP_BUFFER */
  gsize start, end;
  NamidaRateLimit *limit; /* (nullable) borrowed: bodies are read no faster */
} NamidaHttpReader;
void namida_http_reader_init (NamidaHttpReader *self, GInputStream *input);
void namida_http_reader_clear (NamidaHttpReader *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NamidaHttpReader, namida_http_reader_clear)
/** namida_http_reader_fill: appends what one read brings; the caller sees to it that there is room. Returns: bytes, 0
 * at the end of the stream, -1 with @error. */
gssize namida_http_reader_fill (NamidaHttpReader *self, GCancellable *cancellable, GError **error);

/** NamidaHttpHead: what matters of a request. */
typedef struct
{
  char *method, *path, *query; /* @path decoded, @query raw and (nullable) */
  char *host;                  /* (nullable): as sent */
  gint64 length;               /* of the body; -1: chunked */
  gint64 range;                /* where the answer starts, 0 without a range; -1: one that is not understood */
  gboolean keep_alive, expect_continue;
  gboolean of_browser;                                          /* has a field that only browsers send */
  char *cookie, *origin, *site, *language, *range_text, *agent; /* (nullable): as sent; @site: Sec-Fetch-Site */
} NamidaHttpHead;
void namida_http_head_clear (NamidaHttpHead *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NamidaHttpHead, namida_http_head_clear)
/**
 * namida_http_head_parse: @text: the request line and the fields, each with its CRLF, without the empty line; any
 * bytes. INVALID_REQUEST for whatever RFC 9112 does not allow, and for any doubt about where the body ends (6.3): also
 * for fields that are continued, named twice or too many (NAMIDA_LIMIT_HEADERS). Any thread.
 */
gboolean namida_http_head_parse (NamidaHttpHead *head, const char *text, gsize length, GError **error);
/** namida_http_head_is_of_web_page: whether a page of the web may have made this request: it has a field that only
 * browsers send, or its Host is neither an address nor a name of this computer. Any thread. */
gboolean namida_http_head_is_of_web_page (const NamidaHttpHead *self);
/** namida_http_head_has_own_host: whether Host is an address or a name of this computer. A name of the web that leads
 * here (DNS rebinding) is neither. Any thread. */
gboolean namida_http_head_has_own_host (const NamidaHttpHead *self);
/**
 * namida_http_reader_head: one request head, at most NAMIDA_LIMIT_HEAD_BYTES; @seconds: from its first byte on.
 * Returns: %FALSE without @error when the connection ended before a first byte.
 */
gboolean namida_http_reader_head (
    NamidaHttpReader *self, NamidaHttpHead *head, guint seconds, GCancellable *cancellable, GError **error);

/** NamidaHttpBody: the bytes of one body, its length known or chunked. */
typedef struct
{
  NamidaHttpReader *reader;
  guint64 left; /* of the body, or of this chunk */
  gboolean chunked, first, ended;
  guint64 n_chunks, in_chunks; /* and the bytes that they announced */
  gboolean until_closed;       /* of an answer only: it ends with its connection */
} NamidaHttpBody;
void namida_http_body_init (NamidaHttpBody *self, NamidaHttpReader *reader, gint64 length);
/**
 * namida_http_body_read: Returns: some bytes, 0 at the true end, -1: INVALID_REQUEST (bad chunk),
 * G_IO_ERROR_CONNECTION_CLOSED (ended early) or what the stream says.
 */
gssize
namida_http_body_read (NamidaHttpBody *self, void *buffer, gsize count, GCancellable *cancellable, GError **error);
/** namida_http_body_has_more: whether some of the rest has been read from the stream already. */
gboolean namida_http_body_has_more (const NamidaHttpBody *self);

/** namida_http_write_answer: @json: a whole answer. */
gboolean namida_http_write_answer (
    GOutputStream *output, guint status, const char *json, gboolean keep_alive, guint retry_after, GError **error);
/** namida_http_write_continue: "100 Continue". */
gboolean namida_http_write_continue (GOutputStream *output, GError **error);
/**
 * namida_http_linger: lets the peer read the last answer although it may still be sending: a close with unread bytes
 * would reset the connection and take the answer with it (RFC 9112, 9.6). At most 1 MiB and 2 s.
 */
void namida_http_linger (GSocket *socket);

G_END_DECLS
