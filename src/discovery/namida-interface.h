/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** NamidaInterface: one network interface as the kernel lists it (getifaddrs). */
typedef struct
{
  char *name;
  guint index;
  gboolean loopback;
  gboolean usual;     /* namida_interface_is_usual() */
  gboolean running;   /* has a carrier */
  gboolean multicast; /* IFF_MULTICAST; not set on loopback, where it works all the same */
  gboolean has_ipv4;
  gboolean has_ipv6;
  GPtrArray *addresses; /* (element-type GInetAddress) */
} NamidaInterface;

/**
 * namida_interface_list: @only: (nullable): a name or an address; then just that one, loopback included
 * Without @only: those that are up and namida_interface_is_usual(). Quick; main context allowed. Returns: (transfer
 * full) (element-type NamidaInterface): empty with @error set when @only names none
 */
GPtrArray *namida_interface_list (const char *only, GError **error);
/**
 * namida_interface_is_usual: @flags: as of getifaddrs(). Whether people's devices may be found there: not on the
 * loopback, nor on the bridges and ends of containers and virtual machines, nor through a tunnel from one point to
 * another (a VPN): there is no neighbour there, and whose network it leads to nobody knows. Bridges that a person made,
 * and networks that behave like a cable (ZeroTier), are taken. Pure.
 */
gboolean namida_interface_is_usual (const char *name, guint flags);
/**
 * namida_interface_list_addresses:
 * @only: (nullable): as for namida_interface_list()
 *
 * The addresses by which another device may reach this one, the easiest to type first; none that needs the name of an
 * interface beside it. Quick; main context allowed.
 *
 * Returns: (transfer full) (element-type GInetAddress)
 */
GPtrArray *namida_interface_list_addresses (const char *only);
/** namida_interface_primary_address: Returns: (transfer full) (nullable): what to show as this device's address. */
char *namida_interface_primary_address (const char *only);

G_END_DECLS
