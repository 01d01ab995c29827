/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-offer.h"

G_BEGIN_DECLS

/** What was decided: @sink: accepted; else @reason: refused. Both (transfer none). */
typedef void (*NamidaOfferDecided) (NamidaOffer *offer, NamidaSink *sink, const GError *reason, gpointer user_data);

NamidaOffer *namida_offer_new (const char *fingerprint,
                               const char *alias,
                               const char *device_type,
                               const char *address,
                               gboolean encrypted,
                               NamidaBackup *backup,
                               const char *key);
/** @uuid: (nullable) */
void namida_offer_set_uuid (NamidaOffer *self, const char *uuid);
/** namida_offer_set_can_pair: %FALSE of what came from a program that has no pairing (LocalSend). */
void namida_offer_set_can_pair (NamidaOffer *self, gboolean can_pair);
/** namida_offer_set_invited: the person here has asked this very sender for it, by a link. */
void namida_offer_set_invited (NamidaOffer *self, gboolean invited);
/** Who answers the sender. Cleared with NULL. */
void namida_offer_set_decided (NamidaOffer *self, NamidaOfferDecided decided, gpointer user_data);
/** namida_offer_close: not decided here: WITHDRAWN or EXPIRED; ends the transfer. No effect unless open. */
void namida_offer_close (NamidaOffer *self, NamidaOfferState state);

G_END_DECLS
