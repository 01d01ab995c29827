/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialog for offers. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaAcceptDialog: shows the sender, the contents and the destination of an offer, and accepts or declines it.
 * Closing the dialog declines. It closes itself when the offer is answered elsewhere, withdrawn or expired.
 */
#define NAMIDA_TYPE_ACCEPT_DIALOG (namida_accept_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NamidaAcceptDialog, namida_accept_dialog, NAMIDA, ACCEPT_DIALOG, AdwWindow)

/** namida_accept_dialog_new: Returns: (transfer none) */
NamidaAcceptDialog *namida_accept_dialog_new (NamidaHub *hub, GSettings *settings, NamidaOffer *offer);
/** namida_offer_tag: Returns: a NamidaTagKind: the relation of the sender of @offer to this device. */
guint namida_offer_tag (NamidaHub *hub, NamidaOffer *offer);
/**
 * namida_offer_landing: Returns: the default destination: the one chosen for the sender if it is trusted, else that
 * of @settings.
 */
NamidaLanding namida_offer_landing (NamidaHub *hub, GSettings *settings, NamidaOffer *offer);
/** namida_offer_question: Returns: (transfer full): text such as "Receive a backup from Pixel 8?". */
char *namida_offer_question (NamidaOffer *offer);

G_END_DECLS
