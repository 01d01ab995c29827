/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row of the dialog that asks about an offer. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaAcceptPlace: the destination of an offer: the user's folders, a dated backup, or another folder for this
 * time, with the free space there. Signal "changed": the destination or its free space has changed. Main context.
 */
#define NAMIDA_TYPE_ACCEPT_PLACE (namida_accept_place_get_type ())
G_DECLARE_FINAL_TYPE (NamidaAcceptPlace, namida_accept_place, NAMIDA, ACCEPT_PLACE, AdwComboRow)

/** namida_accept_place_set: sets the offer. Call it once. @landing: the initial choice */
void namida_accept_place_set (NamidaAcceptPlace *self, NamidaHub *hub, NamidaOffer *offer, NamidaLanding landing);
/** namida_accept_place_get_landing: Returns: the chosen destination. */
NamidaLanding namida_accept_place_get_landing (NamidaAcceptPlace *self);
/**
 * namida_accept_place_get_folder: Returns: (transfer none) (nullable): the folder for this time; %NULL: the default
 * one.
 */
const char *namida_accept_place_get_folder (NamidaAcceptPlace *self);
/**
 * namida_accept_place_dup_problem: @needed: bytes. Returns: (transfer full) (nullable): a sentence if there is not
 * enough space, as far as it is known.
 */
char *namida_accept_place_dup_problem (NamidaAcceptPlace *self, guint64 needed);

G_END_DECLS
