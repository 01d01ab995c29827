/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * namida_json_parse: untrusted bytes to a JSON value. Refuses before building anything: invalid UTF-8, over @max_bytes
 * (TOO_LARGE), nesting over NAMIDA_LIMIT_JSON_DEPTH, trailing garbage, NUL. Over 64 KiB: worker threads. Returns:
 * (transfer full) (nullable): an object's node, never another kind.
 */
JsonNode *namida_json_parse (const char *data, gsize length, gsize max_bytes, GError **error);
/** Strict readers: %FALSE with INVALID_REQUEST when the member is there but of another type; missing leaves the
 * default. (transfer none) strings. */
gboolean namida_json_get_string (JsonObject *object, const char *key, const char **value, GError **error);
/** 0 to 2^63-1; a negative, fractional or larger number, or a text, is refused. */
gboolean namida_json_get_size (JsonObject *object, const char *key, guint64 *value, GError **error);
/** Returns: (transfer full): compact text of @builder's object. */
char *namida_json_builder_to_text (JsonBuilder *builder);

G_END_DECLS
