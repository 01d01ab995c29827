/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the Namida Sync phone app at an address. Called by the hub in the main context. */
#pragma once

#include "namida-device-info.h"

G_BEGIN_DECLS

/** namida_phone_register_async: Asks over plain HTTP whether the Namida Sync phone app is receiving at @address. Takes
 * 5 s at most. Main context. */
void namida_phone_register_async (GInetSocketAddress *address,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** namida_phone_register_finish: Returns: (transfer full) (nullable): what the app says about itself; %NULL with
 * NOT_FOUND (a program that supports encryption and is therefore not the app), UNREACHABLE, CANCELLED or
 * INVALID_REQUEST. */
NamidaDeviceInfo *namida_phone_register_finish (GAsyncResult *result, GError **error);

G_END_DECLS
