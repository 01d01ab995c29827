/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** NamidaDeviceRow: one device near: what it is, how it is trusted, and where to drop what it shall get. */
#define NAMIDA_TYPE_DEVICE_ROW (namida_device_row_get_type ())
G_DECLARE_FINAL_TYPE (NamidaDeviceRow, namida_device_row, NAMIDA, DEVICE_ROW, AdwActionRow)

NamidaDeviceRow *namida_device_row_new (NamidaHub *hub, NamidaPeer *peer);
NamidaPeer *namida_device_row_get_peer (NamidaDeviceRow *self);

G_END_DECLS
