/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of a device. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-peer.h"

G_BEGIN_DECLS

/**
 * NamidaDeviceAvatar:
 *
 * A device as a round picture: its initials in its own color and, as a small badge, the kind of device. Devices are
 * round everywhere in the window; backups and music are square. Decorative: the name of the device is always shown as
 * text beside it. Property "size": pixels, 40 in rows, 48 in cards, 64 and more with a large badge; construct only.
 * Main context.
 */
#define NAMIDA_TYPE_DEVICE_AVATAR (namida_device_avatar_get_type ())
G_DECLARE_FINAL_TYPE (NamidaDeviceAvatar, namida_device_avatar, NAMIDA, DEVICE_AVATAR, AdwBin)

/**
 * namida_device_avatar_set:
 * @name: the name of the device, which determines its color
 * @icon: the icon name of its kind, see namida_device_kind_icon()
 * @away: whether it is not nearby, which is shown with half opacity
 */
void namida_device_avatar_set (NamidaDeviceAvatar *self, const char *name, const char *icon, gboolean away);
/** namida_device_avatar_set_peer: sets the same from @peer. */
void namida_device_avatar_set_peer (NamidaDeviceAvatar *self, NamidaPeer *peer);

/**
 * namida_device_kind_icon:
 * @type: (nullable): "desktop", "laptop", "mobile", "headless" or "server", as reported by the device
 *
 * Returns: (transfer none): an icon name; that of a computer if @type is unknown
 */
const char *namida_device_kind_icon (const char *type);
/** namida_device_peer_icon: Returns: (transfer none): the name of the icon for the kind of @peer. */
const char *namida_device_peer_icon (NamidaPeer *peer);
/** namida_device_peer_kind: Returns: (transfer none): the kind of @peer as a word such as "Server". Translated. */
const char *namida_device_peer_kind (NamidaPeer *peer);

G_END_DECLS
