/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** NamidaDevicesPage: who I am, and who is near. */
#define NAMIDA_TYPE_DEVICES_PAGE (namida_devices_page_get_type ())
G_DECLARE_FINAL_TYPE (NamidaDevicesPage, namida_devices_page, NAMIDA, DEVICES_PAGE, AdwBin)

void namida_devices_page_set_hub (NamidaDevicesPage *self, NamidaHub *hub);
/** namida_devices_page_pick: asks for a device to send @files (GListModel of GFile, nullable: no longer) to. */
void namida_devices_page_pick (NamidaDevicesPage *self, GListModel *files);

G_END_DECLS
