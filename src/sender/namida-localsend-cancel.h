/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-identity.h"

G_BEGIN_DECLS

/**
 * namida_localsend_cancel_async: POST /cancel to the own server of a LocalSend that sends to us, in a thread, within a
 * few seconds; the outcome does not matter. Called by the server when the person here cancels. Main context.
 * @identity: (nullable): %NULL: in plain
 * @fingerprint: (nullable): it must show this one
 * @session_id: (nullable): of the session
 */
void namida_localsend_cancel_async (NamidaIdentity *identity,
                                    GInetSocketAddress *address,
                                    const char *fingerprint,
                                    const char *session_id);

G_END_DECLS
