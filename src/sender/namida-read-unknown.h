/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-sender-private.h"

G_BEGIN_DECLS

/**
 * namida_sender_read_unknown:
 * @cancellable: (nullable): what is not read by then is offered without a hash
 *
 * Reads files of the backup that the index does not know and the receiver may have all the same: a drive that was
 * plugged in again, a chmod, a renamed or restored music folder. They are offered with their hash then, so that they
 * cost a read and no transfer. Of a backup that is to be read again (namida_backup_set_reread()) it reads every file,
 * whatever the index says. What was read is entered into the index. Blocking: a worker thread.
 *
 * Returns: how many files were read
 */
guint namida_sender_read_unknown (NamidaSender *self, GCancellable *cancellable);
/**
 * namida_sender_read_quickly: for a receiver that compares what arrives with the hash in the offer, and cannot be told
 * one later: reads files that the index does not know, as long as that costs less than a tenth of what sending them is
 * expected to take. Blocking: a worker thread. Returns: how many files were read
 */
guint namida_sender_read_quickly (NamidaSender *self, GCancellable *cancellable);

G_END_DECLS
