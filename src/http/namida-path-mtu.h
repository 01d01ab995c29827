/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tells a path that drops large packets in silence (a path MTU black hole, RFC 2923) from a device that went away: a
 * VPN or a router with a smaller MTU, whose “packet too big” does not come back. Asked by NamidaHttpConnection when a
 * connection broke. Any thread.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * namida_path_mtu_explain:
 * @socket: of the connection, not closed yet, whose other side ended it: so small packets do arrive
 * @error: (transfer full): what went wrong
 *
 * Returns: (transfer full): @error, or NAMIDA_ERROR_UNREACHABLE with what to do when whole segments were sent again and
 * again, and never acknowledged
 */
GError *namida_path_mtu_explain (GSocket *socket, GError *error);

G_END_DECLS
