/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the query and reads the answers of multicast DNS. Used only by namida-player-finder.c. Pure functions. */
#pragma once

#include "namida-device-info.h"

G_BEGIN_DECLS

#define NAMIDA_MDNS_PORT 5353
#define NAMIDA_MDNS_GROUP "224.0.0.251"
/** The size in bytes of the largest datagram that is read (RFC 6762, section 17). */
#define NAMIDA_MDNS_BYTES_MOST 9000

/**
 * namida_mdns_message_new_query:
 * @service: for example "_namida-server._tcp"
 *
 * Formats a query for the instances of a service in "local". Sent from a port other than 5353 it is a one-shot query,
 * which is answered to that port only (RFC 6762, section 6.7). Pure.
 *
 * Returns: (transfer full)
 */
GBytes *namida_mdns_message_new_query (const char *service);
/**
 * namida_mdns_message_parse:
 * @data: a datagram, untrusted
 * @length: in bytes
 * @service: the service that was queried
 *
 * Reads the first instance of @service in an answer: its name, its port (SRV) and its texts (TXT), all of which must be
 * in the same datagram, as recommended by RFC 6763, section 12.1. Pure.
 *
 * Returns: (transfer full) (nullable): %NULL if the datagram is not such an answer
 */
NamidaDeviceInfo *namida_mdns_message_parse (const guint8 *data, gsize length, const char *service);

G_END_DECLS
