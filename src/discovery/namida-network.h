/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The networks that this computer is in, by its addresses and prefixes. Used to decide whether an address is nearby.
 * Main context. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** NamidaNetwork: one address of this device with its prefix, which tells which addresses are on the same link. */
typedef struct
{
  guint index; /* index of the interface */
  gboolean loopback;
  GInetAddress *address;
  GInetAddressMask *mask;
} NamidaNetwork;

/**
 * namida_network_list: @only: (nullable): as for namida_interface_list(). Returns: (transfer full) (element-type
 * NamidaNetwork)
 */
GPtrArray *namida_network_list (const char *only);
/**
 * namida_network_list_all: Returns: (transfer full) (element-type NamidaNetwork): the networks of every interface that
 * is up, including those on which devices are not searched for.
 */
GPtrArray *namida_network_list_all (void);
/**
 * namida_networks_have: @networks: from namida_network_list(). Returns: whether @address is one of this device's own
 * addresses.
 */
gboolean namida_networks_have (GPtrArray *networks, GInetAddress *address);
/** namida_networks_reach: @networks: from namida_network_list(). Returns: whether @address is within one of them. */
gboolean namida_networks_reach (GPtrArray *networks, GInetAddress *address);
/**
 * namida_network_is_near: Returns: whether @address is private or link-local, or within a network that this device is
 * in, such as 100.64.0.0/10 (RFC 6598) or a public network; the device's own prefixes decide. The interfaces are read
 * again every few seconds. Main context.
 */
gboolean namida_network_is_near (GInetAddress *address);
/**
 * namida_network_is_on_link: Returns: whether @address is private or link-local, or within a network of the interface
 * @index. Never true for loopback.
 */
gboolean namida_network_is_on_link (GInetAddress *address, guint index);

G_END_DECLS
