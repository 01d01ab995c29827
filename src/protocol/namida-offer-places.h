/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Resolves conflicts between names in the offers of other programs. Used by the parsers of such offers, in worker
 * threads. */
#pragma once

#include "namida-backup.h"

G_BEGIN_DECLS

/** NamidaOfferPlaces: gives each entry of another program's offer a place of its own. One thread. */
typedef struct _NamidaOfferPlaces NamidaOfferPlaces;

/** namida_offer_places_new: Returns: (transfer full): without places. */
NamidaOfferPlaces *namida_offer_places_new (void);
/** namida_offer_places_free: @self: (transfer full) */
void namida_offer_places_free (NamidaOfferPlaces *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaOfferPlaces, namida_offer_places_free)
/**
 * namida_offer_places_claim: @entry: with a safe name, not shared yet; its name gets a number if the place is taken.
 */
void namida_offer_places_claim (NamidaOfferPlaces *self, NamidaEntry *entry);
/**
 * namida_offer_places_settle: Call it when all entries of @backup have claimed a place. A file whose name is also that
 * of a folder gets a number.
 */
void namida_offer_places_settle (NamidaOfferPlaces *self, NamidaBackup *backup);

G_END_DECLS
