/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notifies a LocalSend sender that the local user canceled the transfer. Called by the server in the main context. */
#pragma once

#include "namida-identity.h"

G_BEGIN_DECLS

/**
 * namida_localsend_cancel_async:
 * @identity: (nullable): %NULL for plain HTTP
 * @address: the address of the sender's own server
 * @fingerprint: (nullable): the fingerprint that the server must present
 * @session_id: (nullable): the ID of the session
 *
 * Sends POST /cancel to the server of a LocalSend device that sends to this one, in a thread, within a few seconds. The
 * result is ignored. Main context.
 */
void namida_localsend_cancel_async (NamidaIdentity *identity,
                                    GInetSocketAddress *address,
                                    const char *fingerprint,
                                    const char *session_id);

G_END_DECLS
