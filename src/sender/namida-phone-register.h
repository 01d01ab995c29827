/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-device-info.h"

G_BEGIN_DECLS

/**
 * namida_phone_register_async: asks whether the Namida Sync phone app receives at @address, in plain HTTP. Main
 * context. 5 s at most. Who can encrypt is no such app: NOT_FOUND; else UNREACHABLE, CANCELLED, INVALID_REQUEST.
 */
void namida_phone_register_async (GInetSocketAddress *address,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** Returns: (transfer full) (nullable) */
NamidaDeviceInfo *namida_phone_register_finish (GAsyncResult *result, GError **error);

G_END_DECLS
