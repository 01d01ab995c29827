/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row of the send sheet. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-scanner.h"

G_BEGIN_DECLS

/**
 * NamidaSendItem: one file or folder that may be sent, with a check button, its size and its number of files. It has
 * no signals; use "notify::ready" and "notify::wanted" (the check button).
 */
#define NAMIDA_TYPE_SEND_ITEM (namida_send_item_get_type ())
G_DECLARE_FINAL_TYPE (NamidaSendItem, namida_send_item, NAMIDA, SEND_ITEM, AdwActionRow)

/** namida_send_item_new: Returns: (transfer none) */
NamidaSendItem *namida_send_item_new (GFile *file);
/** namida_send_item_get_file: Returns: (transfer none) */
GFile *namida_send_item_get_file (NamidaSendItem *self);
/** namida_send_item_get_wanted: Returns: whether the check button is active. */
gboolean namida_send_item_get_wanted (NamidaSendItem *self);
/** namida_send_item_set_wanted: sets the check button, unless there is nothing to send. */
void namida_send_item_set_wanted (NamidaSendItem *self, gboolean wanted);
/** namida_send_item_get_ready: Returns: %FALSE while it is being scanned, or if it contains nothing to send. */
gboolean namida_send_item_get_ready (NamidaSendItem *self);
/** namida_send_item_get_bytes: Returns: the size of its files; 0 until it is ready. */
guint64 namida_send_item_get_bytes (NamidaSendItem *self);

G_END_DECLS
