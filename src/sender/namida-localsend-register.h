/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-device-info.h"
#include "namida-identity.h"

G_BEGIN_DECLS

/**
 * namida_localsend_register_async: POST register to a LocalSend: tells it who we are, and asks who it is. In a worker.
 * @identity: (nullable): NULL: in plain; @fingerprint: (nullable): it must show this one; @own: what we say of us
 */
void namida_localsend_register_async (NamidaIdentity *identity,
                                      GInetSocketAddress *address,
                                      const char *fingerprint,
                                      NamidaDeviceInfo *own,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
/**
 * namida_localsend_register_finish: Returns: (transfer full) (nullable): what it says, with the port and the protocol
 * that it was asked by; its fingerprint is the one that it has shown, and NULL in plain. Errors: UNREACHABLE,
 * IDENTITY_CHANGED, CANCELLED, INVALID_REQUEST, or what it answered.
 */
NamidaDeviceInfo *namida_localsend_register_finish (GAsyncResult *result, GError **error);

G_END_DECLS
