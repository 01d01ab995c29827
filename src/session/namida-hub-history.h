/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-history-item.h"
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaHubHistory: GListModel of NamidaHistoryItem, newest first: what the journal knows of the time before this
 * object was made; what came since is in namida_hub_get_transfers(). Filled in a worker once the hub runs. Main
 * context.
 */
#define NAMIDA_TYPE_HUB_HISTORY (namida_hub_history_get_type ())
G_DECLARE_FINAL_TYPE (NamidaHubHistory, namida_hub_history, NAMIDA, HUB_HISTORY, GObject)

NamidaHubHistory *namida_hub_history_new (NamidaHub *hub);
/** namida_hub_history_clear: forgets every transfer that has ended, of this run too. What is stored stays, and so does
 * the knowledge of it. A failure is told by the hub's "trouble". */
void namida_hub_history_clear (NamidaHubHistory *self);

/**
 * namida_hub_history_set_hidden:
 * @item: a NamidaHistoryItem, or a NamidaTransfer that has ended
 * @hidden: whether it leaves the history; %FALSE brings one back that has left it
 *
 * What it stored stays, and so does the knowledge of it. Main context; a failure is told by the hub's "trouble".
 */
void namida_hub_history_set_hidden (NamidaHubHistory *self, gpointer item, gboolean hidden);

G_END_DECLS
