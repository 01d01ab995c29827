/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_identity_keys_make:
 * @key_pem: (out) (transfer full): the private key, PKCS #8
 * @certificate_pem: (out) (transfer full): its self-signed certificate
 *
 * Returns: %FALSE with %NAMIDA_ERROR_INTERNAL. Any thread, about half a millisecond.
 */
gboolean namida_identity_keys_make (char **key_pem, char **certificate_pem, GError **error);

/** namida_identity_keys_match: Returns: whether both texts parse and belong together. Any thread. */
gboolean namida_identity_keys_match (const char *key_pem, const char *certificate_pem);

G_END_DECLS
