/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Distinguishes a path that silently drops large packets (a path MTU black hole, RFC 2923) from a device that went
 * away. The cause is a VPN or a router with a smaller MTU whose “packet too big” message does not come back. Called
 * by NamidaHttpConnection when a connection broke or stalls. For an hour, all connections to such an address
 * use smaller segments, which get through. Any thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * namida_path_mtu_explain:
 * @socket: the socket of the connection, not closed yet, whose other side has ended it, which shows that small packets
 *   do arrive
 * @error: (transfer full): what went wrong
 *
 * Returns: (transfer full): @error; or NAMIDA_ERROR_UNREACHABLE with advice if full segments were retransmitted
 * repeatedly and never acknowledged, in which case the address gets smaller segments from now on
 */
GError *namida_path_mtu_explain (GSocket *socket, GError *error);
/**
 * namida_path_mtu_watch: Makes the other system answer small packets while nothing comes, as namida_path_mtu_suspect()
 * requires.
 */
void namida_path_mtu_watch (GSocket *socket);
/**
 * namida_path_mtu_suspect:
 * @socket: the socket of a connection that has brought nothing for some seconds although a large answer was expected
 *
 * Returns: (transfer full) (nullable): NAMIDA_ERROR_UNREACHABLE if the other system still answers small packets and its
 *   address did not use smaller segments yet. It does from now on, so send the request once more. %NULL: keep waiting
 */
GError *namida_path_mtu_suspect (GSocket *socket);
/**
 * namida_path_mtu_prepare: Call it before @socket connects to @address. It limits the size of segments in both
 * directions if large ones were lost before.
 */
void namida_path_mtu_prepare (GSocket *socket, GInetSocketAddress *address);
/** namida_path_mtu_is_small: Returns: whether connections to @address currently use smaller segments. */
gboolean namida_path_mtu_is_small (GInetSocketAddress *address);

G_END_DECLS
