/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Follows the records of TLS in a stream of bytes. A handshake that begins on a secured connection is a renegotiation
 * of TLS 1.2. It costs as much as a new handshake without waiting for its turn, nobody here needs it, and GLib cannot
 * refuse it. In TLS 1.3, everything after the handshake looks like data. Used by the buffered stream. Pure, any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaTlsRecords: the place in a stream. Begins with zeros. */
typedef struct
{
  guint8 header[5]; /* RFC 8446, 5.1: the type, the version, and the length of what follows */
  guint n;          /* bytes of @header that have come */
  gsize left;       /* bytes of the record that are still to come */
} NamidaTlsRecords;

/** namida_tls_records_follow: @data: the next @length bytes. Returns: whether a record of a handshake begins in them.
 */
gboolean namida_tls_records_follow (NamidaTlsRecords *self, const guint8 *data, gsize length);

G_END_DECLS
