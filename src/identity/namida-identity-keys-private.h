/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creates and checks the key pair of a device. Used only by namida-identity-files.c. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_identity_keys_make:
 * @key_pem: (out) (transfer full): the private key, PKCS #8
 * @certificate_pem: (out) (transfer full): its self-signed certificate
 *
 * Takes about half a millisecond. Any thread.
 *
 * Returns: %FALSE with %NAMIDA_ERROR_INTERNAL
 */
gboolean namida_identity_keys_make (char **key_pem, char **certificate_pem, GError **error);

/** namida_identity_keys_match: Returns: whether both texts parse and belong together. Any thread. */
gboolean namida_identity_keys_match (const char *key_pem, const char *certificate_pem);

G_END_DECLS
