/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds names that look alike, in order to warn of a device whose name imitates that of a trusted one. Used by
 * namida-trust-doubt.c, namida-known-devices.c and the hub. Pure functions, any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_skeleton:
 * @name: a name that the user reads (UTF-8, possibly invalid)
 *
 * Reduces a name to what it has in common with every name that looks the same at a glance (the idea of the "skeleton"
 * of Unicode UTS #39, with a small table of our own): compatibility forms, case, accents, spaces, punctuation and the
 * common Cyrillic and Greek twins of Latin letters make no difference. Rather takes two names for the same than misses
 * a twin. The result is for comparison only, not for display. Any thread.
 *
 * Returns: (transfer full): "" if no character of @name is visible
 */
char *namida_skeleton (const char *name);

/** namida_looks_like: Returns: whether both names have the same skeleton and it is not empty. */
gboolean namida_looks_like (const char *one, const char *other);

G_END_DECLS
