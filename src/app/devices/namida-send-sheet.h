/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** NamidaSendSheet: what to send to one device: the newest Namida backup and the music folder, ticked, and what a
 * person adds. */
#define NAMIDA_TYPE_SEND_SHEET (namida_send_sheet_get_type ())
G_DECLARE_FINAL_TYPE (NamidaSendSheet, namida_send_sheet, NAMIDA, SEND_SHEET, AdwWindow)

NamidaSendSheet *namida_send_sheet_new (NamidaHub *hub, NamidaPeer *peer);

G_END_DECLS
