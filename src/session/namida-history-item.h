/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row of the history, as the list of transfers in the window shows it.
 * namida-hub-history.c makes the items. Main context. */
#pragma once

#include "namida-journal.h"

G_BEGIN_DECLS

/**
 * NamidaHistoryItem: a transfer of an earlier run of the program, as recorded in the journal. Immutable. Main
 * context.
 */
#define NAMIDA_TYPE_HISTORY_ITEM (namida_history_item_get_type ())
G_DECLARE_FINAL_TYPE (NamidaHistoryItem, namida_history_item, NAMIDA, HISTORY_ITEM, GObject)

/** namida_history_item_new: @row: (transfer full) */
NamidaHistoryItem *namida_history_item_new (NamidaJournalSession *row);
/** namida_history_item_get_row: Returns: (transfer none) */
const NamidaJournalSession *namida_history_item_get_row (NamidaHistoryItem *self);
/** namida_history_item_get_direction: Returns: whether the transfer was sent or received. */
NamidaDirection namida_history_item_get_direction (NamidaHistoryItem *self);
/** namida_history_item_get_state: Returns: INTERRUPTED for a transfer that can be resumed. */
NamidaTransferState namida_history_item_get_state (NamidaHistoryItem *self);
/**
 * namida_history_item_dup_state_text: Returns: (transfer full): the outcome of the transfer as text for a row.
 * Translated.
 */
char *namida_history_item_dup_state_text (NamidaHistoryItem *self);
/**
 * namida_history_item_is_transfer: Returns: %FALSE for the other entries of the history: versions that were moved to
 * the trash, and damaged files that were repaired in the background.
 */
gboolean namida_history_item_is_transfer (NamidaHistoryItem *self);

G_END_DECLS
