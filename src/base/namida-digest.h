/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256 and random numbers by GnuTLS. Used by everything that hashes files or creates tokens. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NAMIDA_SHA256_HEX_LENGTH 64

/**
 * NamidaDigest: a running SHA-256 by gnutls_hash(), which is six times as fast as GChecksum. Owned by one thread at a
 * time.
 */
typedef struct _NamidaDigest NamidaDigest;

/** namida_digest_new: Returns: (transfer full): a digest of no bytes. */
NamidaDigest *namida_digest_new (void);
/** namida_digest_update: Adds @length bytes of @data. */
void namida_digest_update (NamidaDigest *self, const void *data, gsize length);
/**
 * namida_digest_finish: Returns: (transfer full): 64 lower-case hex digits. Resets the digest, so that it can be used
 * again.
 */
char *namida_digest_finish (NamidaDigest *self);
/** namida_digest_free: @self: (transfer full) */
void namida_digest_free (NamidaDigest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaDigest, namida_digest_free)

/** namida_digest_is_hex: Returns: whether @text is 64 hex digits (in either case). */
gboolean namida_digest_is_hex (const char *text);
/** namida_digest_bytes: Returns: (transfer full): the SHA-256 of @data as 64 lower-case hex digits. */
char *namida_digest_bytes (const void *data, gsize length);
/**
 * namida_random_hex: Returns: (transfer full): @n_bytes bytes of the system's CSPRNG (gnutls_rnd) as lower-case hex
 * digits.
 */
char *namida_random_hex (gsize n_bytes);

G_END_DECLS
