/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-journal.h"

G_BEGIN_DECLS

/* Which device has sent which content. A hash in an offer proves nothing about having the content: only what a device
 * itself sent before is linked or copied for it before the bytes come, and only that can be fetched by it. Blocking:
 * worker threads. */

/**
 * namida_sent_content_has:
 * @database: the database
 * @fingerprint: (nullable): of a device; one that has proven no key has sent nothing
 * @sha256: (nullable): of a content, in either case
 *
 * Returns: whether the bytes of this content have come from this device before
 */
gboolean namida_sent_content_has (NamidaDatabase *database, const char *fingerprint, const char *sha256);

/**
 * namida_sent_content_add:
 * @database: the database, locked and in a transaction
 * @fingerprint: (nullable): of the device; nothing is recorded without one
 * @rows: (element-type NamidaStoredRow): the files of a version: the bytes of all that were not kept came from the
 * device
 * @error: STORAGE, NO_SPACE
 *
 * Returns: %FALSE with @error
 */
gboolean namida_sent_content_add (NamidaDatabase *database, const char *fingerprint, GArray *rows, GError **error);

G_END_DECLS
