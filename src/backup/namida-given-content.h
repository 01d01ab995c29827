/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records what this device has sent to which receiver. A receiver that has lost a file may ask for it again and gets
 * it only if it had received it from this device before, so that knowing a hash is not enough to get a file. Written
 * by senders when a transfer ends; read when other devices are helped to repair their backups. Blocking: worker
 * threads. */
#pragma once

#include "namida-database.h"
#include "namida-entry.h"

G_BEGIN_DECLS

/**
 * namida_given_content_add:
 * @fingerprint: the fingerprint of the receiver
 * @hashes: (element-type utf8): 64 hex digits each
 *
 * Records that the receiver has these contents from this device.
 *
 * Returns: %FALSE with STORAGE or NO_SPACE
 */
gboolean
namida_given_content_add (NamidaDatabase *database, const char *fingerprint, GPtrArray *hashes, GError **error);
/** namida_given_content_any: Returns: whether anything is recorded for the receiver @fingerprint. */
gboolean namida_given_content_any (NamidaDatabase *database, const char *fingerprint);
/**
 * namida_given_content_find:
 * @fingerprint: the fingerprint of the receiver
 * @sha256: 64 hex digits
 *
 * Returns: (transfer full) (element-type filename): paths at which a file with this content was seen on this device;
 * empty if the receiver never got it from here. The files may have changed since.
 */
GPtrArray *namida_given_content_find (NamidaDatabase *database, const char *fingerprint, const char *sha256);

/**
 * namida_given_content_mark:
 * @fingerprint: the fingerprint of the receiver
 * @entries: (element-type NamidaEntry)
 * @found: (out caller-allocates): one flag for each entry; set to %TRUE if the hash of the entry is known and the
 *   receiver got it from here
 */
void namida_given_content_mark (NamidaDatabase *database, const char *fingerprint, GPtrArray *entries, gboolean *found);

G_END_DECLS
