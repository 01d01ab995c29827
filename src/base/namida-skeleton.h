/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_skeleton:
 * @name: a name that a person reads (UTF-8, also damaged)
 *
 * What two names have in common that look the same to a hasty reader (the idea of Unicode UTS #39, "skeleton", with a
 * small table of our own): compatibility forms, case, accents, spaces, punctuation and the common Cyrillic and Greek
 * twins of Latin letters make no difference. For comparing only: it is nothing to show. It errs towards the same.
 * Returns: (transfer full): "" when nothing of @name can be seen. Any thread.
 */
char *namida_skeleton (const char *name);

/** namida_looks_like: Returns: whether both names have one skeleton, and that is not empty. */
gboolean namida_looks_like (const char *one, const char *other);

G_END_DECLS
