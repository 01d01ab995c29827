/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The single checks of the hint checker, one file each. Used only by namida-hint-checker.c. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* All functions block, with a time limit for each wait, and are called in a worker thread. */

/**
 * namida_port_find_holder:
 * @proc: the path of /proc
 * @tcp: whether to look for a TCP port instead of a UDP port
 * @port: the port
 * @name: (out) (transfer full) (nullable): the name of the program, if it belongs to the same user
 *
 * Returns: whether another program has opened @port
 */
gboolean namida_port_find_holder (const char *proc, gboolean tcp, guint16 port, char **name);

typedef enum
{
  NAMIDA_FIREWALL_NONE,      /* there is none, or it lets this program through */
  NAMIDA_FIREWALL_FIREWALLD, /* firewalld is running and blocks other devices */
  NAMIDA_FIREWALL_MAYBE,     /* firewalld is running and does not say what it lets through */
  NAMIDA_FIREWALL_UFW,       /* ufw is on; only root can read what it lets through */
} NamidaFirewall;

/**
 * namida_firewall_look:
 * @bus: (nullable): the system bus
 * @etc: the path of /etc
 * @interfaces: (element-type utf8): names of the interfaces to check
 * @zone: (out) (transfer full) (nullable): the zone of firewalld that blocks other devices
 */
NamidaFirewall namida_firewall_look (GDBusConnection *bus,
                                     const char *etc,
                                     GPtrArray *interfaces,
                                     guint16 udp_port,
                                     guint16 tcp_port,
                                     GCancellable *cancellable,
                                     char **zone);

/**
 * namida_gateways_list: Returns: (transfer full) (element-type GInetAddress): the gateways of the IPv4 default routes.
 */
GPtrArray *namida_gateways_list (const char *proc);

G_END_DECLS
