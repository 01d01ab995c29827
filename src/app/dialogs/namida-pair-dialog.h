/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pairing in the window. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** NamidaPairDialog: shows six digits that must be the same on both screens, no matter which device began. */
#define NAMIDA_TYPE_PAIR_DIALOG (namida_pair_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NamidaPairDialog, namida_pair_dialog, NAMIDA, PAIR_DIALOG, AdwWindow)

/** namida_pair_dialog_new: starts a pairing with @peer. Returns: (transfer none) */
NamidaPairDialog *namida_pair_dialog_new (NamidaHub *hub, NamidaPeer *peer);
/** namida_pair_dialog_new_for_request: answers a pairing that the other device started. Returns: (transfer none) */
NamidaPairDialog *namida_pair_dialog_new_for_request (NamidaPairRequest *request);

G_END_DECLS
