/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-sender-private.h"

G_BEGIN_DECLS

/**
 * NamidaLocalsendSender: sends to LocalSend (1.15 and later), over TLS with both certificates or, @plain, in plain
 * HTTP. That side says that it has a file, not what it has: the transfer is unproven.
 */
#define NAMIDA_TYPE_LOCALSEND_SENDER (namida_localsend_sender_get_type ())
G_DECLARE_FINAL_TYPE (NamidaLocalsendSender, namida_localsend_sender, NAMIDA, LOCALSEND_SENDER, NamidaSender)

void namida_localsend_sender_set_plain (NamidaLocalsendSender *self, gboolean plain);

/**
 * namida_localsend_cancel_async: POST /cancel to a LocalSend's own server, in a worker, within 3 s; the outcome does
 * not matter. @callback: (nullable): main context: it was told, or cannot be
 * @identity: (nullable): NULL: in plain; @fingerprint: (nullable): it must show this one; @session_id: (nullable)
 */
void namida_localsend_cancel_async (NamidaIdentity *identity,
                                    GInetSocketAddress *address,
                                    const char *fingerprint,
                                    const char *session_id,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

G_END_DECLS
