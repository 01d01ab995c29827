/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page “Transfers” of the window. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub-history.h"

G_BEGIN_DECLS

/**
 * NamidaTransfersPage: running transfers, and ended ones by day. Properties: "running": the number of running
 * transfers (the badge); "searching": whether the search is open, read and write; "has-earlier": whether there is
 * something to search. Main context.
 */
#define NAMIDA_TYPE_TRANSFERS_PAGE (namida_transfers_page_get_type ())
G_DECLARE_FINAL_TYPE (NamidaTransfersPage, namida_transfers_page, NAMIDA, TRANSFERS_PAGE, AdwBin)

/** namida_transfers_page_set_hub: sets the hub and the transfers of earlier runs. Call it once. */
void namida_transfers_page_set_hub (NamidaTransfersPage *self, NamidaHub *hub, NamidaHubHistory *history);
/** namida_transfers_page_search: shows ended transfers that contain @text. */
void namida_transfers_page_search (NamidaTransfersPage *self, const char *text);

/** namida_transfers_page_get_history: Returns: (transfer none): the history of the hub. */
NamidaHubHistory *namida_transfers_page_get_history (NamidaTransfersPage *self);

G_END_DECLS
