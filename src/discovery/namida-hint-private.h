/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What the hint checker asks, one file each. Blocking, for a worker; each wait has a limit. */

/**
 * namida_port_find_holder: whether a program other than this one has @port.
 * @name: (out) (transfer full) (nullable): its name, when it is one of the own user's
 */
gboolean namida_port_find_holder (const char *proc, gboolean tcp, guint16 port, char **name);

typedef enum
{
  NAMIDA_FIREWALL_NONE,      /* or it lets us through */
  NAMIDA_FIREWALL_FIREWALLD, /* and it keeps others away */
  NAMIDA_FIREWALL_MAYBE,     /* firewalld is there and does not tell what it lets through */
  NAMIDA_FIREWALL_UFW,       /* is on; what it lets through only root can read */
} NamidaFirewall;

/**
 * namida_firewall_look: @bus: (nullable); @interfaces: (element-type utf8): names.
 * @zone: (out) (transfer full) (nullable): of firewalld, the one that keeps others away
 */
NamidaFirewall namida_firewall_look (GDBusConnection *bus,
                                     const char *etc,
                                     GPtrArray *interfaces,
                                     guint16 udp_port,
                                     guint16 tcp_port,
                                     GCancellable *cancellable,
                                     char **zone);

/** namida_gateways_list: Returns: (transfer full) (element-type GInetAddress): the default routes' of IPv4. */
GPtrArray *namida_gateways_list (const char *proc);

G_END_DECLS
