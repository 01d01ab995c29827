/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Brings damaged files again to a device that keeps backups of this one: it says which it wants, and gets those that it
 * had from here and that still have their content. Called at the end of a sending, and by the hub when such a device is
 * near. Blocking: a worker thread. */
#pragma once

#include "namida-database.h"
#include "namida-http-connection.h"
#include "namida-wanted-message.h"

G_BEGIN_DECLS

/**
 * namida_heal_send:
 * @peer: the device, with its fingerprint
 * @database: knows what it had from here, and where that is
 * @healed: (out): what became whole there, also after an error; versions are 0 when they cannot be told
 *
 * Each file is read and hashed before it is sent. One that has changed since is not sent. Errors: UNREACHABLE,
 * IDENTITY_CHANGED, DECLINED, BUSY, CANCELLED and what the device answers. A device that wants nothing is no error.
 */
gboolean namida_heal_send (const NamidaHttpPeer *peer,
                           NamidaDatabase *database,
                           NamidaFinishHealed *healed,
                           GCancellable *cancellable,
                           GError **error);

G_END_DECLS
