/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-peer.h"

G_BEGIN_DECLS

/**
 * NamidaDeviceAvatar:
 *
 * A device as a round picture: its initials in its one color and, as a small badge, what kind of device it is. Devices
 * are round everywhere in the window; backups and music are square. For the eye only: whoever shows it names the device
 * in words beside it. Property "size": pixels, 40 in rows, 48 in cards, 64 and more with a large badge; construct only.
 * Main context.
 */
#define NAMIDA_TYPE_DEVICE_AVATAR (namida_device_avatar_get_type ())
G_DECLARE_FINAL_TYPE (NamidaDeviceAvatar, namida_device_avatar, NAMIDA, DEVICE_AVATAR, AdwBin)

/**
 * namida_device_avatar_set:
 * @name: of the device; decides its color
 * @icon: the name of the icon of its kind, as namida_device_kind_icon() says
 * @away: whether it is not nearby, which is shown at half opacity
 */
void namida_device_avatar_set (NamidaDeviceAvatar *self, const char *name, const char *icon, gboolean away);
/** namida_device_avatar_set_peer: the same from what is known of @peer. */
void namida_device_avatar_set_peer (NamidaDeviceAvatar *self, NamidaPeer *peer);

/**
 * namida_device_kind_icon:
 * @type: (nullable): "desktop", "laptop", "mobile", "headless" or "server", as a device says of itself
 *
 * Returns: (transfer none): the name of an icon; of a computer for what is unknown
 */
const char *namida_device_kind_icon (const char *type);
/** namida_device_peer_icon: Returns: (transfer none): the name of the icon for the kind of @peer. */
const char *namida_device_peer_icon (NamidaPeer *peer);
/** namida_device_peer_kind: Returns: (transfer none): the kind of @peer as a word for people: "Server". Translated. */
const char *namida_device_peer_kind (NamidaPeer *peer);

G_END_DECLS
