/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records which device has sent which content. A hash in an offer does not prove that the device has the content: only
 * content that the device itself sent before is linked or copied for it without a transfer, and only such content can
 * be fetched by it. Blocking: worker threads. */
#pragma once

#include "namida-journal.h"

G_BEGIN_DECLS

/** NAMIDA_SENT_CONTENT_QUERY: the statement of namida_sent_content_has(); binds the fingerprint and the hash in lower
 * case. */
#define NAMIDA_SENT_CONTENT_QUERY                                                                                      \
  "SELECT 1 FROM sent_contents WHERE sender = (SELECT id FROM senders WHERE fingerprint = ?1)"                         \
  " AND content = substr (?2, 1, 32)"

/**
 * namida_sent_content_has:
 * @database: the database
 * @fingerprint: (nullable): the fingerprint of a device; %NULL if it has not proven a key, and therefore has sent
 * nothing
 * @sha256: (nullable): the SHA-256 of a content, in upper or lower case
 *
 * Returns: whether this device has sent the bytes of this content before
 */
gboolean namida_sent_content_has (NamidaDatabase *database, const char *fingerprint, const char *sha256);

/**
 * namida_sent_content_add:
 * @database: the database, locked and in a transaction
 * @fingerprint: (nullable): the fingerprint of the device; nothing is recorded for %NULL
 * @rows: (element-type NamidaStoredRow): the files of a version; the device sent the bytes of all rows that are not
 * @kept
 * @error: STORAGE, NO_SPACE
 *
 * Returns: %FALSE with @error
 */
gboolean namida_sent_content_add (NamidaDatabase *database, const char *fingerprint, GArray *rows, GError **error);

G_END_DECLS
