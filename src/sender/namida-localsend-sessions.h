/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The running transfers to LocalSend devices. A LocalSend receiver that cancels tells our own server, which finds the
 * transfer here. Called by the senders and the server, in the main context. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** NamidaLocalsendStopped: called at most once, when the receiver cancels. */
typedef void (*NamidaLocalsendStopped) (gpointer user_data);

/** namida_localsend_sessions_add: @fingerprint: (nullable): the key of the receiver; %NULL if it presented none. */
void namida_localsend_sessions_add (const char *session_id,
                                    const char *fingerprint,
                                    GInetAddress *host,
                                    NamidaLocalsendStopped stopped,
                                    gpointer user_data);
/** namida_localsend_sessions_remove: Removes the sessions that were added with @user_data. */
void namida_localsend_sessions_remove (gpointer user_data);
/**
 * namida_localsend_sessions_stop:
 * @session_id: (nullable): %NULL for all sessions with this receiver
 * @fingerprint: (nullable): the key of the device that cancels
 * @host: its address
 *
 * Stops transfers that their receiver canceled.
 *
 * Returns: whether there was one. A request from another device or host stops nothing
 */
gboolean namida_localsend_sessions_stop (const char *session_id, const char *fingerprint, GInetAddress *host);

G_END_DECLS
