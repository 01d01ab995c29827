/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-messages.h"

G_BEGIN_DECLS

/* The messages of the Namida Sync phone app (docs/protocol.md, "The phone app's dialect"); pure functions, any thread.
 * Everything parsed here is untrusted, and nothing in it is proven. */

#define NAMIDA_PHONE_READY "Ready for upload"
#define NAMIDA_PHONE_RECEIVED "File received"

/**
 * namida_phone_offer_parse: prepare-upload. As namida_offer_message_parse(), with these differences: it has no info, no
 * manifest and no hashes (what claims to be one is dropped: nobody could check it), no empty folders, and at least one
 * file; names that are not safe become safe ones. Over 64 KiB: worker threads.
 */
NamidaOfferMessage *namida_phone_offer_parse (const char *data, gsize length, GError **error);
/**
 * namida_phone_offer_format: what its receiving side understands: every key that it wants, "path" empty. Empty folders
 * are left out: it has none. A single file goes into the folder "Music": it knows none without a folder.
 * Names with a backslash, which it would make folders of, are left out. Errors: INVALID_REQUEST when there is not
 * exactly one backup zip (without one it restores nothing), or two files would have one place there.
 * Returns: (transfer full) (nullable)
 */
char *namida_phone_offer_format (NamidaBackup *backup, gsize *length, GError **error);

/** upload's query: what comes, and where it belongs. */
typedef struct
{
  char *place; /* as namida_entry_dup_offered() says it: only a key, never a path */
  gboolean zip;
} NamidaPhoneUpload;
/** Errors: INVALID_REQUEST. */
gboolean namida_phone_upload_parse (const char *query, NamidaPhoneUpload *out, GError **error);
void namida_phone_upload_clear (NamidaPhoneUpload *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NamidaPhoneUpload, namida_phone_upload_clear)
/** namida_phone_upload_format: Returns: (transfer full): the query for @entry. */
char *namida_phone_upload_format (const NamidaEntry *entry);

G_END_DECLS
