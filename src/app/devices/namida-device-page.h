/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of one device. Main context. */
#pragma once

#include "namida-device-dates.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * NamidaDevicePage:
 *
 * Everything about one device: its name and kind, its permissions, the versions of it that are kept here, and its
 * fingerprint. Pushed over the pages of the window (namida_shell_push()). Main context.
 */
#define NAMIDA_TYPE_DEVICE_PAGE (namida_device_page_get_type ())
G_DECLARE_FINAL_TYPE (NamidaDevicePage, namida_device_page, NAMIDA, DEVICE_PAGE, AdwBin)

/** namida_device_page_new: @dates: the last backups of all devices. Returns: (transfer none) */
NamidaDevicePage *namida_device_page_new (NamidaHub *hub, NamidaPeer *peer, NamidaDeviceDates *dates);

G_END_DECLS
