/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** NamidaNetwork: one address of this device with its prefix: what is on the same link. */
typedef struct
{
  guint index; /* of the interface */
  gboolean loopback;
  GInetAddress *address;
  GInetAddressMask *mask;
} NamidaNetwork;

/** namida_network_list: @only: (nullable): as for namida_interface_list(). Returns: (transfer full). */
GPtrArray *namida_network_list (const char *only);
/** namida_network_list_all: of every interface that is up, also those that are no place to look for devices. Returns:
 * (transfer full). */
GPtrArray *namida_network_list_all (void);
/** namida_networks_have: @networks: of namida_network_list(). Is @address one of this device's own? */
gboolean namida_networks_have (GPtrArray *networks, GInetAddress *address);
/** namida_networks_reach: @networks: of namida_network_list(). Is @address within one of them? */
gboolean namida_networks_reach (GPtrArray *networks, GInetAddress *address);
/**
 * namida_network_is_near: whether @address is private or link-local, or within a network that this device is in, such
 * as 100.64.0.0/10 (RFC 6598) or a public one: the own prefixes decide. What the interfaces have is read anew every few
 * seconds. Main context.
 */
gboolean namida_network_is_near (GInetAddress *address);
/** namida_network_is_on_link: is @address near by its kind, or within a network that interface @index has? Never
 * loopback. */
gboolean namida_network_is_on_link (GInetAddress *address, guint index);

G_END_DECLS
