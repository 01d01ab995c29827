/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Helpers of the parsers of messages. Private to protocol/. Pure functions, any thread. */
#pragma once

#include "namida-json-cursor.h"
#include "namida-messages.h"

G_BEGIN_DECLS

/**
 * namida_message_begin: Checks the whole of an untrusted message, which may list as many files as an offer, and enters
 * its object. Returns: %FALSE with INVALID_REQUEST or TOO_LARGE.
 */
gboolean namida_message_begin (NamidaJsonCursor *cursor, const char *data, gsize length, GError **error);
/** namida_message_enter: Enters the value of @key, which must be an object. */
gboolean namida_message_enter (NamidaJsonCursor *cursor, const char *key, GError **error);
/**
 * namida_message_read_text: Reads the value of @key, which must be a string. @value: (inout) (nullable) (transfer
 * full): replaced.
 */
gboolean namida_message_read_text (NamidaJsonCursor *cursor, const char *key, char **value, GError **error);
/**
 * namida_message_read_left_out: Reads the value of "leftOut", which must be a number; limited to NAMIDA_LIMIT_FILES.
 */
gboolean namida_message_read_left_out (NamidaJsonCursor *cursor, guint *left_out, GError **error);
/** namida_message_refuse: Sets INVALID_REQUEST with @message. Returns: %FALSE. */
gboolean namida_message_refuse (GError **error, const char *message);
/** namida_message_is_id: Returns: whether @text matches [A-Za-z0-9_-]{1,@max}. */
gboolean namida_message_is_id (const char *text, gsize max);
/** namida_message_most_files: The maximum number of files in a message; NAMIDA_LIMIT_FILES. Tests set a lower one. */
extern guint namida_message_most_files;
/**
 * namida_message_claim_id: Returns: (transfer full) (nullable): a copy of @id if it is a valid id that is not yet in
 * @table and @table has fewer than namida_message_most_files members; otherwise %NULL with an error.
 */
char *namida_message_claim_id (GHashTable *table, const char *id, GError **error);
/**
 * namida_message_id_table_new: Returns: (transfer full): a table of id → value. Its hash function is seeded, because
 * the other device chooses the ids.
 */
GHashTable *namida_message_id_table_new (GDestroyNotify free_value);
/** NamidaMessageReadFiles: Reads the object "files" of a message into @result. The cursor is before it. */
typedef gboolean (*NamidaMessageReadFiles) (NamidaJsonCursor *cursor, gpointer result, GError **error);
/**
 * namida_message_read:
 * @data: the message, untrusted
 * @length: in bytes
 * @text_key: (nullable): the key of a string beside "files"
 * @text: (inout) (nullable): the string; not changed if it is missing
 * @read_files: reads "files"
 * @result: passed to @read_files
 * @none: the error message for a message without "files"
 *
 * Reads a message that consists of "files" and at most one string.
 */
gboolean namida_message_read (const char *data,
                              gsize length,
                              const char *text_key,
                              char **text,
                              NamidaMessageReadFiles read_files,
                              gpointer result,
                              const char *none,
                              GError **error);
/**
 * namida_offer_message_parse_odd: Like namida_offer_message_parse(), but unsafe names are replaced by safe ones
 * (namida_safe_name_clean()), and names that become equal get numbers.
 */
NamidaOfferMessage *namida_offer_message_parse_odd (const char *data, gsize length, GError **error);
/**
 * namida_message_check_neighbours: Returns: whether no two entries have the same place and no entry is below a file;
 * otherwise %FALSE with an error.
 */
gboolean namida_message_check_neighbours (NamidaBackup *backup, GError **error);
/** namida_message_end: Returns: (transfer full): the text of @out, which is freed. @length: (out) (optional). */
char *namida_message_end (GString *out, gsize *length);

G_END_DECLS
