/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list model of the history: transfers of earlier runs, removed versions and repairs. The window shows it. Main
 * context. */
#pragma once

#include "namida-history-item.h"
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaHubHistory: a GListModel of NamidaHistoryItem, newest first, with what the journal recorded before this
 * object was created; later transfers are in namida_hub_get_transfers(). A worker fills it once the hub runs. Main
 * context.
 */
#define NAMIDA_TYPE_HUB_HISTORY (namida_hub_history_get_type ())
G_DECLARE_FINAL_TYPE (NamidaHubHistory, namida_hub_history, NAMIDA, HUB_HISTORY, GObject)

/**
 * namida_hub_history_new: @hub: the hub whose history is listed; the list holds a reference. Returns: (transfer full)
 */
NamidaHubHistory *namida_hub_history_new (NamidaHub *hub);
/**
 * namida_hub_history_clear: removes every transfer that has ended from the history, including those of this run.
 * Stored files and what is known about them stay. An error is reported by the hub's "trouble" signal.
 */
void namida_hub_history_clear (NamidaHubHistory *self);

/**
 * namida_hub_history_set_hidden:
 * @item: a NamidaHistoryItem, or a NamidaTransfer that has ended
 * @hidden: whether to remove it from the history; %FALSE restores it
 *
 * Stored files and what is known about them stay. An error is reported by the hub's "trouble" signal. Main context.
 */
void namida_hub_history_set_hidden (NamidaHubHistory *self, gpointer item, gboolean hidden);

G_END_DECLS
