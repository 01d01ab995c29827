/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The messages of the Namida Sync phone app (docs/protocol.md, "The phone app's dialect"). Pure functions, any
 * thread. Everything that is parsed is untrusted, and nothing in it is proven. */
#pragma once

#include "namida-messages.h"

G_BEGIN_DECLS

#define NAMIDA_PHONE_READY "Ready for upload"
#define NAMIDA_PHONE_RECEIVED "File received"

/**
 * namida_phone_offer_parse: Parses prepare-upload. Like namida_offer_message_parse(), with these differences: there is
 * no info, no manifest and no hashes (a value that claims to be a hash is dropped, because it could not be checked), no
 * empty folders, and at least one file; unsafe names are replaced by safe ones. For more than 64 KiB, call it in a
 * worker thread. Returns: (transfer full) (nullable)
 */
NamidaOfferMessage *namida_phone_offer_parse (const char *data, gsize length, GError **error);
/**
 * namida_phone_offer_format: Formats an offer with every key that the app's receiver requires, and with an empty
 * "path". Empty folders are omitted, because the app does not support them. A single file goes into the folder "Music",
 * because the app has no files without a folder. Names that are not portable are omitted; the app would turn
 * backslashes into folders.
 *
 * Returns: (transfer full) (nullable): %NULL with INVALID_REQUEST if there is not exactly one backup zip (without one,
 * the app restores nothing), or if two files would have the same place
 */
char *namida_phone_offer_format (NamidaBackup *backup, gsize *length, GError **error);

/** NamidaPhoneUpload: the query of upload, which says what is sent and where it belongs. */
typedef struct
{
  char *place; /* as namida_entry_dup_offered() returns it; only a key, never a path */
  gboolean zip;
} NamidaPhoneUpload;
/** namida_phone_upload_parse: Returns: %FALSE with INVALID_REQUEST. */
gboolean namida_phone_upload_parse (const char *query, NamidaPhoneUpload *out, GError **error);
/** namida_phone_upload_clear: Frees the members. */
void namida_phone_upload_clear (NamidaPhoneUpload *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NamidaPhoneUpload, namida_phone_upload_clear)
/** namida_phone_upload_format: Returns: (transfer full): the query for @entry. */
char *namida_phone_upload_format (const NamidaEntry *entry);

G_END_DECLS
