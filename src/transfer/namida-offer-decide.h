/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's side of an offer: creating it, and being told what the user or a policy decided. Used only by the
 * server, in the main context. */
#pragma once

#include "namida-offer.h"

G_BEGIN_DECLS

/** NamidaOfferDecided: the decision about @offer. @sink: (transfer none) (nullable): set if it was accepted; @reason:
 * (transfer none) (nullable): set if it was refused. */
typedef void (*NamidaOfferDecided) (NamidaOffer *offer, NamidaSink *sink, const GError *reason, gpointer user_data);

/** namida_offer_new: @fingerprint: (nullable): %NULL without TLS; @key: namida_backup_dup_key() of @backup. Returns:
 * (transfer full): an open offer. */
NamidaOffer *namida_offer_new (const char *fingerprint,
                               const char *alias,
                               const char *device_type,
                               const char *address,
                               gboolean encrypted,
                               NamidaBackup *backup,
                               const char *key);
/** namida_offer_set_uuid: @uuid: (nullable): the UUID that the sender claims. */
void namida_offer_set_uuid (NamidaOffer *self, const char *uuid);
/** namida_offer_set_can_pair: @can_pair: %FALSE for an offer of a program without pairing (LocalSend). */
void namida_offer_set_can_pair (NamidaOffer *self, gboolean can_pair);
/** namida_offer_set_invited: @invited: whether the user invited this sender with a link. */
void namida_offer_set_invited (NamidaOffer *self, gboolean invited);
/** namida_offer_set_decided: Sets the function that answers the sender. @decided: (nullable): %NULL removes it. */
void namida_offer_set_decided (NamidaOffer *self, NamidaOfferDecided decided, gpointer user_data);
/** namida_offer_close: Closes an offer that was not decided here, with the state WITHDRAWN or EXPIRED, and ends its
 * transfer. Has no effect unless the offer is open. */
void namida_offer_close (NamidaOffer *self, NamidaOfferState state);

G_END_DECLS
