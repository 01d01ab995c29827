/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A transfer that has ended, of this run (NamidaTransfer) or of an earlier one (NamidaHistoryItem), as the list of
 * days needs it. Main context. */
#pragma once

#include "namida-hub-history.h"

G_BEGIN_DECLS

/** namida_transfer_entry_get_time: Returns: microseconds since 1970 when @item ended. */
gint64 namida_transfer_entry_get_time (gpointer item);
/** namida_transfer_entry_get_alias: Returns: (transfer none): the name of the other device. */
const char *namida_transfer_entry_get_alias (gpointer item);
/** namida_transfer_entry_get_bytes: Returns: the size of the transfer. */
guint64 namida_transfer_entry_get_bytes (gpointer item);
/** namida_transfer_entry_get_files: Returns: the number of files. */
guint namida_transfer_entry_get_files (gpointer item);
/** namida_transfer_entry_has_backup: Returns: whether it contained a Namida backup. */
gboolean namida_transfer_entry_has_backup (gpointer item);
/** namida_transfer_entry_get_unproven: Returns: whether the received data was not verified. */
gboolean namida_transfer_entry_get_unproven (gpointer item);
/** namida_transfer_entry_get_folder: Returns: (transfer none) (nullable): where it was stored. */
const char *namida_transfer_entry_get_folder (gpointer item);

/**
 * NamidaMergedEntry: files that one device sent within an hour, as one row, because phones send songs one by one.
 * Immutable. Main context.
 */
#define NAMIDA_TYPE_MERGED_ENTRY (namida_merged_entry_get_type ())
G_DECLARE_FINAL_TYPE (NamidaMergedEntry, namida_merged_entry, NAMIDA, MERGED_ENTRY, GObject)

/**
 * namida_merged_entry_new: @items: (transfer full) (element-type GObject): at least two, the newest first. Returns:
 * (transfer full)
 */
NamidaMergedEntry *namida_merged_entry_new (GPtrArray *items);
/** namida_merged_entry_get_items: Returns: (transfer none) (element-type GObject): the newest first. */
GPtrArray *namida_merged_entry_get_items (NamidaMergedEntry *self);
/**
 * namida_merged_entry_can_merge: Returns: whether @older, the next item of the list, belongs in the row of @newest.
 */
gboolean namida_merged_entry_can_merge (gpointer newest, gpointer older);

G_END_DECLS
