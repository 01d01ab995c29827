/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaAcceptPlace: where an offer is saved, as a row of the question: the person's folders, a dated backup, or
 * another folder for this time, with the room that is left there. Signal "changed" when the place or its room changed.
 * Main context.
 */
#define NAMIDA_TYPE_ACCEPT_PLACE (namida_accept_place_get_type ())
G_DECLARE_FINAL_TYPE (NamidaAcceptPlace, namida_accept_place, NAMIDA, ACCEPT_PLACE, AdwComboRow)

/** namida_accept_place_set: once. @landing: what is chosen at first. */
void namida_accept_place_set (NamidaAcceptPlace *self, NamidaHub *hub, NamidaOffer *offer, NamidaLanding landing);
NamidaLanding namida_accept_place_get_landing (NamidaAcceptPlace *self);
/** namida_accept_place_get_folder: Returns: (transfer none) (nullable): the folder for this time; NULL: the usual one.
 */
const char *namida_accept_place_get_folder (NamidaAcceptPlace *self);
/** namida_accept_place_dup_problem: @needed: bytes. Returns: (transfer full) (nullable): that so much has no room
 * there, as far as it is known. */
char *namida_accept_place_dup_problem (NamidaAcceptPlace *self, guint64 needed);

G_END_DECLS
