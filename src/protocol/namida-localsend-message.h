/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The messages of LocalSend (protocol v2, docs/protocol.md "LocalSend") as structs. Pure functions, any thread.
 * Everything that is parsed is untrusted: unknown keys are ignored, and invalid optional values are dropped.
 * Messages are written with every key that any version of LocalSend requires. */
#pragma once

#include "namida-messages.h"

G_BEGIN_DECLS

#define NAMIDA_LOCALSEND_PREFIX "/api/localsend/v2"
#define NAMIDA_LOCALSEND_TEXT_BYTES (64u * 1024) /* of a text message that is kept and shown */

/**
 * namida_localsend_info_format: Returns: (transfer full): what this device says about itself, for info and register.
 */
char *namida_localsend_info_format (NamidaDeviceInfo *own);
/** namida_localsend_info_parse: Returns: (transfer full) (nullable): what a LocalSend device says about itself. */
NamidaDeviceInfo *namida_localsend_info_parse (const char *data, gsize length, GError **error);

/**
 * namida_localsend_offer_parse:
 * @data: the body of prepare-upload, untrusted
 * @length: in bytes
 * @text: (out) (nullable) (transfer full): if a text message was sent instead of files, that text, truncated to
 *   NAMIDA_LOCALSEND_TEXT_BYTES
 *
 * The first folder of a path becomes the label; audio files without a folder get the label "Music"; a Namida backup zip
 * without a folder is the zip of the backup; files with the same name are distinguished by a number. Unsafe names are
 * replaced by safe ones. For more than 64 KiB, call it in a worker thread.
 *
 * Returns: (transfer full) (nullable): %NULL with TOO_LARGE if a limit is exceeded, otherwise with INVALID_REQUEST
 */
NamidaOfferMessage *namida_localsend_offer_parse (const char *data, gsize length, char **text, GError **error);
/**
 * namida_localsend_offer_format: Omits empty folders, which LocalSend does not support, and names that are not
 * portable. @left_out: (nullable): one value for each entry; those that are not 0 are omitted, too. @length: (out)
 * (optional). Returns: (transfer full)
 */
char *
namida_localsend_offer_format (NamidaDeviceInfo *own, NamidaBackup *backup, const guint8 *left_out, gsize *length);

#define NAMIDA_LOCALSEND_TEXT_ID "text"
/**
 * namida_localsend_text_format: Returns: (transfer full): the offer of a text message: one file with the id
 * NAMIDA_LOCALSEND_TEXT_ID, whose preview is @text.
 */
char *namida_localsend_text_format (NamidaDeviceInfo *own, const char *text);

/**
 * namida_localsend_answer_parse: Parses the answer to prepare-upload, which contains tokens; all offsets are 0.
 * Returns: (transfer full) (nullable): %NULL with INVALID_REQUEST or TOO_LARGE.
 */
NamidaOfferAnswer *namida_localsend_answer_parse (const char *data, gsize length, GError **error);
/** namida_localsend_answer_format: @length: (out) (optional). Returns: (transfer full) */
char *namida_localsend_answer_format (NamidaOfferAnswer *self, gsize *length);

/**
 * namida_localsend_query_parse: Parses the query of upload. Like namida_upload_query_parse(), but ids and tokens may be
 * any short text.
 */
gboolean namida_localsend_query_parse (const char *query, NamidaUploadQuery *out, GError **error);
/** namida_localsend_query_format: Returns: (transfer full): the query of upload, percent-encoded where necessary. */
char *namida_localsend_query_format (const char *session_id, const char *file_id, const char *token);

G_END_DECLS
