/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arithmetic of pairing (docs/protocol.md, "Pairing"). Used by the server and by the hub. Pure functions, any
 * thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Nonces are 32 bytes, written as 64 lower-case hex digits. */

/**
 * namida_pairing_commitment: Returns: (transfer full) (nullable): hex (SHA-256 (the 32 bytes of @nonce)); %NULL if
 * @nonce is invalid.
 */
char *namida_pairing_commitment (const char *nonce);
/**
 * namida_pairing_digits:
 * @fingerprint_a: fingerprint of the device that began, as seen on the connection
 * @fingerprint_b: fingerprint of the device that answered
 * @nonce_a: the nonce of the first device
 * @nonce_b: the nonce of the second device
 *
 * Returns: (transfer full) (nullable): the pairing code, "123 456"; %NULL if an argument is invalid
 */
char *
namida_pairing_digits (const char *fingerprint_a, const char *fingerprint_b, const char *nonce_a, const char *nonce_b);
/** namida_pairing_nonce_is_valid: Returns: whether @nonce is 64 lower-case hex digits. */
gboolean namida_pairing_nonce_is_valid (const char *nonce);

G_END_DECLS
