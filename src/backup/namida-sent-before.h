/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the files of a backup that a device has already received from here. LocalSend does not compare files:
 * without this record it stores everything that it is offered a second time. Based on the table of given contents;
 * called by the hub before a transfer. Blocking: worker threads. */
#pragma once

#include "namida-backup.h"
#include "namida-database.h"

G_BEGIN_DECLS

/** NamidaSentBefore: a number of files and their bytes. */
typedef struct
{
  guint files;
  guint64 bytes;
} NamidaSentBefore;

/**
 * namida_sent_before_count:
 * @fingerprint: the fingerprint of the receiver
 * @backup: not shared yet; its entries get the hashes that are known for their files
 *
 * Returns: the files of @backup that have not changed since they were sent to that receiver. The receiver may not have
 * them any more
 */
NamidaSentBefore namida_sent_before_count (NamidaDatabase *database, const char *fingerprint, NamidaBackup *backup);
/**
 * namida_sent_before_leave_out:
 * @fingerprint: the fingerprint of the receiver
 * @backup: as for namida_sent_before_count()
 * @left: (out): what was left out
 *
 * Returns: (transfer full): @backup without the files that namida_sent_before_count() counts; @backup itself if there
 * are none
 */
NamidaBackup *namida_sent_before_leave_out (NamidaDatabase *database,
                                            const char *fingerprint,
                                            NamidaBackup *backup,
                                            NamidaSentBefore *left);

G_END_DECLS
