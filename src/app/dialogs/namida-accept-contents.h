/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row of the dialog that asks about an offer. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-offer.h"

G_BEGIN_DECLS

/**
 * NamidaAcceptContents: the contents of an offer, as an expander row: its title is the sum of what is accepted, and
 * below are check buttons for the backup and each folder. Signal "changed": another part of the offer is accepted.
 * Main context.
 */
#define NAMIDA_TYPE_ACCEPT_CONTENTS (namida_accept_contents_get_type ())
G_DECLARE_FINAL_TYPE (NamidaAcceptContents, namida_accept_contents, NAMIDA, ACCEPT_CONTENTS, AdwExpanderRow)

/** namida_accept_contents_set_offer: sets the offer. Call it once, while the offer is open. */
void namida_accept_contents_set_offer (NamidaAcceptContents *self, NamidaOffer *offer);
/** namida_accept_contents_set_here: shows which files are already on this device. @here: (nullable): the result of
 * namida_inbox_look_here_finish(); %NULL: not known. */
void namida_accept_contents_set_here (NamidaAcceptContents *self, GBytes *here);
/** namida_accept_contents_get_new_bytes: Returns: the size of the accepted files that are not here yet. */
guint64 namida_accept_contents_get_new_bytes (NamidaAcceptContents *self);

G_END_DECLS
