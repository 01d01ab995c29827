/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registers with a LocalSend device: tells it about this device and asks for its name. Called by the hub when it finds
 * such a device, in the main context. */
#pragma once

#include "namida-device-info.h"
#include "namida-identity.h"

G_BEGIN_DECLS

/**
 * namida_localsend_register_async:
 * @identity: (nullable): %NULL for plain HTTP
 * @fingerprint: (nullable): the fingerprint that the device must present
 * @own: (nullable): what this device says about itself; %NULL: it only asks
 *
 * Sends POST register to a LocalSend device, or GET info without @own, in a worker.
 */
void namida_localsend_register_async (NamidaIdentity *identity,
                                      GInetSocketAddress *address,
                                      const char *fingerprint,
                                      NamidaDeviceInfo *own,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
/** namida_localsend_register_finish: Returns: (transfer full) (nullable): what the device says about itself, with the
 * port and the protocol that were used; its fingerprint is the one that it presented, or %NULL for plain HTTP. %NULL
 * with UNREACHABLE, IDENTITY_CHANGED, CANCELLED, INVALID_REQUEST, or its answer. */
NamidaDeviceInfo *namida_localsend_register_finish (GAsyncResult *result, GError **error);

G_END_DECLS
