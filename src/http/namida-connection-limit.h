/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * NamidaConnectionLimit: how many connections there may be, of one address, of one network and in all
 * (NAMIDA_LIMIT_CONNECTIONS…), and who makes room when all places are taken. Some places are kept for trusted devices,
 * and for addresses that one came from. Any thread: a connection may end in any.
 */
typedef struct _NamidaConnectionLimit NamidaConnectionLimit;

NamidaConnectionLimit *namida_connection_limit_new (void);
NamidaConnectionLimit *namida_connection_limit_ref (NamidaConnectionLimit *self);
/** The connections that still count keep it. */
void namida_connection_limit_unref (NamidaConnectionLimit *self);
/** namida_connection_limit_take: a place for @connection until that object is gone; another one may be shut down for
 * it. @network: what @address shares with its neighbors, namida_connection_dup_network(). Returns: %FALSE when there is
 * none. */
gboolean namida_connection_limit_take (NamidaConnectionLimit *self,
                                       GSocketConnection *connection,
                                       const char *address,
                                       const char *network);
/** namida_connection_limit_heard: something was asked on it: others make room first. */
void namida_connection_limit_heard (NamidaConnectionLimit *self, GSocket *socket);
/** namida_connection_limit_keep: somebody agreed to what comes on it: it never has to make room. */
void namida_connection_limit_keep (NamidaConnectionLimit *self, GSocket *socket);
/** namida_connection_limit_trust: a trusted device has proven that this connection is its: it counts no more among
 * those of strangers, and what comes from its address later goes before theirs. */
void namida_connection_limit_trust (NamidaConnectionLimit *self, GSocket *socket);
/** namida_connection_limit_prefers: whether a trusted device came from @address. */
gboolean namida_connection_limit_prefers (NamidaConnectionLimit *self, const char *address);
/**
 * namida_connection_limit_set_owner:
 * @self: the limit
 * @socket: of a connection that counts
 * @fingerprint: that its certificate has proven
 *
 * Notes whose connection it is, for namida_connection_limit_shut().
 */
void namida_connection_limit_set_owner (NamidaConnectionLimit *self, GSocket *socket, const char *fingerprint);
/**
 * namida_connection_limit_shut:
 * @self: the limit
 * @fingerprint: of a device
 *
 * Shuts the open connections of this device down. Who serves one sees the end of its stream.
 */
void namida_connection_limit_shut (NamidaConnectionLimit *self, const char *fingerprint);
/** namida_connection_limit_has_trusted: whether a trusted device is connected. */
gboolean namida_connection_limit_has_trusted (NamidaConnectionLimit *self);
guint namida_connection_limit_get_n (NamidaConnectionLimit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaConnectionLimit, namida_connection_limit_unref)

/** namida_connection_dup_network: Returns: (transfer full): whose addresses count together: of IPv6 the /64, which a
 * single computer may use all of; an IPv4 or link-local address stands for itself. */
char *namida_connection_dup_network (GInetAddress *address);

G_END_DECLS
