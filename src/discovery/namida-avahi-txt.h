/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The TXT records of this device and of Namida, the player. Used by the Avahi finder and by the multicast DNS code.
 * Pure functions. */
#pragma once

#include "namida-device-info.h"

G_BEGIN_DECLS

#define NAMIDA_AVAHI_MAX_TXT 32
#define NAMIDA_AVAHI_NAME_BYTES 63 /* RFC 1035, 2.3.4: the length of a label */

/** namida_avahi_txt_new: Returns: (transfer floating): the TXT record that describes @own, of type "aay". Pure. */
GVariant *namida_avahi_txt_new (NamidaDeviceInfo *own);
/**
 * namida_avahi_txt_parse:
 * @txt: the TXT record, of type "aay", untrusted
 * @name: the name of the service, untrusted; used as the alias until a register request returns the real one
 * @port: the port of the service
 *
 * Pure.
 *
 * Returns: (transfer full) (nullable): %NULL with %NAMIDA_ERROR_INVALID_REQUEST if "v=1", the fingerprint, the uuid or
 * the port is missing or invalid
 */
NamidaDeviceInfo *namida_avahi_txt_parse (GVariant *txt, const char *name, guint port, GError **error);
/** namida_avahi_service_name: Returns: (transfer full): @alias as a DNS-SD name: 1 to 63 bytes of UTF-8. Pure. */
char *namida_avahi_service_name (const char *alias);

/** The service type by which Namida itself, the player, is found while its own LAN sync is open. */
#define NAMIDA_AVAHI_PLAYER_SERVICE "_namida-server._tcp"
/**
 * namida_avahi_player_parse: Parses an announcement of Namida's own sync. Its "device_id" (or the name of the service)
 * takes the place of the fingerprint and proves nothing. Returns: (transfer full) (nullable): %NULL with
 * INVALID_REQUEST.
 */
NamidaDeviceInfo *namida_avahi_player_parse (GVariant *txt, const char *name, guint port, GError **error);

G_END_DECLS
