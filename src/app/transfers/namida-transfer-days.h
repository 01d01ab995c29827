/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ended transfers by day. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-transfer-entry.h"

G_BEGIN_DECLS

/**
 * NamidaTransferDays:
 *
 * Ended transfers, with one list and heading for each day; what one device sent within an hour is one row. Only
 * changed rows are rebuilt. Signal "row-activated" (GtkListBoxRow *). Main context.
 */
#define NAMIDA_TYPE_TRANSFER_DAYS (namida_transfer_days_get_type ())
G_DECLARE_FINAL_TYPE (NamidaTransferDays, namida_transfer_days, NAMIDA, TRANSFER_DAYS, AdwBin)

/**
 * namida_transfer_days_set_model:
 * @model: (transfer none): of NamidaTransfer and NamidaHistoryItem, the newest first
 * @make_row: creates the row for one of those, or for a NamidaMergedEntry
 */
void namida_transfer_days_set_model (NamidaTransferDays *self,
                                     GListModel *model,
                                     GtkListBoxCreateWidgetFunc make_row,
                                     gpointer user_data);
/** namida_transfer_days_set_most: shows at most @rows rows, the newest ones. */
void namida_transfer_days_set_most (NamidaTransferDays *self, guint rows);
/** namida_transfer_days_get_more: Returns: whether there are more. */
gboolean namida_transfer_days_get_more (NamidaTransferDays *self);

G_END_DECLS
