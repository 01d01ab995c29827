/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The name of a device that cannot be claimed by another: the SHA-256 of its certificate, in 64 hexadecimal digits.
 * Pure functions for the whole program. Any thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** namida_fingerprint_of: Returns: (transfer full): SHA-256 of the DER, 64 upper-case hex digits. */
char *namida_fingerprint_of (GTlsCertificate *certificate);
/** namida_fingerprint_is_valid: 64 hex digits. */
gboolean namida_fingerprint_is_valid (const char *text);
/** NAMIDA_FINGERPRINT_DIGITS: how many digits name a device among the trusted ones, and among all others: keys that
 * begin with 8 given digits can be made. */
#define NAMIDA_FINGERPRINT_DIGITS_TRUSTED 8u
#define NAMIDA_FINGERPRINT_DIGITS 16u
/**
 * namida_fingerprint_is_named:
 * @fingerprint: (nullable): of a device, in either case
 * @text: what a person typed
 * @trusted: whether that device is trusted here
 *
 * Returns: whether @text is the beginning of @fingerprint, and long enough to mean it; spaces and colons between digits
 * make no difference. Pure, any thread.
 */
gboolean namida_fingerprint_is_named (const char *fingerprint, const char *text, gboolean trusted);

G_END_DECLS
