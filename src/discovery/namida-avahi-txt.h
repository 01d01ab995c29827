/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-device-info.h"

G_BEGIN_DECLS

#define NAMIDA_AVAHI_MAX_TXT 32
#define NAMIDA_AVAHI_NAME_BYTES 63 /* RFC 1035, 2.3.4: a label */

/** namida_avahi_txt_new: Returns: (transfer floating): "aay", what is said of @own. Pure. */
GVariant *namida_avahi_txt_new (NamidaDeviceInfo *own);
/**
 * namida_avahi_txt_parse: @txt: "aay", untrusted; @name: the service's name, untrusted: the alias until a register
 * tells the real one. Pure.
 *
 * Returns: (transfer full) (nullable): %NAMIDA_ERROR_INVALID_REQUEST without "v=1", a fingerprint and a uuid, and for a
 * port 0.
 */
NamidaDeviceInfo *namida_avahi_txt_parse (GVariant *txt, const char *name, guint port, GError **error);
/** namida_avahi_service_name: Returns: (transfer full): @alias as a DNS-SD name: 1 to 63 bytes of UTF-8. Pure. */
char *namida_avahi_service_name (const char *alias);

/** The type of service by which Namida itself, the player, is found while its own LAN sync is open. */
#define NAMIDA_AVAHI_PLAYER_SERVICE "_namida-server._tcp"
/** namida_avahi_player_parse: an announcement of Namida's own sync. Its "device_id" (or the name of the service) stands
 * in the place of a fingerprint: it proves nothing. Returns: (transfer full) (nullable): %NULL with INVALID_REQUEST. */
NamidaDeviceInfo *namida_avahi_player_parse (GVariant *txt, const char *name, guint port, GError **error);

G_END_DECLS
