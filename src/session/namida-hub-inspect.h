/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds and reads the backup zip of a transfer that was just received, so that its contents can be shown in words.
 * Main context. */
#pragma once

#include "namida-hub.h"
#include "namida-inspection.h"

G_BEGIN_DECLS

/**
 * namida_hub_inspect_arrived_async: inspects the backup zip that @transfer, a finished receiving transfer, brought.
 * Main context.
 */
void namida_hub_inspect_arrived_async (NamidaHub *self,
                                       NamidaTransfer *transfer,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/**
 * namida_hub_inspect_arrived_finish: Returns: (transfer full) (nullable): %NULL with NOT_FOUND if the transfer
 * brought no backup zip or the zip no longer exists.
 */
NamidaInspection *namida_hub_inspect_arrived_finish (NamidaHub *self, GAsyncResult *result, GError **error);

G_END_DECLS
