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
  gboolean multicast; /* IFF_MULTICAST; not set on loopback, where it works all the same */
  gboolean has_ipv4;
  gboolean has_ipv6;
  GPtrArray *addresses; /* (element-type GInetAddress) */
} NamidaInterface;

/**
 * namida_interface_list: @only: (nullable): a name or an address; then just that one, loopback included
 * Without @only: up, not loopback, and not docker*, br-*, veth*, virbr* (no peers live there). Quick; main context
 * allowed. Returns: (transfer full) (element-type NamidaInterface): empty with @error set when @only names none
 */
GPtrArray *namida_interface_list (const char *only, GError **error);
/** namida_interface_primary_address: Returns: (transfer full) (nullable): what to show as this device's address. */
char *namida_interface_primary_address (const char *only);

G_END_DECLS
