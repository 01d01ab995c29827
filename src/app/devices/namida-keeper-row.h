/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaKeeperRow:
 *
 * A device nearby that may keep backups for this computer. Of a trusted one it asks what that is, and says it; its
 * button activates the action "keeper.get" (s: the key of the device), of a device that is not trusted yet
 * "keeper.pair". Main context.
 */
#define NAMIDA_TYPE_KEEPER_ROW (namida_keeper_row_get_type ())
G_DECLARE_FINAL_TYPE (NamidaKeeperRow, namida_keeper_row, NAMIDA, KEEPER_ROW, AdwActionRow)

/** namida_keeper_row_new: @peer: one of namida_hub_get_peers(). */
NamidaKeeperRow *namida_keeper_row_new (NamidaHub *hub, NamidaPeer *peer);

/** namida_keeper_can_be: whether @peer is nearby and could keep backups that this computer may get. */
gboolean namida_keeper_can_be (NamidaPeer *peer);

G_END_DECLS
