/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks a JSON text before json-glib parses it. Used by namida-device-info.c for hellos. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_json_check:
 * @data: untrusted bytes, not NUL-terminated
 * @length: in bytes
 * @max_depth: the maximum nesting depth
 *
 * Checks everything that json-glib does not: valid UTF-8 without NUL, one object and nothing after it, limited nesting
 * (its parser recurses), no comments or other extensions of JSON, no lone surrogates, and no U+0000 in escapes, which
 * would end a C string early. Allocates nothing. Any thread.
 *
 * Returns: %FALSE with %NAMIDA_ERROR_INVALID_REQUEST
 */
gboolean namida_json_check (const char *data, gsize length, guint max_depth, GError **error);

G_END_DECLS
