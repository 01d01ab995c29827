/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What trusted devices call themselves, as far as a connection must know it. When another key answers at the address
 * of a trusted device, these names distinguish a device that pretends to be the trusted one from a device that
 * merely got its address. The identity owns the only list; the hub keeps it up to date; connections read it in any
 * thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NamidaKnownDevices NamidaKnownDevices;

/** namida_known_devices_new: Returns: (transfer full): an empty list. */
NamidaKnownDevices *namida_known_devices_new (void);
/** namida_known_devices_free: @self: (transfer full) */
void namida_known_devices_free (NamidaKnownDevices *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaKnownDevices, namida_known_devices_free)

/**
 * namida_known_devices_set:
 * @self: the list
 * @trusted: (element-type NamidaTrusted): all trusted devices; replaces the previous ones
 *
 * Any thread.
 */
void namida_known_devices_set (NamidaKnownDevices *self, GPtrArray *trusted);

/**
 * namida_known_devices_note_claim:
 * @self: the list
 * @fingerprint: the fingerprint that an announcement has just named
 * @host: the address that it came from, without a port
 *
 * Remembers for half a minute that an unproven announcement named this key. A device at that address that then shows
 * another key did not get the address by chance. Any thread.
 */
void namida_known_devices_note_claim (NamidaKnownDevices *self, const char *fingerprint, const char *host);

/**
 * namida_known_devices_is_claimed:
 * @self: the list
 * @fingerprint: the fingerprint of the device that was expected at an address
 * @host: that address, without a port
 * @said_fingerprint: (nullable): the fingerprint that the device there, which has shown another key, claims
 * @said_uuid: (nullable): the uuid that it claims
 * @said_alias: (nullable): the name that it claims
 *
 * Any thread.
 *
 * Returns: whether that device claims to be the device with @fingerprint: by the fingerprint itself (here or in an
 * announcement), by the uuid of the trusted device with that fingerprint, or by a name that looks like its name
 */
gboolean namida_known_devices_is_claimed (NamidaKnownDevices *self,
                                          const char *fingerprint,
                                          const char *host,
                                          const char *said_fingerprint,
                                          const char *said_uuid,
                                          const char *said_alias);

G_END_DECLS
