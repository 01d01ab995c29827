/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NAMIDA_SHA256_HEX_LENGTH 64

/** NamidaDigest: a running SHA-256 by gnutls_hash (six times GChecksum's speed). Owned by one thread at a time. */
typedef struct _NamidaDigest NamidaDigest;

NamidaDigest *namida_digest_new (void);
void namida_digest_update (NamidaDigest *self, const void *data, gsize length);
/** namida_digest_finish: Returns: (transfer full): 64 lower-case hex digits; the digest starts anew. */
char *namida_digest_finish (NamidaDigest *self);
void namida_digest_free (NamidaDigest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaDigest, namida_digest_free)

/** namida_digest_is_hex: Returns: whether @text is 64 hex digits (either case). */
gboolean namida_digest_is_hex (const char *text);
/** namida_digest_bytes: Returns: (transfer full): the SHA-256 of @data as 64 lower-case hex digits. */
char *namida_digest_bytes (const void *data, gsize length);
/** namida_random_hex: Returns: (transfer full): @n_bytes from the system's CSPRNG (gnutls_rnd) as lower-case hex. */
char *namida_random_hex (gsize n_bytes);

G_END_DECLS
