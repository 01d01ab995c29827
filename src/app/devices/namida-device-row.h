/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-device-dates.h"

G_BEGIN_DECLS

/** NamidaDeviceRow: one device, nearby or away: who it is, what matters about it today, how it is trusted, and where to
 * drop what it shall get. Main context. */
#define NAMIDA_TYPE_DEVICE_ROW (namida_device_row_get_type ())
G_DECLARE_FINAL_TYPE (NamidaDeviceRow, namida_device_row, NAMIDA, DEVICE_ROW, AdwPreferencesRow)

/** namida_device_row_new: @dates: the last backups of all devices. */
NamidaDeviceRow *namida_device_row_new (NamidaPeer *peer, NamidaDeviceDates *dates);
NamidaPeer *namida_device_row_get_peer (NamidaDeviceRow *self);

G_END_DECLS
