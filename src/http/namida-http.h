/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small part of HTTP/1.1 that reads the heads and bodies of requests and writes answers. Used by the server; the
 * reader of answers shares its buffer and its bodies. Worker threads; blocking; the socket's timeout limits each read.
 * Strict: anything that is not clearly correct is refused. */
#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>

#include "namida-rate-limit.h"

G_BEGIN_DECLS

/**
 * NamidaHttpReader: reads ahead from a stream, so that heads and chunk sizes do not cost a system call for each byte.
 */
typedef struct
{
  GInputStream *input; /* borrowed */
  char *buffer;        /* NAMIDA_HTTP_BUFFER bytes */
  gsize start, end;
  NamidaRateLimit *limit; /* (nullable) borrowed: the maximum speed at which bodies are read */
  gint64 deadline;        /* monotonic time in µs after which nothing more is read; 0: none */
} NamidaHttpReader;
/** namida_http_reader_init: @input: borrowed; must outlive the reader. */
void namida_http_reader_init (NamidaHttpReader *self, GInputStream *input);
/** namida_http_reader_clear: Frees the buffer, not the stream. */
void namida_http_reader_clear (NamidaHttpReader *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NamidaHttpReader, namida_http_reader_clear)
/**
 * namida_http_reader_fill: Appends the result of one read. The caller makes sure that there is room. Returns: the
 * number of bytes, 0 at the end of the stream, -1 with @error.
 */
gssize namida_http_reader_fill (NamidaHttpReader *self, GCancellable *cancellable, GError **error);

/** NamidaHttpHead: the relevant fields of a request. */
typedef struct
{
  char *method, *path, *query; /* @path decoded; @query raw and (nullable) */
  char *host;                  /* (nullable): as sent */
  gint64 length;               /* of the body in bytes; -1: chunked */
  gint64 range;                /* first byte that is wanted, 0 without a range; -1: a range that is not supported */
  gboolean keep_alive, expect_continue;
  gboolean of_browser;                                          /* has a field that only browsers send */
  char *cookie, *origin, *site, *language, *range_text, *agent; /* (nullable): as sent; @site: Sec-Fetch-Site */
} NamidaHttpHead;
/** namida_http_head_clear: Frees the members. */
void namida_http_head_clear (NamidaHttpHead *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NamidaHttpHead, namida_http_head_clear)
/**
 * namida_http_head_parse: @text: any bytes: the request line and the fields, each with its CRLF, without the empty
 * line. Returns: %FALSE with INVALID_REQUEST for anything that RFC 9112 does not allow and for any ambiguity about the
 * end of the body (6.3), including continued fields, repeated fields and too many fields (NAMIDA_LIMIT_HEADERS). Any
 * thread.
 */
gboolean namida_http_head_parse (NamidaHttpHead *head, const char *text, gsize length, GError **error);
/**
 * namida_http_head_is_of_web_page: Returns: whether a web page may have made this request: it has a field that only
 * browsers send, or its Host is neither an address nor a name of this computer. Any thread.
 */
gboolean namida_http_head_is_of_web_page (const NamidaHttpHead *self);
/**
 * namida_http_head_has_own_host: Returns: whether Host is an address or a name of this computer. A public name that
 * resolves to this computer (DNS rebinding) is neither. Any thread.
 */
gboolean namida_http_head_has_own_host (const NamidaHttpHead *self);
/**
 * namida_http_reader_head: Reads one request head of at most NAMIDA_LIMIT_HEAD_BYTES. @seconds: time limit, from its
 * first byte. Returns: %FALSE without @error if the connection ended before the first byte.
 */
gboolean namida_http_reader_head (
    NamidaHttpReader *self, NamidaHttpHead *head, guint seconds, GCancellable *cancellable, GError **error);

/** NamidaHttpBody: the bytes of one body of known length or in chunks. */
typedef struct
{
  NamidaHttpReader *reader;
  guint64 left; /* bytes left of the body, or of the current chunk */
  gboolean chunked, first, ended;
  guint64 n_chunks, in_chunks; /* number of chunks, and of the bytes that they announced */
  gboolean until_closed;       /* of an answer only: the body ends with its connection */
} NamidaHttpBody;
/** namida_http_body_init: @length: in bytes; -1 for a body in chunks. */
void namida_http_body_init (NamidaHttpBody *self, NamidaHttpReader *reader, gint64 length);
/**
 * namida_http_body_read: Returns: the number of bytes read; 0 at the true end of the body; -1 with INVALID_REQUEST
 * (invalid chunk), with G_IO_ERROR_CONNECTION_CLOSED (ended early), or with the error of the stream.
 */
gssize
namida_http_body_read (NamidaHttpBody *self, void *buffer, gsize count, GCancellable *cancellable, GError **error);
/** namida_http_body_has_more: Returns: whether a part of the rest has already been read from the stream. */
gboolean namida_http_body_has_more (const NamidaHttpBody *self);

/** namida_http_write_answer: @json: the whole body. @retry_after: seconds; 0 for none. */
gboolean namida_http_write_answer (
    GOutputStream *output, guint status, const char *json, gboolean keep_alive, guint retry_after, GError **error);
/** namida_http_write_continue: Writes "100 Continue". */
gboolean namida_http_write_continue (GOutputStream *output, GError **error);
/**
 * namida_http_linger: Lets the peer read the last answer although it may still be sending: closing a socket with unread
 * bytes would reset the connection and discard the answer (RFC 9112, 9.6). Reads at most 16 MiB for at most 2 s.
 */
void namida_http_linger (GSocket *socket);

G_END_DECLS
