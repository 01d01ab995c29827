/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits the number of connections. Used only by namida-listener.c. Any thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * NamidaConnectionLimit: limits how many connections there may be from one address, from one network and in total
 * (NAMIDA_LIMIT_CONNECTIONS…), and decides which one makes room when all places are taken. Some places are reserved for
 * trusted devices and for addresses that one has connected from. Any thread, because a connection may end in any
 * thread.
 */
typedef struct _NamidaConnectionLimit NamidaConnectionLimit;

/** namida_connection_limit_new: Returns: (transfer full): without connections. */
NamidaConnectionLimit *namida_connection_limit_new (void);
/** namida_connection_limit_ref: Returns: (transfer full): @self. Any thread. */
NamidaConnectionLimit *namida_connection_limit_ref (NamidaConnectionLimit *self);
/** namida_connection_limit_unref: Connections that still count keep the limit alive. Any thread. */
void namida_connection_limit_unref (NamidaConnectionLimit *self);
/**
 * namida_connection_limit_take: Takes a place for @connection until that object is finalized. Another connection may be
 * shut down for it. @network: the network of @address, from namida_connection_dup_network(). Returns: %FALSE if there
 * is no place.
 */
gboolean namida_connection_limit_take (NamidaConnectionLimit *self,
                                       GSocketConnection *connection,
                                       const char *address,
                                       const char *network);
/** namida_connection_limit_heard: States that the connection has sent a request. Others make room first. */
void namida_connection_limit_heard (NamidaConnectionLimit *self, GSocket *socket);
/**
 * namida_connection_limit_keep: States that the transfer on this connection was accepted. It never has to make room.
 */
void namida_connection_limit_keep (NamidaConnectionLimit *self, GSocket *socket);
/**
 * namida_connection_limit_trust: States that the connection belongs to a trusted device, as proven by its key. It no
 * longer counts as a stranger's, and later connections from its address take precedence over strangers'.
 */
void namida_connection_limit_trust (NamidaConnectionLimit *self, GSocket *socket);
/** namida_connection_limit_prefers: Returns: whether a trusted device has connected from @address. */
gboolean namida_connection_limit_prefers (NamidaConnectionLimit *self, const char *address);
/**
 * namida_connection_limit_set_owner:
 * @self: the limit
 * @socket: the socket of a connection that counts
 * @fingerprint: the fingerprint that its certificate has proven
 *
 * Records the owner of the connection for namida_connection_limit_shut().
 */
void namida_connection_limit_set_owner (NamidaConnectionLimit *self, GSocket *socket, const char *fingerprint);
/**
 * namida_connection_limit_shut:
 * @self: the limit
 * @fingerprint: the fingerprint of a device
 *
 * Shuts down the open connections of this device. Code that serves one of them sees the end of its stream.
 */
void namida_connection_limit_shut (NamidaConnectionLimit *self, const char *fingerprint);
/** namida_connection_limit_has_trusted: Returns: whether a trusted device is connected. */
gboolean namida_connection_limit_has_trusted (NamidaConnectionLimit *self);
/** namida_connection_limit_get_n: Returns: the number of connections that count. */
guint namida_connection_limit_get_n (NamidaConnectionLimit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaConnectionLimit, namida_connection_limit_unref)

/**
 * namida_connection_dup_network: Returns: (transfer full): the network whose addresses count together: for IPv6 the
 * /64, all of which a single computer may use; an IPv4 or link-local address stands for itself.
 */
char *namida_connection_dup_network (GInetAddress *address);

G_END_DECLS
