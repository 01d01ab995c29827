/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this device has sent to whom. A receiver that has lost a file may ask for it again, and gets it only when it had
 * it from here before: a hash alone gives nothing away. Written by senders when a sending ends, read by the healing of
 * backups on other devices. Blocking: worker threads. */
#pragma once

#include "namida-database.h"
#include "namida-entry.h"

G_BEGIN_DECLS

/**
 * namida_given_content_add:
 * @fingerprint: of the receiver
 * @hashes: (element-type utf8): 64 hex digits each
 *
 * Notes that the receiver has these contents from this device. Returns: %FALSE with STORAGE or NO_SPACE.
 */
gboolean
namida_given_content_add (NamidaDatabase *database, const char *fingerprint, GPtrArray *hashes, GError **error);
/** namida_given_content_any: Returns: whether anything was noted for the receiver @fingerprint. */
gboolean namida_given_content_any (NamidaDatabase *database, const char *fingerprint);
/**
 * namida_given_content_find:
 * @sha256: 64 hex digits
 *
 * Returns: (transfer full) (element-type filename): where a file with this content was seen on this device; nothing
 * when the receiver @fingerprint never had it from here. They may have changed since.
 */
GPtrArray *namida_given_content_find (NamidaDatabase *database, const char *fingerprint, const char *sha256);

/**
 * namida_given_content_mark:
 * @entries: (element-type NamidaEntry)
 * @found: (out caller-allocates): one for each entry; those whose hash is known, and which @fingerprint had from here,
 * become %TRUE
 */
void namida_given_content_mark (NamidaDatabase *database, const char *fingerprint, GPtrArray *entries, gboolean *found);

G_END_DECLS
