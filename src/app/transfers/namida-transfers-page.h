/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub-history.h"

G_BEGIN_DECLS

/** NamidaTransfersPage: what runs now, and what ended before, by days. Properties: "running": how many run (the badge);
 * "searching": whether the search is open, read and write; "has-earlier": whether there is something to search. Main
 * context. */
#define NAMIDA_TYPE_TRANSFERS_PAGE (namida_transfers_page_get_type ())
G_DECLARE_FINAL_TYPE (NamidaTransfersPage, namida_transfers_page, NAMIDA, TRANSFERS_PAGE, AdwBin)

void namida_transfers_page_set_hub (NamidaTransfersPage *self, NamidaHub *hub, NamidaHubHistory *history);
/** namida_transfers_page_search: shows those of the earlier ones that have @text in their words. */
void namida_transfers_page_search (NamidaTransfersPage *self, const char *text);

/** namida_transfers_page_get_history: Returns: (transfer none): of the hub that is shown. */
NamidaHubHistory *namida_transfers_page_get_history (NamidaTransfersPage *self);

G_END_DECLS
