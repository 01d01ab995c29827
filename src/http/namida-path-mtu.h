/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tells a path that drops large packets in silence (a path MTU black hole, RFC 2923) from a device that went away: a
 * VPN or a router with a smaller MTU, whose “packet too big” does not come back. NamidaHttpConnection asks when a
 * connection broke or brings nothing, and all that connects uses smaller segments to such an address for an hour:
 * they get through. Any thread.
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
 * again, and never acknowledged. Then the address is one of smaller segments.
 */
GError *namida_path_mtu_explain (GSocket *socket, GError *error);
/**
 * namida_path_mtu_watch: makes the other system answer small packets while nothing comes, for
 * namida_path_mtu_is_silent().
 */
void namida_path_mtu_watch (GSocket *socket);
/**
 * namida_path_mtu_suspect:
 * @socket: of a connection that has brought nothing for some seconds although much was to come
 *
 * Returns: (transfer full) (nullable): NAMIDA_ERROR_UNREACHABLE when the other system answers small packets all the
 * same, and its address was not one of smaller segments yet; it is now: ask once more. %NULL: wait on.
 */
GError *namida_path_mtu_suspect (GSocket *socket);
/** namida_path_mtu_prepare: before @socket connects to @address: limits the segments of both directions where large
 * ones got lost. */
void namida_path_mtu_prepare (GSocket *socket, GInetSocketAddress *address);
/** namida_path_mtu_is_small: Returns: whether connections to @address have smaller segments at present. */
gboolean namida_path_mtu_is_small (GInetSocketAddress *address);

G_END_DECLS
