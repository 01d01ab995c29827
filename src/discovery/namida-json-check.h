/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_json_check:
 * @data: untrusted bytes, not NUL-terminated
 *
 * What has to be known of a text before json-glib may see it: valid UTF-8 without NUL, one object and nothing after it,
 * nested @max_depth deep at most (its parser recurses), no comments or other things that are no JSON, and in escapes
 * only whole surrogate pairs and no U+0000, which would end a C string early. Builds nothing. Any thread.
 *
 * Returns: %FALSE with %NAMIDA_ERROR_INVALID_REQUEST.
 */
gboolean namida_json_check (const char *data, gsize length, guint max_depth, GError **error);

G_END_DECLS
