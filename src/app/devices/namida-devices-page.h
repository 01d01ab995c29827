/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-device-dates.h"

G_BEGIN_DECLS

/** NamidaDevicesPage: this device, the trusted devices, and the others nearby. Main context. */
#define NAMIDA_TYPE_DEVICES_PAGE (namida_devices_page_get_type ())
G_DECLARE_FINAL_TYPE (NamidaDevicesPage, namida_devices_page, NAMIDA, DEVICES_PAGE, AdwBin)

/** namida_devices_page_set_hub: whose devices; @dates: their last backups. Once. */
void namida_devices_page_set_hub (NamidaDevicesPage *self, NamidaHub *hub, NamidaDeviceDates *dates);
/** namida_devices_page_look: somebody looks for devices (again): until some seconds have passed without one, the page
 * says that it is searching. */
void namida_devices_page_look (NamidaDevicesPage *self);
/** namida_devices_page_pick: asks for a device to send @files (GListModel of GFile, nullable: no longer) to. */
void namida_devices_page_pick (NamidaDevicesPage *self, GListModel *files);

G_END_DECLS
