/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-journal.h"

G_BEGIN_DECLS

/** NamidaHistoryItem: a transfer of an earlier run of the program, as the journal knows it. Immutable; main context. */
#define NAMIDA_TYPE_HISTORY_ITEM (namida_history_item_get_type ())
G_DECLARE_FINAL_TYPE (NamidaHistoryItem, namida_history_item, NAMIDA, HISTORY_ITEM, GObject)

/** @row: (transfer full) */
NamidaHistoryItem *namida_history_item_new (NamidaJournalSession *row);
/** Returns: (transfer none) */
const NamidaJournalSession *namida_history_item_get_row (NamidaHistoryItem *self);
NamidaDirection namida_history_item_get_direction (NamidaHistoryItem *self);
/** namida_history_item_get_state: INTERRUPTED for what can go on. */
NamidaTransferState namida_history_item_get_state (NamidaHistoryItem *self);
/** namida_history_item_dup_state_text: Returns: (transfer full): what came of it, in words for a row. Translated. */
char *namida_history_item_dup_state_text (NamidaHistoryItem *self);
/** namida_history_item_is_transfer: Returns: %FALSE for what else the history tells of: versions that were moved to the
 * trash, and damaged files that were repaired in the background. */
gboolean namida_history_item_is_transfer (NamidaHistoryItem *self);

G_END_DECLS
