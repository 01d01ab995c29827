/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses the headers of TLS records in a stream of bytes, to detect a handshake that begins on a secured connection:
 * a renegotiation of TLS 1.2. It costs as much as a new handshake, but would not wait for its turn. No client needs it,
 * and GLib cannot refuse it. In TLS 1.3, all records after the handshake look like data. Used by the buffered stream.
 * Pure functions, any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaTlsRecords: the position in a stream. Initialize it with zeros. */
typedef struct
{
  guint8 header[5]; /* RFC 8446, 5.1: the type, the version, and the length of what follows */
  guint n;          /* the number of bytes of @header that have been read */
  gsize left;       /* the number of bytes of the record that are missing */
} NamidaTlsRecords;

/**
 * namida_tls_records_follow: @data: the next @length bytes of the stream. Returns: whether they complete the header of
 * a handshake record.
 */
gboolean namida_tls_records_follow (NamidaTlsRecords *self, const guint8 *data, gsize length);

G_END_DECLS
