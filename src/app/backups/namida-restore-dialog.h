/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** NamidaRestoreDialog: puts a version back into the folders of this computer: what goes where, what that would change,
 * then the doing of it, what is left to do in Namida, and a way back. */
#define NAMIDA_TYPE_RESTORE_DIALOG (namida_restore_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NamidaRestoreDialog, namida_restore_dialog, NAMIDA, RESTORE_DIALOG, AdwWindow)

NamidaRestoreDialog *namida_restore_dialog_new (NamidaHub *hub, NamidaVersion *version);

G_END_DECLS
