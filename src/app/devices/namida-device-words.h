/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts about devices for rows and pages. Main context; translated. */
#pragma once

#include "namida-device-dates.h"
#include "namida-tag.h"

G_BEGIN_DECLS

/**
 * namida_device_dup_key:
 *
 * Returns: (transfer full): the name of @peer in the actions of the window: its fingerprint, else its UUID or address
 */
char *namida_device_dup_key (NamidaPeer *peer);
/** namida_device_find: Returns: (transfer full) (nullable): the device with this @key, nearby or away. */
NamidaPeer *namida_device_find (NamidaHub *hub, const char *key);
/** namida_device_tag_kind: Returns: the relation of @peer to this device: trusted, new and so on. */
NamidaTagKind namida_device_tag_kind (NamidaPeer *peer);
/** namida_device_explain: Returns: (transfer none): a sentence that explains the tag, or a warning. */
const char *namida_device_explain (NamidaPeer *peer);
/**
 * namida_device_can_pair: Returns: whether the user can pair with @peer, which is not possible with a phone app,
 * LocalSend or a trusted device.
 */
gboolean namida_device_can_pair (NamidaPeer *peer);
/**
 * namida_device_can_verify: Returns: whether the user can trust @peer, a LocalSend device, by comparing its page
 * “Verify”.
 */
gboolean namida_device_can_verify (NamidaPeer *peer);
/** namida_device_dup_last_seen: Returns: (transfer full): "last seen yesterday", "not seen yet"; lower case. */
char *namida_device_dup_last_seen (NamidaPeer *peer);
/** namida_device_dup_address: Returns: (transfer full) (nullable): the address without the port. */
char *namida_device_dup_address (NamidaPeer *peer);
/** namida_device_dup_line: Returns: (transfer full): what matters about @peer today, as the second line of its row. */
char *namida_device_dup_line (NamidaPeer *peer, NamidaDeviceDates *dates);

G_END_DECLS
