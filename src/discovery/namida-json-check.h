/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_json_check:
 * @data: untrusted bytes, not NUL-terminated
 *
 * What has to be known of a text before json-glib may see it: valid UTF-8 without NUL, one object and nothing after it,
 * nested @max_depth deep at most, no comments or other things that are no JSON, and only whole surrogate pairs in
 * "\u" escapes (json-glib 1.6 ends the program on a lone one: an assertion in json-scanner.c). Builds nothing. Any
 * thread.
 *
 * Returns: %FALSE with %NAMIDA_ERROR_INVALID_REQUEST.
 */
gboolean namida_json_check (const char *data, gsize length, guint max_depth, GError **error);

G_END_DECLS
