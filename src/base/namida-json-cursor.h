/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads and writes JSON text without building a tree. The parsers of offers, manifests and backup lists use it for
 * untrusted texts of many megabytes, in worker threads. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_json_scan:
 * @data: untrusted bytes, UTF-8
 * @length: in bytes
 * @max_values: how many values are allowed
 * @max_containers: how many of them may be objects and arrays
 *
 * Checks a JSON text in one linear pass that allocates nothing: strict RFC 8259, one value and nothing after it, no NUL
 * (raw or as \u0000), no lone surrogate, integers within 64 bits, nesting up to NAMIDA_LIMIT_JSON_DEPTH. Any thread.
 *
 * Returns: %FALSE with INVALID_REQUEST, or with TOO_LARGE if there are too many values
 */
gboolean namida_json_scan (const char *data, gsize length, guint64 max_values, guint64 max_containers, GError **error);

/**
 * namida_json_scan_message: Like namida_json_scan(), but also refuses, with TOO_LARGE, a string of more than
 * NAMIDA_LIMIT_JSON_TEXT_BYTES bytes (with its escapes), so that its reader never has to hold more than that at once.
 */
gboolean
namida_json_scan_message (const char *data, gsize length, guint64 max_values, guint64 max_containers, GError **error);

/**
 * NamidaJsonCursor: reads a text that namida_json_scan() has accepted, value by value and without a tree: an offer of
 * 200,000 files would become two million JsonNodes. Owned by one thread.
 */
typedef struct
{
  const char *at;
  const char *end;
  GString *key;
  GString *text;
} NamidaJsonCursor;

/** namida_json_cursor_init: @data: a text that namida_json_scan() has accepted; must outlive the cursor. */
void namida_json_cursor_init (NamidaJsonCursor *self, const char *data, gsize length);
/** namida_json_cursor_clear: Frees the buffers of the cursor, not the text. */
void namida_json_cursor_clear (NamidaJsonCursor *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NamidaJsonCursor, namida_json_cursor_clear)

/**
 * namida_json_cursor_enter: Enters the next value. @open: '{' or '['. Returns: %FALSE if the next value is not an
 * object or array that begins with @open; it is not entered then.
 */
gboolean namida_json_cursor_enter (NamidaJsonCursor *self, char open);
/** namida_json_cursor_next: Returns: whether the entered array has another value; otherwise the array is left. */
gboolean namida_json_cursor_next (NamidaJsonCursor *self);
/**
 * namida_json_cursor_next_member: Returns: (transfer none) (nullable): the next key, valid until the next call; %NULL
 * when the object is left.
 */
const char *namida_json_cursor_next_member (NamidaJsonCursor *self);
/** namida_json_cursor_skip: Skips one value. @start and @length: (out) (optional): the text of that value. */
void namida_json_cursor_skip (NamidaJsonCursor *self, const char **start, gsize *length);
/** namida_json_cursor_take_null: Returns: whether the next value is null. If so, it is consumed. */
gboolean namida_json_cursor_take_null (NamidaJsonCursor *self);
/**
 * namida_json_cursor_string: @key: the name for the error message. Returns: (transfer none) (nullable): the string,
 * valid until the next read; %NULL with INVALID_REQUEST if the value is not a string.
 */
const char *namida_json_cursor_string (NamidaJsonCursor *self, const char *key, GError **error);
/**
 * namida_json_cursor_size: Reads an integer from 0 to 2^63-1. Returns: %FALSE with INVALID_REQUEST for any other value.
 */
gboolean namida_json_cursor_size (NamidaJsonCursor *self, const char *key, guint64 *value, GError **error);

/**
 * namida_json_find_member:
 * @json: a JSON text
 * @length: of @json, in bytes
 * @key: with its quotes: "\"size\""
 * @left: (out): the number of bytes from the value to the end of @json
 *
 * Finds a member without reading the rest of the text, for one of thousands of small objects. A string in @json that
 * contains the key is not mistaken for it, because its quotes are escaped. Pure.
 *
 * Returns: (nullable): where the value of the first such member begins, at any depth
 */
const char *namida_json_find_member (const char *json, gsize length, const char *key, gsize *left);

/**
 * namida_json_mend_surrogates:
 * @json: (inout): a JSON text, possibly of a file that is not trusted
 * @length: of @json, in bytes
 *
 * Replaces each half of a surrogate pair without the other half by U+FFFD, as Dart does when it writes such a text as
 * UTF-8. Dart writes them as escapes, for example of a title that was cut in the middle of an emoji, and
 * namida_json_scan() refuses them. The length does not change. Pure.
 */
void namida_json_mend_surrogates (char *json, gsize length);

/** namida_json_append_string: Appends @text as a JSON string with its quotes. Bytes that are not UTF-8 are replaced. */
void namida_json_append_string (GString *out, const char *text);
/** namida_json_append_member: Appends `"key":"text"`, after a comma unless it is the first member of its object. */
void namida_json_append_member (GString *out, const char *key, const char *text);
/** namida_json_append_size: Appends `"key":value`, after a comma unless it is the first member of its object. */
void namida_json_append_size (GString *out, const char *key, guint64 value);

G_END_DECLS
