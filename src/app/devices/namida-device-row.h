/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row of the devices page. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-device-dates.h"

G_BEGIN_DECLS

/**
 * NamidaDeviceRow: one device, nearby or away: its name, its latest backup and its trust. Files can be dropped onto
 * it. Main context.
 */
#define NAMIDA_TYPE_DEVICE_ROW (namida_device_row_get_type ())
G_DECLARE_FINAL_TYPE (NamidaDeviceRow, namida_device_row, NAMIDA, DEVICE_ROW, AdwPreferencesRow)

/** namida_device_row_new: @dates: the last backups of all devices. Returns: (transfer none) */
NamidaDeviceRow *namida_device_row_new (NamidaPeer *peer, NamidaDeviceDates *dates);
/** namida_device_row_get_peer: Returns: (transfer none) */
NamidaPeer *namida_device_row_get_peer (NamidaDeviceRow *self);

G_END_DECLS
