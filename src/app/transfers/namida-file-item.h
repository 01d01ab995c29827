/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An item of the list of files. Main context. */
#pragma once

#include "namida-transfer.h"

G_BEGIN_DECLS

/**
 * NamidaFileItem: one file of a transfer. It is created when its row is shown, so that 200,000 files cost nothing.
 */
#define NAMIDA_TYPE_FILE_ITEM (namida_file_item_get_type ())
G_DECLARE_FINAL_TYPE (NamidaFileItem, namida_file_item, NAMIDA, FILE_ITEM, GObject)

/** namida_file_item_new: @index: position in the entries of the transfer's backup. Returns: (transfer full) */
NamidaFileItem *namida_file_item_new (NamidaTransfer *transfer, guint index);
/** namida_file_item_get_transfer: Returns: (transfer none) */
NamidaTransfer *namida_file_item_get_transfer (NamidaFileItem *self);
/** namida_file_item_get_index: Returns: the position in the entries of the transfer's backup. */
guint namida_file_item_get_index (NamidaFileItem *self);

G_END_DECLS
