/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * namida_listener_sockets_open: sockets that listen on all addresses of @interface (nullable: of every one; or the one
 * address that it names), on one port: @port (inout), 0: the first free one from NAMIDA_PORT_FIRST on. Not blocking.
 * Errors: BUSY, UNREACHABLE. Returns: (transfer container) (element-type GSocket)
 */
GPtrArray *namida_listener_sockets_open (const char *interface, guint16 *port, GError **error);

/**
 * namida_listener_sockets_bound: how many bytes a sender may run ahead of what is read, on each connection that
 * @sockets accept from now on. @rate: bytes a second that are read of all connections together, 0 = as many as come.
 */
void namida_listener_sockets_bound (GPtrArray *sockets, guint64 rate);

G_END_DECLS
