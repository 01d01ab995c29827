/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses small JSON messages into trees, and reads their members strictly. Used for all messages that do not list
 * the files of an offer. Pure functions. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * namida_json_parse:
 * @data: untrusted bytes
 * @length: in bytes
 * @max_bytes: the maximum of @length
 *
 * Refuses, before anything is built, invalid UTF-8, NUL, nesting deeper than NAMIDA_LIMIT_JSON_DEPTH, and data after
 * the value. For more than 64 KiB, call it in a worker thread.
 *
 * Returns: (transfer full) (nullable): the node of an object, never of another kind; %NULL with TOO_LARGE or
 * INVALID_REQUEST
 */
JsonNode *namida_json_parse (const char *data, gsize length, gsize max_bytes, GError **error);
/**
 * namida_json_get_string: Reads a string member. A missing member leaves *@value unchanged. @value: (inout) (transfer
 * none). Returns: %FALSE with INVALID_REQUEST if the member has another type.
 */
gboolean namida_json_get_string (JsonObject *object, const char *key, const char **value, GError **error);
/**
 * namida_json_get_size: Reads an integer from 0 to 2^63-1. A missing member leaves *@value unchanged. Returns: %FALSE
 * with INVALID_REQUEST for a negative, fractional or larger number, and for any other type.
 */
gboolean namida_json_get_size (JsonObject *object, const char *key, guint64 *value, GError **error);
/** namida_json_builder_to_text: Returns: (transfer full): the object of @builder as compact text. */
char *namida_json_builder_to_text (JsonBuilder *builder);

G_END_DECLS
