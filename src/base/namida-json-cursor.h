/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_json_scan: one linear pass over untrusted bytes that builds nothing: strict RFC 8259, UTF-8, one value and
 * nothing behind it, no NUL (raw or as \u0000), no lone surrogate, whole numbers within 64 bits, nesting up to
 * NAMIDA_LIMIT_JSON_DEPTH (INVALID_REQUEST); at most @max_values values, of which @max_containers objects and arrays
 * (TOO_LARGE). Any thread.
 */
gboolean namida_json_scan (const char *data, gsize length, guint64 max_values, guint64 max_containers, GError **error);

/** namida_json_scan_message: as namida_json_scan(), and no text in it has more than NAMIDA_LIMIT_JSON_TEXT_BYTES bytes
 * as it is written (TOO_LARGE): who reads it holds no more of it at a time. */
gboolean
namida_json_scan_message (const char *data, gsize length, guint64 max_values, guint64 max_containers, GError **error);

/**
 * NamidaJsonCursor: reads a text that namida_json_scan() has passed, value by value, without a tree: an offer of
 * 200,000 files would be two million JsonNodes. Owned by one thread.
 */
typedef struct
{
  const char *at;
  const char *end;
  GString *key;
  GString *text;
} NamidaJsonCursor;

void namida_json_cursor_init (NamidaJsonCursor *self, const char *data, gsize length);
void namida_json_cursor_clear (NamidaJsonCursor *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NamidaJsonCursor, namida_json_cursor_clear)

/** namida_json_cursor_enter: @open: '{' or '['. Returns: whether the next value is one; it is then entered. */
gboolean namida_json_cursor_enter (NamidaJsonCursor *self, char open);
/** namida_json_cursor_next: Returns: whether the entered array has another value; leaves the array when not. */
gboolean namida_json_cursor_next (NamidaJsonCursor *self);
/** namida_json_cursor_next_member: Returns: (transfer none) (nullable): the next key, until the next call; %NULL when
 * the object is left. */
const char *namida_json_cursor_next_member (NamidaJsonCursor *self);
/** namida_json_cursor_skip: over one value; @start and @length (out) (optional): its text. */
void namida_json_cursor_skip (NamidaJsonCursor *self, const char **start, gsize *length);
/** namida_json_cursor_take_null: Returns: whether the next value is null; it is then taken. */
gboolean namida_json_cursor_take_null (NamidaJsonCursor *self);
/** namida_json_cursor_string: @key: for the error. Returns: (transfer none) (nullable): until the next read; %NULL with
 * INVALID_REQUEST when it is no text. */
const char *namida_json_cursor_string (NamidaJsonCursor *self, const char *key, GError **error);
/** namida_json_cursor_size: a whole number from 0 to 2^63-1, else %FALSE with INVALID_REQUEST. */
gboolean namida_json_cursor_size (NamidaJsonCursor *self, const char *key, guint64 *value, GError **error);

/**
 * namida_json_find_member: finds a member without reading the rest: for one of thousands of small objects.
 * @json, @length: a JSON text
 * @key: with its quotes: "\"size\""
 * @left: (out): the bytes from the value on
 *
 * Pure. A text in @json that holds the key is not mistaken for it, as its quotes are escaped there.
 *
 * Returns: (nullable): where the value of the first such member begins, at any depth
 */
const char *namida_json_find_member (const char *json, gsize length, const char *key, gsize *left);

/** namida_json_append_string: @text (UTF-8; other bytes are replaced) as a JSON text with its quotes. */
void namida_json_append_string (GString *out, const char *text);
/** namida_json_append_member: `"key":"text"`, with a comma before it unless it is the first of its object. */
void namida_json_append_member (GString *out, const char *key, const char *text);
/** namida_json_append_size: `"key":value`, likewise. */
void namida_json_append_size (GString *out, const char *key, guint64 value);

G_END_DECLS
