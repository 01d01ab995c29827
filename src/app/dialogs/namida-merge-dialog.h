/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Merging two versions. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaMergeDialog:
 *
 * Merges the backups of two versions: shows for each kind of data how much is in only one of them, in both and in the
 * result, and saves the result as a new file. Neither version is changed. Main context.
 */
#define NAMIDA_TYPE_MERGE_DIALOG (namida_merge_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NamidaMergeDialog, namida_merge_dialog, NAMIDA, MERGE_DIALOG, AdwWindow)

/** namida_merge_dialog_new: @second: (nullable): %NULL: the user chooses one. Returns: (transfer none) */
NamidaMergeDialog *namida_merge_dialog_new (NamidaHub *hub, NamidaVersion *first, NamidaVersion *second);

G_END_DECLS
