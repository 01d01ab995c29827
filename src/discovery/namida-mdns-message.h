/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-device-info.h"

G_BEGIN_DECLS

#define NAMIDA_MDNS_PORT 5353
#define NAMIDA_MDNS_GROUP "224.0.0.251"
/** The largest datagram that is read: RFC 6762, section 17. */
#define NAMIDA_MDNS_BYTES_MOST 9000

/**
 * namida_mdns_message_new_query:
 * @service: as "_namida-server._tcp"
 *
 * A question for the instances of a service in "local". Sent from another port than 5353 it is a one-shot query, which
 * is answered to that port alone (RFC 6762, section 6.7). Pure.
 *
 * Returns: (transfer full)
 */
GBytes *namida_mdns_message_new_query (const char *service);
/**
 * namida_mdns_message_parse:
 * @data: a datagram, untrusted
 * @service: the service that was asked for
 *
 * Reads the first instance of @service in an answer: its name, the port (SRV) and the texts (TXT), all of which must be
 * in the same datagram, as RFC 6763, section 12.1, recommends. Pure.
 *
 * Returns: (transfer full) (nullable): %NULL when it is no such answer
 */
NamidaDeviceInfo *namida_mdns_message_parse (const guint8 *data, gsize length, const char *service);

G_END_DECLS
