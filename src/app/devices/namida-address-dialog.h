/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** NamidaAddressDialog: adds a device by what a person types; says in words why it is not found. */
#define NAMIDA_TYPE_ADDRESS_DIALOG (namida_address_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NamidaAddressDialog, namida_address_dialog, NAMIDA, ADDRESS_DIALOG, AdwWindow)

NamidaAddressDialog *namida_address_dialog_new (NamidaHub *hub);

G_END_DECLS
