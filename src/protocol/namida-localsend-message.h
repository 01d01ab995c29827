/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-messages.h"

G_BEGIN_DECLS

/* What LocalSend says (protocol v2, docs/protocol.md "LocalSend"), as structs; pure functions, any thread. Everything
 * parsed here is untrusted: unknown keys are ignored and wrong ones left out where nothing depends on them; what is
 * written has every key that any version asks for. */

#define NAMIDA_LOCALSEND_PREFIX "/api/localsend/v2"
#define NAMIDA_LOCALSEND_TEXT_BYTES (64u * 1024) /* of a message that is kept and shown */

/** namida_localsend_info_format: Returns: (transfer full): who we are, for info and register. */
char *namida_localsend_info_format (NamidaDeviceInfo *own);
/** namida_localsend_info_parse: Returns: (transfer full) (nullable): what a LocalSend says of itself. */
NamidaDeviceInfo *namida_localsend_info_parse (const char *data, gsize length, GError **error);

/**
 * namida_localsend_offer_parse: prepare-upload. The first folder of a name becomes the label; audio without a folder
 * gets the label "Music"; a Namida backup zip on its own is the backup's zip; two of one name are told apart by a
 * number.
 * @text: (out) (nullable) (transfer full): a message of text, cut to NAMIDA_LOCALSEND_TEXT_BYTES, instead of files
 *
 * Names that are not safe become safe ones. Errors: TOO_LARGE over the limits, else INVALID_REQUEST. Over 64 KiB:
 * worker threads. Returns: (transfer full) (nullable)
 */
NamidaOfferMessage *namida_localsend_offer_parse (const char *data, gsize length, char **text, GError **error);
/** namida_localsend_offer_format: empty folders are left out, as LocalSend has no words for them. @left_out:
 * (nullable): one for each entry: not 0 leaves it out, too. @length: (out) (optional). */
char *
namida_localsend_offer_format (NamidaDeviceInfo *own, NamidaBackup *backup, const guint8 *left_out, gsize *length);

#define NAMIDA_LOCALSEND_TEXT_ID "text"
/** namida_localsend_text_format: Returns: (transfer full): the offer of a message: one file, NAMIDA_LOCALSEND_TEXT_ID,
 * whose preview is @text. */
char *namida_localsend_text_format (NamidaDeviceInfo *own, const char *text);

/** The answer to it: tokens; offsets are 0 always. */
NamidaOfferAnswer *namida_localsend_answer_parse (const char *data, gsize length, GError **error);
char *namida_localsend_answer_format (NamidaOfferAnswer *self, gsize *length);

/** upload's query: as namida_upload_query_parse(), but ids and tokens may be any short text. */
gboolean namida_localsend_query_parse (const char *query, NamidaUploadQuery *out, GError **error);
/** namida_localsend_query_format: Returns: (transfer full): percent-encoded where it has to be. */
char *namida_localsend_query_format (const char *session_id, const char *file_id, const char *token);

G_END_DECLS
