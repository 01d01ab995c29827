/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The multicast sockets of one interface. Used by the multicast finder; the helpers for addresses and rates are used
 * in all of discovery. Main context. */
#pragma once

#include <gio/gio.h>

#include "namida-interface.h"

G_BEGIN_DECLS

#define NAMIDA_MULTICAST_PORT 53317
#define NAMIDA_MULTICAST_PER_SECOND 200

/** NamidaMulticastLink: the IPv4 and IPv6 sockets of one interface. Main context. Private to discovery/. */
typedef struct _NamidaMulticastLink NamidaMulticastLink;

/**
 * NamidaMulticastReceived: Called for one datagram from an address nearby. @data is not NUL-terminated and only valid
 * during the call. The handler may free the link.
 */
typedef void (*NamidaMulticastReceived) (const char *data, gsize length, GInetSocketAddress *from, gpointer user_data);

/**
 * namida_multicast_link_open:
 *
 * Binds the sockets and joins the groups. One group of one address family is enough.
 *
 * Returns: (transfer full) (nullable): %NULL with %NAMIDA_ERROR_UNREACHABLE
 */
NamidaMulticastLink *namida_multicast_link_open (NamidaInterface *interface,
                                                 NamidaMulticastReceived received,
                                                 gpointer user_data,
                                                 GError **error);
/**
 * namida_multicast_link_send_to_phones: Sends to 224.0.0.251, where phone apps listen. Never blocks; what cannot be
 * sent is dropped, because a burst repeats it.
 */
void namida_multicast_link_send_to_phones (NamidaMulticastLink *self, const char *text);
/**
 * namida_multicast_link_send_to_localsend: Sends to the groups in which LocalSend listens, which are all the others.
 */
void namida_multicast_link_send_to_localsend (NamidaMulticastLink *self, const char *text);
/** namida_multicast_link_send_to: Sends to UDP port 53317 of @host. Returns: %FALSE if this link could not send it. */
gboolean namida_multicast_link_send_to (NamidaMulticastLink *self, GInetSocketAddress *host, const char *text);
/** namida_multicast_link_free: Leaves the groups and closes the sockets. */
void namida_multicast_link_free (NamidaMulticastLink *self);

/**
 * namida_address_is_near: Returns: whether @address is link-local, private or loopback. A public address does not show
 * by itself that its host is on this network. Pure.
 */
gboolean namida_address_is_near (GInetAddress *address);

/**
 * NamidaRate: limits how many events per second are let through. Pure apart from the clock (namida_clock_monotonic).
 */
typedef struct
{
  gint64 second_began;
  guint n;
} NamidaRate;
/** namida_rate_allow: Returns: whether one more event may pass in this second; counts it. */
gboolean namida_rate_allow (NamidaRate *self, guint per_second);

G_END_DECLS
