/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page “Backups” of the window. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaBackupsPage: the versions that are kept here, with a card for each device, the device with the newest backup
 * first.
 */
#define NAMIDA_TYPE_BACKUPS_PAGE (namida_backups_page_get_type ())
G_DECLARE_FINAL_TYPE (NamidaBackupsPage, namida_backups_page, NAMIDA, BACKUPS_PAGE, AdwBin)

/** namida_backups_page_set_hub: sets the hub. Call it once. */
void namida_backups_page_set_hub (NamidaBackupsPage *self, NamidaHub *hub);

G_END_DECLS
