/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verification words of LocalSend. The dialogs and commands that ask whether a device is to be trusted show
 * them. Pure functions, any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NAMIDA_VERIFY_WORDS 16u

/**
 * namida_verify_words:
 * @own: the fingerprint of this device
 * @other: the fingerprint of the other device; the order makes no difference
 *
 * The sixteen icons that LocalSend's page "Verify" shows for two certificates, here as words that describe the icons.
 * If both screens show the same words, nobody is intercepting the connection. Any thread.
 *
 * Returns: (transfer full): NAMIDA_VERIFY_WORDS words in English
 */
char **namida_verify_words (const char *own, const char *other);
/**
 * namida_verify_dup_hex: Returns: (transfer full): the text that the same page shows: both fingerprints, sorted and
 * joined.
 */
char *namida_verify_dup_hex (const char *own, const char *other);

G_END_DECLS
