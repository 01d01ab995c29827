/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-device-dates.h"
#include "namida-tag.h"

G_BEGIN_DECLS

/* What the rows and pages of devices say. Main context; translated. */

/**
 * namida_device_dup_key:
 *
 * Returns: (transfer full): names @peer in the actions of the window: its fingerprint, else its uuid or address
 */
char *namida_device_dup_key (NamidaPeer *peer);
/** namida_device_find: Returns: (transfer full) (nullable): the device of this @key, nearby or away. */
NamidaPeer *namida_device_find (NamidaHub *hub, const char *key);
/** namida_device_tag_kind: Returns: how @peer stands to this device. */
NamidaTagKind namida_device_tag_kind (NamidaPeer *peer);
/** namida_device_explain: Returns: (transfer none): what its tag means, in a sentence, or why to be careful. */
const char *namida_device_explain (NamidaPeer *peer);
/** namida_device_can_pair: whether a person can pair with @peer: not with a phone app or LocalSend, nor a trusted one.
 */
gboolean namida_device_can_pair (NamidaPeer *peer);
/** namida_device_can_verify: whether a person can make @peer, a LocalSend device, a trusted one by its page “Verify”.
 */
gboolean namida_device_can_verify (NamidaPeer *peer);
/** namida_device_dup_last_seen: Returns: (transfer full): "last seen yesterday", "not seen yet"; lower case. */
char *namida_device_dup_last_seen (NamidaPeer *peer);
/** namida_device_dup_address: Returns: (transfer full) (nullable): the address without the port. */
char *namida_device_dup_address (NamidaPeer *peer);
/** namida_device_dup_line: Returns: (transfer full): what matters about @peer today, as the second line of its row. */
char *namida_device_dup_line (NamidaPeer *peer, NamidaDeviceDates *dates);

G_END_DECLS
