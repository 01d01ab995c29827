/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-sink.h"
#include "namida-transfer.h"
#include "namida-trust-doubt.h"

G_BEGIN_DECLS

/**
 * NamidaOffer: somebody wants to send us a backup, and a person (or a policy) has to decide. Main context. Signal
 * "closed" once: decided here, withdrawn by the sender, or timed out; then it must not be shown any more. Properties
 * "id" (opaque text for notifications), "open".
 */
#define NAMIDA_TYPE_OFFER (namida_offer_get_type ())
G_DECLARE_FINAL_TYPE (NamidaOffer, namida_offer, NAMIDA, OFFER, GObject)

typedef enum
{
  NAMIDA_OFFER_OPEN,
  NAMIDA_OFFER_ACCEPTED,
  NAMIDA_OFFER_DECLINED,
  NAMIDA_OFFER_WITHDRAWN, /* the sender hung up */
  NAMIDA_OFFER_EXPIRED,   /* nobody answered within NAMIDA_LIMIT_OFFER_ANSWER_SECONDS */
} NamidaOfferState;

const char *namida_offer_get_id (NamidaOffer *self);
NamidaOfferState namida_offer_get_state (NamidaOffer *self);
/** Returns: (transfer none) (nullable): the certificate's fingerprint, proven by this connection; NULL in plain HTTP.
 */
const char *namida_offer_get_fingerprint (NamidaOffer *self);
/** Returns: (transfer none): as it may be shown (namida_format_alias). */
const char *namida_offer_get_alias (NamidaOffer *self);
/** Returns: (transfer none) (nullable): what it says it is; proves nothing. */
const char *namida_offer_get_uuid (NamidaOffer *self);
/** namida_offer_set_doubt: by who knows the trusted devices, before the offer is shown. @warning: (nullable): a
 * sentence for the person who decides. */
void namida_offer_set_doubt (NamidaOffer *self, NamidaDoubt doubt, const char *warning);
NamidaDoubt namida_offer_get_doubt (NamidaOffer *self);
const char *namida_offer_get_warning (NamidaOffer *self); /* (nullable) */
const char *namida_offer_get_device_type (NamidaOffer *self);
const char *namida_offer_get_address (NamidaOffer *self); /* text, no port */
gboolean namida_offer_get_encrypted (NamidaOffer *self);
/** namida_offer_get_can_pair: whether its sender could be paired: nobody is advised to pair with LocalSend. */
gboolean namida_offer_get_can_pair (NamidaOffer *self);
/** namida_offer_get_invited: whether the person here has asked for it, by a link for a browser: it is asked about also
 * where strangers are refused. */
gboolean namida_offer_get_invited (NamidaOffer *self);
NamidaBackup *namida_offer_get_backup (NamidaOffer *self);
/** Computed in the worker that parsed the offer: namida_backup_dup_key(). */
const char *namida_offer_get_key (NamidaOffer *self);
/** The transfer that becomes of it: WAITING until decided; ended when declined, withdrawn or expired. (transfer none)
 */
NamidaTransfer *namida_offer_get_transfer (NamidaOffer *self);
/**
 * namida_offer_set_taken:
 * @path: a file, or a folder with all that is in it, as namida_entry_dup_path() says it; "" is everything
 *
 * Which part of the offer is accepted; all of it unless this was called. Main context, while the offer is open.
 *
 * Returns: how many files and empty folders @path names; 0 for a path that is not in the offer
 */
guint namida_offer_set_taken (NamidaOffer *self, const char *path, gboolean taken);
/** namida_offer_set_content_taken: the same for one of namida_backup_dup_contents(): the zip, a music folder, or all
 * single files together. */
void namida_offer_set_content_taken (NamidaOffer *self, const NamidaContent *content, gboolean taken);
/** namida_offer_set_index_taken: the same for the entry of this index. */
void namida_offer_set_index_taken (NamidaOffer *self, guint index, gboolean taken);
/** namida_offer_is_taken: whether the entry of this index is part of what is accepted. Any thread once decided. */
gboolean namida_offer_is_taken (NamidaOffer *self, guint index);
/** namida_offer_count_taken: Returns: how many files are accepted. @bytes: (out) (optional): their size together. */
guint namida_offer_count_taken (NamidaOffer *self, guint64 *bytes);
/** namida_offer_dup_declined: Returns: (transfer full) (nullable) (element-type utf8): the paths that are not accepted;
 * %NULL when everything is. */
GPtrArray *namida_offer_dup_declined (NamidaOffer *self);
/** namida_offer_format_declined: Returns: (transfer full) (nullable): the same as one text, for the database. */
char *namida_offer_format_declined (NamidaOffer *self);
/** namida_offer_restore_declined: @text: (nullable): what namida_offer_format_declined() wrote of an earlier offer of
 * the same files; %NULL leaves everything accepted. */
void namida_offer_restore_declined (NamidaOffer *self, const char *text);
/** namida_offer_set_by_time: by who made it: its sender may give no hash of what it has, so that the same place, size
 * and time have to do. */
void namida_offer_set_by_time (NamidaOffer *self);
gboolean namida_offer_get_by_time (NamidaOffer *self);
/** namida_offer_accept: @sink: where it lands. The server prepares it in a worker and answers. No effect unless open.
 */
void namida_offer_accept (NamidaOffer *self, NamidaSink *sink);
void namida_offer_decline (NamidaOffer *self);
/** namida_offer_refuse: answers with @reason (NO_SPACE, BUSY, …) instead of a person's no. */
void namida_offer_refuse (NamidaOffer *self, const GError *reason);

G_END_DECLS
