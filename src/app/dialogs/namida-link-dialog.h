/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Links for browsers in the window. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaLinkDialog: creates a link for the browser of a device without any app, in either direction, and shows its
 * address and QR code. Closing the dialog also closes the link, unless a transfer is running. Main context.
 */
#define NAMIDA_TYPE_LINK_DIALOG (namida_link_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NamidaLinkDialog, namida_link_dialog, NAMIDA, LINK_DIALOG, AdwWindow)

/** namida_link_dialog_new: asks for the direction first. @hub: a running hub. Returns: (transfer none) */
NamidaLinkDialog *namida_link_dialog_new (NamidaHub *hub);
/** namida_link_dialog_new_for_version: creates a link to fetch the version @id. Returns: (transfer none) */
NamidaLinkDialog *namida_link_dialog_new_for_version (NamidaHub *hub, const char *id);

G_END_DECLS
