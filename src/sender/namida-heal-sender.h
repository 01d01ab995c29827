/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sends damaged files again to a device that keeps backups of this one. The device says which files it wants, and gets
 * those that this device once sent to it and still has intact. Called at the end of a transfer, and by the hub when
 * such a device is nearby. Blocking: a worker thread. */
#pragma once

#include "namida-database.h"
#include "namida-http-connection.h"
#include "namida-wanted-message.h"

G_BEGIN_DECLS

/**
 * namida_heal_send:
 * @peer: the device, with its fingerprint
 * @database: knows which files the device got from here, and where they are
 * @healed: (out): what was repaired there, also if an error ended the call; @versions is 0 if it is unknown
 *
 * Sends the files that @peer wants. Each file is read and hashed first, and not sent if it has changed. It is not an
 * error if the device wants nothing.
 *
 * Returns: %FALSE with UNREACHABLE, IDENTITY_CHANGED, DECLINED, BUSY, CANCELLED or what the device answers
 */
gboolean namida_heal_send (const NamidaHttpPeer *peer,
                           NamidaDatabase *database,
                           NamidaFinishHealed *healed,
                           GCancellable *cancellable,
                           GError **error);

G_END_DECLS
