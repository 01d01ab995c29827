/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NAMIDA_VERIFY_WORDS 16u

/**
 * namida_verify_words: what LocalSend's page “Verify” shows of two certificates, in either order: sixteen icons, here
 * as words that say what each icon shows. Whoever sees the same on both screens knows that nobody sits between the two.
 * @own, @other: fingerprints
 *
 * Returns: (transfer full): NAMIDA_VERIFY_WORDS words in English. Any thread.
 */
char **namida_verify_words (const char *own, const char *other);
/** namida_verify_dup_hex: Returns: (transfer full): what the same page shows as text: both fingerprints, sorted and
 * joined. */
char *namida_verify_dup_hex (const char *own, const char *other);

G_END_DECLS
