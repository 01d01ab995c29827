/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-hub-history.h"

G_BEGIN_DECLS

/* A transfer that has ended, of this run (NamidaTransfer) or of an earlier one (NamidaHistoryItem), as the list of days
 * needs it. Main context. */

/** namida_transfer_entry_get_time: Returns: microseconds since 1970: when @item ended. */
gint64 namida_transfer_entry_get_time (gpointer item);
/** namida_transfer_entry_get_alias: Returns: (transfer none): the name of the other device. */
const char *namida_transfer_entry_get_alias (gpointer item);
guint64 namida_transfer_entry_get_bytes (gpointer item);
guint namida_transfer_entry_get_files (gpointer item);
/** namida_transfer_entry_has_backup: whether a Namida backup was in it. */
gboolean namida_transfer_entry_has_backup (gpointer item);
/** namida_transfer_entry_get_unproven: whether nothing proved what arrived. */
gboolean namida_transfer_entry_get_unproven (gpointer item);
/** namida_transfer_entry_get_folder: Returns: (transfer none) (nullable): where it landed. */
const char *namida_transfer_entry_get_folder (gpointer item);

/**
 * NamidaMergedEntry: files that one device sent within an hour, as one row: a phone sends songs one by one. Immutable;
 * main context.
 */
#define NAMIDA_TYPE_MERGED_ENTRY (namida_merged_entry_get_type ())
G_DECLARE_FINAL_TYPE (NamidaMergedEntry, namida_merged_entry, NAMIDA, MERGED_ENTRY, GObject)

/** namida_merged_entry_new: @items: (transfer full) (element-type GObject): at least two, the newest first. */
NamidaMergedEntry *namida_merged_entry_new (GPtrArray *items);
/** Returns: (transfer none) (element-type GObject): the newest first. */
GPtrArray *namida_merged_entry_get_items (NamidaMergedEntry *self);
/** namida_merged_entry_can_merge: whether @older, the next one in the list, belongs into a row with @newest. */
gboolean namida_merged_entry_can_merge (gpointer newest, gpointer older);

G_END_DECLS
