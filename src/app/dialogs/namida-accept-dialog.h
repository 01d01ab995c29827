/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaAcceptDialog: who offers what, where it will land, and yes or no. Closing it by hand is a no; it closes itself
 * when the offer is decided elsewhere, withdrawn or too old.
 */
#define NAMIDA_TYPE_ACCEPT_DIALOG (namida_accept_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NamidaAcceptDialog, namida_accept_dialog, NAMIDA, ACCEPT_DIALOG, AdwWindow)

NamidaAcceptDialog *namida_accept_dialog_new (NamidaHub *hub, GSettings *settings, NamidaOffer *offer);
/** namida_offer_tag: how the device behind an offer stands to us. */
guint namida_offer_tag (NamidaHub *hub, NamidaOffer *offer);
/** namida_offer_landing: where it lands when nobody says otherwise: what was chosen for its device, if that is trusted,
 * else what @settings say. */
NamidaLanding namida_offer_landing (NamidaHub *hub, GSettings *settings, NamidaOffer *offer);
/** namida_offer_question: Returns: (transfer full): "Receive a backup from Pixel 8?" */
char *namida_offer_question (NamidaOffer *offer);

G_END_DECLS
