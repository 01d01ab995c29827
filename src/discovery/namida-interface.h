/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists the network interfaces of this computer and decides which of them are used. Called by the finders, the
 * listener and the hub. Quick; any thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** NamidaInterface: a network interface as listed by the kernel (getifaddrs). */
typedef struct
{
  char *name;
  guint index;
  gboolean loopback;
  gboolean usual;     /* result of namida_interface_is_usual() */
  gboolean running;   /* has a carrier */
  gboolean multicast; /* IFF_MULTICAST; not set on loopback, where multicast works nevertheless */
  gboolean has_ipv4;
  gboolean has_ipv6;
  GPtrArray *addresses; /* (element-type GInetAddress) */
} NamidaInterface;

/**
 * namida_interface_list:
 * @only: (nullable): the name or an address of an interface, to list only this one, even if it is loopback; %NULL for
 *   all interfaces that are up and for which namida_interface_is_usual() is %TRUE
 *
 * Quick; may be called in the main context.
 *
 * Returns: (transfer full) (element-type NamidaInterface): empty with @error set if @only names no interface
 */
GPtrArray *namida_interface_list (const char *only, GError **error);
/**
 * namida_interface_is_usual:
 * @name: the name of an interface
 * @flags: its flags, as from getifaddrs()
 *
 * Whether other devices may be found on an interface. This excludes loopback, the bridges and virtual interfaces of
 * containers and virtual machines, and point-to-point tunnels (VPNs), which have no neighbors and may lead to a
 * stranger's network. Bridges that the user created, and virtual networks that behave like a cable (ZeroTier), are
 * included. Pure.
 */
gboolean namida_interface_is_usual (const char *name, guint flags);
/**
 * namida_interface_list_addresses:
 * @only: (nullable): as for namida_interface_list()
 *
 * Lists the addresses by which another device may reach this one, the easiest to enter first, without those that need
 * an interface name. Quick; may be called in the main context.
 *
 * Returns: (transfer full) (element-type GInetAddress)
 */
GPtrArray *namida_interface_list_addresses (const char *only);
/**
 * namida_interface_primary_address: Returns: (transfer full) (nullable): the address to show as the address of this
 * device.
 */
char *namida_interface_primary_address (const char *only);

G_END_DECLS
