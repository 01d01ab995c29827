/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-hub.h"
#include "namida-inspection.h"

G_BEGIN_DECLS

/** namida_hub_inspect_arrived_async: looks into the backup zip that @transfer, a receiving that has ended, has brought.
 * Main context. */
void namida_hub_inspect_arrived_async (NamidaHub *self,
                                       NamidaTransfer *transfer,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/** Returns: (transfer full) (nullable): NOT_FOUND: it brought none, or it is not there any more. */
NamidaInspection *namida_hub_inspect_arrived_finish (NamidaHub *self, GAsyncResult *result, GError **error);

G_END_DECLS
