/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** NamidaPairDialog: six digits that must be the same on both screens, whoever began. */
#define NAMIDA_TYPE_PAIR_DIALOG (namida_pair_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NamidaPairDialog, namida_pair_dialog, NAMIDA, PAIR_DIALOG, AdwWindow)

/** This side begins. */
NamidaPairDialog *namida_pair_dialog_new (NamidaHub *hub, NamidaPeer *peer);
/** The other side began. */
NamidaPairDialog *namida_pair_dialog_new_for_request (NamidaPairRequest *request);

G_END_DECLS
