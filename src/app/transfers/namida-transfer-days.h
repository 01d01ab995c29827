/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-transfer-entry.h"

G_BEGIN_DECLS

/**
 * NamidaTransferDays:
 *
 * Transfers that have ended, a list for each day with the day as its heading; what one device sent within an hour is
 * one row. Only what changes is built anew. Signal "row-activated" (GtkListBoxRow *). Main context.
 */
#define NAMIDA_TYPE_TRANSFER_DAYS (namida_transfer_days_get_type ())
G_DECLARE_FINAL_TYPE (NamidaTransferDays, namida_transfer_days, NAMIDA, TRANSFER_DAYS, AdwBin)

/**
 * namida_transfer_days_set_model:
 * @model: (transfer none): of NamidaTransfer and NamidaHistoryItem, the newest first
 * @make_row: makes the row of one of those, or of a NamidaMergedEntry
 */
void namida_transfer_days_set_model (NamidaTransferDays *self,
                                     GListModel *model,
                                     GtkListBoxCreateWidgetFunc make_row,
                                     gpointer user_data);
/** namida_transfer_days_set_most: shows at most @rows rows, the newest. */
void namida_transfer_days_set_most (NamidaTransferDays *self, guint rows);
/** namida_transfer_days_get_more: Returns: whether there are more. */
gboolean namida_transfer_days_get_more (NamidaTransferDays *self);

G_END_DECLS
