/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NamidaGetDialog: “Get a Backup”: the device, the backup (of those that it keeps for this device
 * or for one that this device replaced), the parts, and the progress until it is verified. Opened at the first start,
 * from the Backups page and from the menu of a trusted device. Main context. */
#pragma once

#include <adwaita.h>

#include "namida-hub.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_GET_DIALOG (namida_get_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NamidaGetDialog, namida_get_dialog, NAMIDA, GET_DIALOG, AdwWindow)

/** namida_get_dialog_present: @peer: (nullable): the initial device; %NULL: the first trusted one that is nearby */
void namida_get_dialog_present (GtkWindow *parent, NamidaHub *hub, NamidaPeer *peer);

G_END_DECLS
