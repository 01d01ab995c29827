/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page “Devices” of the window. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-device-dates.h"

G_BEGIN_DECLS

/** NamidaDevicesPage: this device, the trusted devices, and the other nearby devices. Main context. */
#define NAMIDA_TYPE_DEVICES_PAGE (namida_devices_page_get_type ())
G_DECLARE_FINAL_TYPE (NamidaDevicesPage, namida_devices_page, NAMIDA, DEVICES_PAGE, AdwBin)

/** namida_devices_page_set_hub: sets the hub and @dates, the last backups of its devices. Call it once. */
void namida_devices_page_set_hub (NamidaDevicesPage *self, NamidaHub *hub, NamidaDeviceDates *dates);
/**
 * namida_devices_page_look: starts a search for devices. The page says that it is searching until some seconds have
 * passed without a device.
 */
void namida_devices_page_look (NamidaDevicesPage *self);
/**
 * namida_devices_page_pick: lets the user choose a device to send @files to. @files: (nullable): GListModel of GFile;
 * %NULL: stop choosing
 */
void namida_devices_page_pick (NamidaDevicesPage *self, GListModel *files);

G_END_DECLS
