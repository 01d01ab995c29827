/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing what to send. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaSendSheet: chooses what to send to one device: the newest Namida backup and the music folder, which are
 * selected, and what the user adds.
 */
#define NAMIDA_TYPE_SEND_SHEET (namida_send_sheet_get_type ())
G_DECLARE_FINAL_TYPE (NamidaSendSheet, namida_send_sheet, NAMIDA, SEND_SHEET, AdwWindow)

/** namida_send_sheet_new: Returns: (transfer none) */
NamidaSendSheet *namida_send_sheet_new (NamidaHub *hub, NamidaPeer *peer);

G_END_DECLS
