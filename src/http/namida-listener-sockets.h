/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens the sockets that the listener accepts connections on. Used only by namida-listener.c. Main context. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * namida_listener_sockets_open:
 * @interface: (nullable): the name or one address of an interface; %NULL for all interfaces
 * @port: (inout): the port; 0 for the first free one from NAMIDA_PORT_FIRST on
 *
 * Opens sockets that listen on all addresses of @interface, or on the one address that it names, all on the same port.
 * Does not block.
 *
 * Returns: (transfer container) (nullable) (element-type GSocket): %NULL with INTERNAL if the port is taken, otherwise
 * with UNREACHABLE
 */
GPtrArray *namida_listener_sockets_open (const char *interface, guint16 *port, GError **error);

/**
 * namida_listener_sockets_bound: Limits how many bytes a sender may run ahead of what is read, on each connection that
 * @sockets accept from now on. @rate: bytes per second that are read from all connections together; 0 for unlimited.
 */
void namida_listener_sockets_bound (GPtrArray *sockets, guint64 rate);

G_END_DECLS
