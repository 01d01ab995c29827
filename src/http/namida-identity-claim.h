/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another key answers at the address of a device: is it somebody who pretends to be that device, or did the address
 * only pass to another one? Both clients ask here before they say what is wrong: only the first is an alarm. */
#pragma once

#include "namida-identity.h"

G_BEGIN_DECLS

/**
 * namida_identity_claim_dup_error:
 * @identity: whose list of known devices is compared with
 * @address: where a key other than @fingerprint was shown
 * @fingerprint: of the device that was to be there
 * @cancellable: (nullable)
 *
 * Asks who is there, over a connection on which nothing but that question is sent. Blocking for some seconds; a worker.
 *
 * Returns: (transfer full): IDENTITY_CHANGED when it says that it is the device with @fingerprint; NO_SUCH_DEVICE when
 * it says that it is another one, or nothing that can be understood: then the device is only not there
 */
GError *namida_identity_claim_dup_error (NamidaIdentity *identity,
                                         GInetSocketAddress *address,
                                         const char *fingerprint,
                                         GCancellable *cancellable);

G_END_DECLS
