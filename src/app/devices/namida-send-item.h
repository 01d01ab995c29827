/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-scanner.h"

G_BEGIN_DECLS

/** NamidaSendItem: one file or folder that may be sent, with a tick, its size and count. Signal-free: watch
 * "notify::ready" and the tick by "notify::wanted". */
#define NAMIDA_TYPE_SEND_ITEM (namida_send_item_get_type ())
G_DECLARE_FINAL_TYPE (NamidaSendItem, namida_send_item, NAMIDA, SEND_ITEM, AdwActionRow)

NamidaSendItem *namida_send_item_new (GFile *file);
GFile *namida_send_item_get_file (NamidaSendItem *self);
gboolean namida_send_item_get_wanted (NamidaSendItem *self);
/** %FALSE while it is looked at, and when there is nothing to send in it. */
gboolean namida_send_item_get_ready (NamidaSendItem *self);
guint64 namida_send_item_get_bytes (NamidaSendItem *self);

G_END_DECLS
