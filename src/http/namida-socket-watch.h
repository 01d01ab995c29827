/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waits for bytes on many sockets with one source of the main loop. With a source for each socket, every turn of the
 * main loop would look at all of them, so that hundreds of silent connections of strangers would make each request of
 * others several times as expensive. Used by the listener. Main context. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaSocketWatch: a set of watched sockets. Items are borrowed. */
typedef struct _NamidaSocketWatch NamidaSocketWatch;

/**
 * NamidaSocketReady: Called when the socket of @item has bytes, or was closed by the other side. It stays watched until
 * it is removed.
 */
typedef void (*NamidaSocketReady) (gpointer item, gpointer user_data);

/**
 * namida_socket_watch_new:
 * @context: (nullable): where @ready is called
 * @ready: called in each turn of the main loop for each socket that is ready
 *
 * If the system has no descriptor left, namida_socket_watch_add() fails.
 *
 * Returns: (transfer full): an empty set
 */
NamidaSocketWatch *namida_socket_watch_new (GMainContext *context, NamidaSocketReady ready, gpointer user_data);
/** namida_socket_watch_free: @self: (transfer full) */
void namida_socket_watch_free (NamidaSocketWatch *self);
/**
 * namida_socket_watch_add: @fd: borrowed; remove @item before it is closed. @item: watched once. Returns: whether it is
 * watched now; %FALSE if the system refused.
 */
gboolean namida_socket_watch_add (NamidaSocketWatch *self, int fd, gpointer item);
/** namida_socket_watch_remove: @ready is not called for @item any more. Does nothing if @item is not watched. */
void namida_socket_watch_remove (NamidaSocketWatch *self, gpointer item);

G_END_DECLS
