/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * NamidaConnectionLimit: how many connections there may be, of one address and in all (NAMIDA_LIMIT_CONNECTIONS…), and
 * who makes room when all places are taken. Any thread: a connection may end in any.
 */
typedef struct _NamidaConnectionLimit NamidaConnectionLimit;

NamidaConnectionLimit *namida_connection_limit_new (void);
/** The connections that still count keep it. */
void namida_connection_limit_unref (NamidaConnectionLimit *self);
/** namida_connection_limit_take: a place for @connection until that object is gone; another one may be shut down for
 * it. Returns: %FALSE when there is none. */
gboolean namida_connection_limit_take (NamidaConnectionLimit *self, GSocketConnection *connection, const char *address);
/** namida_connection_limit_heard: something was asked on it: it does not have to make room any more. */
void namida_connection_limit_heard (NamidaConnectionLimit *self, GSocket *socket);
guint namida_connection_limit_get_n (NamidaConnectionLimit *self);

G_END_DECLS
