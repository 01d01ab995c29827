/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What trusted devices call themselves, as far as a connection must know it: when another key answers at the address of
 * one of them, these names tell somebody who pretends to be it from somebody who only got its address. The identity
 * owns the one list; the hub keeps it up to date; connections read it in any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NamidaKnownDevices NamidaKnownDevices;

/** namida_known_devices_new: Returns: (transfer full): without a device. */
NamidaKnownDevices *namida_known_devices_new (void);
void namida_known_devices_free (NamidaKnownDevices *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaKnownDevices, namida_known_devices_free)

/**
 * namida_known_devices_set:
 * @self: the list
 * @trusted: (element-type NamidaTrusted): all of them, in place of those before
 *
 * Any thread.
 */
void namida_known_devices_set (NamidaKnownDevices *self, GPtrArray *trusted);

/**
 * namida_known_devices_note_claim:
 * @self: the list
 * @fingerprint: that an announcement has just named
 * @host: the address that it came from, without a port
 *
 * Remembered for half a minute: the key is not proven yet, and who shows another one there is no device that got the
 * address by chance. Any thread.
 */
void namida_known_devices_note_claim (NamidaKnownDevices *self, const char *fingerprint, const char *host);

/**
 * namida_known_devices_is_claimed:
 * @self: the list
 * @fingerprint: of the device that was to be at an address
 * @host: that address, without a port
 * @said_fingerprint: (nullable): what somebody there, who has shown another key, says of itself
 * @said_uuid: (nullable): likewise
 * @said_alias: (nullable): likewise
 *
 * Any thread.
 *
 * Returns: whether it says that it is the device with @fingerprint: by the key itself, here or in an announcement, or
 * by the number or a name that looks like that of the trusted device that has it
 */
gboolean namida_known_devices_is_claimed (NamidaKnownDevices *self,
                                          const char *fingerprint,
                                          const char *host,
                                          const char *said_fingerprint,
                                          const char *said_uuid,
                                          const char *said_alias);

G_END_DECLS
