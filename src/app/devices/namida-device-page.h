/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-device-dates.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * NamidaDevicePage:
 *
 * All about one device: who it is, what it may do, what is kept of it here, how it proves who it is. Pushed over the
 * pages of the window (namida_shell_push()). Main context.
 */
#define NAMIDA_TYPE_DEVICE_PAGE (namida_device_page_get_type ())
G_DECLARE_FINAL_TYPE (NamidaDevicePage, namida_device_page, NAMIDA, DEVICE_PAGE, AdwBin)

NamidaDevicePage *namida_device_page_new (NamidaHub *hub, NamidaPeer *peer, NamidaDeviceDates *dates);

G_END_DECLS
