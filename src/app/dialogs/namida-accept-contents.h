/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-offer.h"

G_BEGIN_DECLS

/**
 * NamidaAcceptContents: what an offer contains, as a row of the question that unfolds: the sum of what is accepted as
 * its title, and below a check button for the backup and each folder. Signal "changed" when another part of the offer
 * is accepted. Main context.
 */
#define NAMIDA_TYPE_ACCEPT_CONTENTS (namida_accept_contents_get_type ())
G_DECLARE_FINAL_TYPE (NamidaAcceptContents, namida_accept_contents, NAMIDA, ACCEPT_CONTENTS, AdwExpanderRow)

/** namida_accept_contents_set_offer: once, while the offer is open. */
void namida_accept_contents_set_offer (NamidaAcceptContents *self, NamidaOffer *offer);

G_END_DECLS
