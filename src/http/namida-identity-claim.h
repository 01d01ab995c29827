/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When another key answers at the address of a device, decides whether that is a device that pretends to be the
 * expected one, or whether the address merely passed to another device. Both clients call this before they report an
 * error, because only the first case is an alarm. */
#pragma once

#include "namida-identity.h"

G_BEGIN_DECLS

/**
 * namida_identity_claim_dup_error:
 * @identity: its list of known devices is used for the comparison
 * @address: where a key other than @fingerprint was shown
 * @fingerprint: the fingerprint of the expected device
 * @cancellable: (nullable)
 *
 * Asks the device at @address who it is, on a connection on which nothing else is sent. Blocking for some seconds: call
 * it in a worker thread.
 *
 * Returns: (transfer full): IDENTITY_CHANGED if it claims to be the device with @fingerprint; NO_SUCH_DEVICE if it
 * claims to be another one or does not give a valid answer, in which case the expected device is merely not there
 */
GError *namida_identity_claim_dup_error (NamidaIdentity *identity,
                                         GInetSocketAddress *address,
                                         const char *fingerprint,
                                         GCancellable *cancellable);

G_END_DECLS
