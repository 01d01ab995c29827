/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "namida-interface.h"

G_BEGIN_DECLS

#define NAMIDA_MULTICAST_PORT 53317
#define NAMIDA_MULTICAST_PER_SECOND 200

/** NamidaMulticastLink: the sockets of one interface, IPv4 and IPv6. Main context. Private to discovery/. */
typedef struct _NamidaMulticastLink NamidaMulticastLink;

/** One datagram from a near address; @data is not NUL-terminated and is gone after the call. May free the link. */
typedef void (*NamidaMulticastReceived) (const char *data, gsize length, GInetSocketAddress *from, gpointer user_data);

/**
 * namida_multicast_link_open:
 *
 * Binds and joins; one group in one family is enough. Returns: (transfer full) (nullable): %NAMIDA_ERROR_UNREACHABLE.
 */
NamidaMulticastLink *namida_multicast_link_open (NamidaInterface *interface,
                                                 NamidaMulticastReceived received,
                                                 gpointer user_data,
                                                 GError **error);
/** To 224.0.0.251, where phone apps listen. Never blocks; what cannot be sent is left out: a burst repeats it. */
void namida_multicast_link_send_to_phones (NamidaMulticastLink *self, const char *text);
/** To the groups where LocalSend listens, which are all the others. */
void namida_multicast_link_send_to_localsend (NamidaMulticastLink *self, const char *text);
/** To UDP 53317 of @host. Returns: %FALSE when it could not be sent by this link. */
gboolean namida_multicast_link_send_to (NamidaMulticastLink *self, GInetSocketAddress *host, const char *text);
void namida_multicast_link_free (NamidaMulticastLink *self);

/** namida_address_is_near: link-local, private or loopback: no public host is on this network by its address. Pure. */
gboolean namida_address_is_near (GInetAddress *address);

/** NamidaRate: how many are let through in a second. Pure but for the clock (namida_clock_monotonic). */
typedef struct
{
  gint64 second_began;
  guint n;
} NamidaRate;
gboolean namida_rate_allow (NamidaRate *self, guint per_second);

G_END_DECLS
