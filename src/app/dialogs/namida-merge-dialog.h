/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaMergeDialog:
 *
 * Unites the backups of two versions: shows for each kind of thing what is only in one, what is in both and what the
 * result will have, and keeps the result as a new file. Both versions stay as they are. Main context.
 */
#define NAMIDA_TYPE_MERGE_DIALOG (namida_merge_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NamidaMergeDialog, namida_merge_dialog, NAMIDA, MERGE_DIALOG, AdwWindow)

/** namida_merge_dialog_new: @second: (nullable): %NULL: the user chooses one. Returns: (transfer none) */
NamidaMergeDialog *namida_merge_dialog_new (NamidaHub *hub, NamidaVersion *first, NamidaVersion *second);

G_END_DECLS
