/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adding a device by its address. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** NamidaAddressDialog: adds a device by an address or name that the user types, and explains why it is not found. */
#define NAMIDA_TYPE_ADDRESS_DIALOG (namida_address_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NamidaAddressDialog, namida_address_dialog, NAMIDA, ADDRESS_DIALOG, AdwWindow)

/** namida_address_dialog_new: Returns: (transfer none): a dialog that closes itself when the device is found. */
NamidaAddressDialog *namida_address_dialog_new (NamidaHub *hub);

G_END_DECLS
