/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads files whose hash is unknown before they are offered. Called by the senders of v1 and LocalSend in their worker
 * threads. */
#pragma once

#include "namida-sender-private.h"

G_BEGIN_DECLS

/**
 * namida_sender_read_unknown:
 * @cancellable: (nullable): files that were not read before it is canceled are offered without a hash
 *
 * Reads files of the backup that the index does not know, but that the receiver may have: after a drive was
 * reconnected, a chmod, or the renaming or restoring of a music folder. With their hashes in the offer they cost a read
 * instead of a transfer. If the backup is to be read again (namida_backup_set_reread()), every file is read, whatever
 * the index says. The results are written to the index. Blocking: a worker thread.
 *
 * Returns: how many files were read
 */
guint namida_sender_read_unknown (NamidaSender *self, GCancellable *cancellable);
/** namida_sender_read_quickly: for a receiver that compares what arrives with the hash in the offer and does not accept
 * one later: reads files that the index does not know, as long as that takes less than a tenth of the expected time of
 * sending them. Blocking: a worker thread. Returns: how many files were read. */
guint namida_sender_read_quickly (NamidaSender *self, GCancellable *cancellable);

G_END_DECLS
