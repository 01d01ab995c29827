/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The arithmetic of pairing (docs/protocol.md, "Pairing"): pure functions. Nonces are 32 bytes as 64 lower-case hex
 * digits. */

/** namida_pairing_commitment: Returns: (transfer full) (nullable): %NULL when @nonce is invalid, else hex (SHA-256 (the
 * 32 bytes of @nonce)). */
char *namida_pairing_commitment (const char *nonce);
/** namida_pairing_digits: Returns: (transfer full) (nullable): %NULL when an argument is invalid, else "123 456";
 * fingerprints as hex, as seen on the connection. A began, B answered. */
char *
namida_pairing_digits (const char *fingerprint_a, const char *fingerprint_b, const char *nonce_a, const char *nonce_b);
gboolean namida_pairing_nonce_is_valid (const char *nonce);

G_END_DECLS
