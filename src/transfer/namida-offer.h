/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An offer of another device that waits for a decision. Created by the server; decided by the hub, the window and the
 * command line, in the main context. */
#pragma once

#include "namida-sink.h"
#include "namida-transfer.h"
#include "namida-trust-doubt.h"

G_BEGIN_DECLS

/** NamidaOffer: a device wants to send a backup to this one, and the user or a policy has to decide. Main context. The
 * signal "closed" is emitted once, when it was decided here, withdrawn by the sender, or timed out; after that it must
 * not be shown any more. Properties: "id" (an opaque text for notifications), "open". */
#define NAMIDA_TYPE_OFFER (namida_offer_get_type ())
G_DECLARE_FINAL_TYPE (NamidaOffer, namida_offer, NAMIDA, OFFER, GObject)

typedef enum
{
  NAMIDA_OFFER_OPEN,
  NAMIDA_OFFER_ACCEPTED,
  NAMIDA_OFFER_DECLINED,
  NAMIDA_OFFER_WITHDRAWN, /* the sender disconnected */
  NAMIDA_OFFER_EXPIRED,   /* no decision within NAMIDA_LIMIT_OFFER_ANSWER_SECONDS */
} NamidaOfferState;

/** namida_offer_get_id: Returns: (transfer none): an opaque text, such as for notifications. */
const char *namida_offer_get_id (NamidaOffer *self);
/** namida_offer_get_state: Returns: OPEN until the offer is decided or closed. */
NamidaOfferState namida_offer_get_state (NamidaOffer *self);
/** namida_offer_get_fingerprint: Returns: (transfer none) (nullable): the fingerprint of the certificate that this
 * connection proved; %NULL for plain HTTP. */
const char *namida_offer_get_fingerprint (NamidaOffer *self);
/** namida_offer_get_alias: Returns: (transfer none): the name of the sender in a form that is safe to show
 * (namida_format_alias()). */
const char *namida_offer_get_alias (NamidaOffer *self);
/** namida_offer_get_uuid: Returns: (transfer none) (nullable): the UUID that the sender claims, which proves
 * nothing. */
const char *namida_offer_get_uuid (NamidaOffer *self);
/** namida_offer_set_doubt: called by the code that knows the trusted devices, before the offer is shown. @warning:
 * (nullable): a sentence for the user who decides. */
void namida_offer_set_doubt (NamidaOffer *self, NamidaDoubt doubt, const char *warning);
/** namida_offer_get_doubt: Returns: the doubt about the identity of the sender. */
NamidaDoubt namida_offer_get_doubt (NamidaOffer *self);
const char *namida_offer_get_warning (NamidaOffer *self); /* (nullable) */
/** namida_offer_get_device_type: Returns: (transfer none): the kind of device that the sender claims to be. */
const char *namida_offer_get_device_type (NamidaOffer *self);
const char *namida_offer_get_address (NamidaOffer *self); /* without the port */
/** namida_offer_get_encrypted: Returns: whether the offer came over TLS. */
gboolean namida_offer_get_encrypted (NamidaOffer *self);
/** namida_offer_get_can_pair: Returns: whether pairing with the sender is possible. Do not suggest it otherwise, for
 * example for LocalSend. */
gboolean namida_offer_get_can_pair (NamidaOffer *self);
/** namida_offer_get_invited: Returns: whether the user invited the sender with a link for a browser. Such an offer is
 * shown even if offers of strangers are rejected. */
gboolean namida_offer_get_invited (NamidaOffer *self);
/** namida_offer_get_backup: Returns: (transfer none): what is offered. */
NamidaBackup *namida_offer_get_backup (NamidaOffer *self);
/** namida_offer_get_key: Returns: (transfer none): namida_backup_dup_key(), computed in the worker that parsed the
 * offer. */
const char *namida_offer_get_key (NamidaOffer *self);
/** namida_offer_get_transfer: Returns: (transfer none): the transfer that the offer becomes. It is WAITING until the
 * decision, and ends if the offer is declined, withdrawn or expired. */
NamidaTransfer *namida_offer_get_transfer (NamidaOffer *self);
/**
 * namida_offer_set_taken:
 * @path: a file, or a folder with everything in it, in the form of namida_entry_dup_path(); "" for everything
 * @taken: whether it is accepted
 *
 * Chooses which part of the offer is accepted. By default all of it is. Main context, while the offer is open.
 *
 * Returns: how many files and empty folders @path contains; 0 if the path is not in the offer
 */
guint namida_offer_set_taken (NamidaOffer *self, const char *path, gboolean taken);
/** namida_offer_set_content_taken: Like namida_offer_set_taken() for one of namida_backup_dup_contents(): the zip, a
 * music folder, or all single files together. */
void namida_offer_set_content_taken (NamidaOffer *self, const NamidaContent *content, gboolean taken);
/** namida_offer_set_index_taken: Like namida_offer_set_taken() for the entry with this index. */
void namida_offer_set_index_taken (NamidaOffer *self, guint index, gboolean taken);
/** namida_offer_is_taken: Returns: whether the entry with this index is in the accepted part. Any thread after the
 * decision. */
gboolean namida_offer_is_taken (NamidaOffer *self, guint index);
/** namida_offer_count_taken: @bytes: (out) (optional): the total size of the accepted files. Returns: their number. */
guint namida_offer_count_taken (NamidaOffer *self, guint64 *bytes);
/** namida_offer_dup_declined: Returns: (transfer full) (nullable) (element-type utf8): the paths that are not accepted;
 * %NULL if everything is. */
GPtrArray *namida_offer_dup_declined (NamidaOffer *self);
/** namida_offer_format_declined: Returns: (transfer full) (nullable): the paths that are not accepted as one text, for
 * the database. */
char *namida_offer_format_declined (NamidaOffer *self);
/** namida_offer_restore_declined: @text: (nullable): the result of namida_offer_format_declined() for an earlier offer
 * of the same files; %NULL accepts everything. */
void namida_offer_restore_declined (NamidaOffer *self, const char *text);
/** namida_offer_set_by_time: called by the creator of the offer if the sender may not know the hashes of its files, so
 * that place, size and time have to identify them. */
void namida_offer_set_by_time (NamidaOffer *self);
/** namida_offer_get_by_time: Returns: see namida_offer_set_by_time(). */
gboolean namida_offer_get_by_time (NamidaOffer *self);
/** namida_offer_accept: Accepts an open offer. @sink: where to save it. The server prepares the sink in a worker and
 * answers the sender. Has no effect unless the offer is open. */
void namida_offer_accept (NamidaOffer *self, NamidaSink *sink);
/** namida_offer_decline: Declines the offer in the name of the user. Has no effect unless the offer is open. */
void namida_offer_decline (NamidaOffer *self);
/** namida_offer_refuse: Refuses the offer with @reason (NO_SPACE, BUSY, …), which is not a decision of the user. */
void namida_offer_refuse (NamidaOffer *self, const GError *reason);

G_END_DECLS
