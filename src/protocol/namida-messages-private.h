/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-json-cursor.h"
#include "namida-messages.h"

G_BEGIN_DECLS

/** namida_message_begin: checks all of an untrusted message that may list as many files as an offer, and enters its
 * object. */
gboolean namida_message_begin (NamidaJsonCursor *cursor, const char *data, gsize length, GError **error);
/** namida_message_enter: enters the object that @key must be. */
gboolean namida_message_enter (NamidaJsonCursor *cursor, const char *key, GError **error);
/** namida_message_read_text: the text that @key must be, in place of what @value (inout) (nullable) was. */
gboolean namida_message_read_text (NamidaJsonCursor *cursor, const char *key, char **value, GError **error);
/** namida_message_read_left_out: the number that "leftOut" must be; capped at NAMIDA_LIMIT_FILES. */
gboolean namida_message_read_left_out (NamidaJsonCursor *cursor, guint *left_out, GError **error);
gboolean namida_message_refuse (GError **error, const char *message);
/** namida_message_is_id: Returns: whether @text is [A-Za-z0-9_-]{1,@max}. */
gboolean namida_message_is_id (const char *text, gsize max);
/** namida_message_most_files: how many files a message may list: NAMIDA_LIMIT_FILES. Tests set fewer. */
extern guint namida_message_most_files;
/** namida_message_claim_id: a copy of @id if it is one and not yet in @table, which may hold namida_message_most_files;
 * else %NULL with an error. */
char *namida_message_claim_id (GHashTable *table, const char *id, GError **error);
/** namida_message_id_table_new: id → value; the hash is seeded, for the ids are the peer's choice. */
GHashTable *namida_message_id_table_new (GDestroyNotify free_value);
/** Reads the object of a message's "files", with the cursor before it, into @result. */
typedef gboolean (*NamidaMessageReadFiles) (NamidaJsonCursor *cursor, gpointer result, GError **error);
/**
 * namida_message_read: all of a message that consists of "files" and at most one text beside them.
 * @text_key: (nullable): its key, and @text: (inout) (nullable): the text, left as it is when it is not there
 * @none: the error's words for a message without "files"
 */
gboolean namida_message_read (const char *data,
                              gsize length,
                              const char *text_key,
                              char **text,
                              NamidaMessageReadFiles read_files,
                              gpointer result,
                              const char *none,
                              GError **error);
/** namida_offer_message_parse_odd: as namida_offer_message_parse(), but names that are no safe ones become such
 * (namida_safe_name_clean()), and two that become the same get numbers. */
NamidaOfferMessage *namida_offer_message_parse_odd (const char *data, gsize length, GError **error);
/** namida_message_check_neighbours: whether no two entries have the same place, and none lies below a file. */
gboolean namida_message_check_neighbours (NamidaBackup *backup, GError **error);
/** namida_message_end: the text of @out; @length (out) (optional). */
char *namida_message_end (GString *out, gsize *length);

G_END_DECLS
