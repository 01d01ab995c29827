/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-backup.h"

G_BEGIN_DECLS

/** NamidaOfferPlaces: gives every entry of an offer of another program a place of its own. One thread. */
typedef struct _NamidaOfferPlaces NamidaOfferPlaces;

NamidaOfferPlaces *namida_offer_places_new (void);
void namida_offer_places_free (NamidaOfferPlaces *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaOfferPlaces, namida_offer_places_free)
/** namida_offer_places_claim: @entry: its name is safe and nobody else has it yet; gets a number when the place of its
 * name is taken. */
void namida_offer_places_claim (NamidaOfferPlaces *self, NamidaEntry *entry);
/** namida_offer_places_settle: once all entries of @backup have claimed: a file whose name is also that of a folder
 * gets a number. */
void namida_offer_places_settle (NamidaOfferPlaces *self, NamidaBackup *backup);

G_END_DECLS
