/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row of the Welcome window. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaKeeperRow:
 *
 * A nearby device that may keep backups for this computer. A trusted device is asked for its list, which is then
 * summarized. The button activates the action "keeper.get" (s: the key of the device), or "keeper.pair" for a device
 * that is not trusted yet. Main context.
 */
#define NAMIDA_TYPE_KEEPER_ROW (namida_keeper_row_get_type ())
G_DECLARE_FINAL_TYPE (NamidaKeeperRow, namida_keeper_row, NAMIDA, KEEPER_ROW, AdwActionRow)

/** namida_keeper_row_new: @peer: an item of namida_hub_get_peers(). Returns: (transfer none) */
NamidaKeeperRow *namida_keeper_row_new (NamidaHub *hub, NamidaPeer *peer);

/** namida_keeper_can_be: Returns: whether @peer is nearby and might keep backups that this computer may fetch. */
gboolean namida_keeper_can_be (NamidaPeer *peer);

G_END_DECLS
