/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row of the Transfers page. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-transfer-entry.h"

G_BEGIN_DECLS

/** NamidaHistoryRow: a transfer of an earlier run, or files that one device sent within an hour. Main context. */
#define NAMIDA_TYPE_HISTORY_ROW (namida_history_row_get_type ())
G_DECLARE_FINAL_TYPE (NamidaHistoryRow, namida_history_row, NAMIDA, HISTORY_ROW, GtkListBoxRow)

/** namida_history_row_new: @item: a NamidaHistoryItem or a NamidaMergedEntry. Returns: (transfer none) */
NamidaHistoryRow *namida_history_row_new (GObject *item);
/** namida_history_words: Returns: (transfer full): text such as "Music to Living Room NAS". */
char *namida_history_words (NamidaHistoryItem *item);

G_END_DECLS
