/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The name of a device that no other device can claim: the SHA-256 of its certificate, as 64 hexadecimal digits.
 * Pure functions for the whole program. Any thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * namida_fingerprint_of: Returns: (transfer full): the SHA-256 of the DER form of @certificate as 64 upper-case hex
 * digits.
 */
char *namida_fingerprint_of (GTlsCertificate *certificate);
/**
 * namida_fingerprint_dup_whole: Returns: (transfer full) (nullable): the fingerprint that the user typed in @text, as
 * upper-case digits without the spaces or colons that they are often grouped by; %NULL if @text is none.
 */
char *namida_fingerprint_dup_whole (const char *text);
/** namida_fingerprint_is_valid: Returns: whether @text (nullable) is 64 hex digits. */
gboolean namida_fingerprint_is_valid (const char *text);
/**
 * NAMIDA_FINGERPRINT_DIGITS: the number of leading digits that are enough to name a device. Fewer digits are needed for
 * a trusted device than for others, because a key whose fingerprint begins with 8 given digits can be made.
 */
#define NAMIDA_FINGERPRINT_DIGITS_TRUSTED 8u
#define NAMIDA_FINGERPRINT_DIGITS 16u
/**
 * namida_fingerprint_is_named:
 * @fingerprint: (nullable): the fingerprint of a device, in either case
 * @text: what the user entered
 * @trusted: whether that device is trusted here
 *
 * Pure, any thread.
 *
 * Returns: whether @text is the beginning of @fingerprint and long enough to name it; spaces and colons between digits
 * are ignored
 */
gboolean namida_fingerprint_is_named (const char *fingerprint, const char *text, gboolean trusted);

G_END_DECLS
