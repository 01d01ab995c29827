/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-transfer.h"

G_BEGIN_DECLS

/** NamidaFileItem: one file of a transfer, for a list: made when its row is shown, so that 200,000 cost nothing. */
#define NAMIDA_TYPE_FILE_ITEM (namida_file_item_get_type ())
G_DECLARE_FINAL_TYPE (NamidaFileItem, namida_file_item, NAMIDA, FILE_ITEM, GObject)

NamidaFileItem *namida_file_item_new (NamidaTransfer *transfer, guint index);
NamidaTransfer *namida_file_item_get_transfer (NamidaFileItem *self);
guint namida_file_item_get_index (NamidaFileItem *self);

G_END_DECLS
