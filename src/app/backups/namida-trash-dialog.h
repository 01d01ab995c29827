/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trash of the store. Main context. */
#pragma once

#include <adwaita.h>

#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaTrashDialog:
 *
 * The versions in the trash and the space that they use: each can be restored as a version, and all can be deleted at
 * once. Main context.
 */
#define NAMIDA_TYPE_TRASH_DIALOG (namida_trash_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NamidaTrashDialog, namida_trash_dialog, NAMIDA, TRASH_DIALOG, AdwWindow)

/** namida_trash_dialog_new: Returns: (transfer none): a window to be shown over another one. */
NamidaTrashDialog *namida_trash_dialog_new (NamidaHub *hub);

G_END_DECLS
