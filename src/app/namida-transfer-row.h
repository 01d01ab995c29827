/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** NamidaTransferRow: one transfer: what to whom, a bar while something moves, its state in words and one button. */
#define NAMIDA_TYPE_TRANSFER_ROW (namida_transfer_row_get_type ())
G_DECLARE_FINAL_TYPE (NamidaTransferRow, namida_transfer_row, NAMIDA, TRANSFER_ROW, GtkListBoxRow)

NamidaTransferRow *namida_transfer_row_new (NamidaHub *hub, NamidaTransfer *transfer);
/** namida_transfer_words: Returns: (transfer full): "Namida Backup and Music to Pixel 8". */
char *namida_transfer_words (NamidaTransfer *transfer);

G_END_DECLS
