/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What this process is sending to LocalSend peers: a receiver there that changes its mind tells our own server, which
 * finds the sending here. Main context. */

/** Called at most once. */
typedef void (*NamidaLocalsendStopped) (gpointer user_data);

/** namida_localsend_sessions_add: @fingerprint: (nullable): of the receiver; NULL: it has shown none */
void namida_localsend_sessions_add (const char *session_id,
                                    const char *fingerprint,
                                    GInetAddress *host,
                                    NamidaLocalsendStopped stopped,
                                    gpointer user_data);
void namida_localsend_sessions_remove (gpointer user_data);
/**
 * namida_localsend_sessions_stop: @session_id: (nullable): all to this receiver; @fingerprint: (nullable): who says so;
 * @host: from where
 * Returns: whether there was one: a stranger, or another host, stops nothing.
 */
gboolean namida_localsend_sessions_stop (const char *session_id, const char *fingerprint, GInetAddress *host);

G_END_DECLS
