/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which files of a backup a device has had from here before. LocalSend compares nothing: without this memory it stores
 * everything that it is offered a second time. Built on the table of given contents; called by the hub before a
 * sending. Blocking: worker threads. */
#pragma once

#include "namida-backup.h"
#include "namida-database.h"

G_BEGIN_DECLS

/** NamidaSentBefore: files, and their bytes. */
typedef struct
{
  guint files;
  guint64 bytes;
} NamidaSentBefore;

/**
 * namida_sent_before_count:
 * @fingerprint: of the receiver
 * @backup: not shared yet: its entries get the hashes that are known of their files
 *
 * Returns: the files of @backup that are unchanged since they were sent to that receiver. It may not have them any
 * more.
 */
NamidaSentBefore namida_sent_before_count (NamidaDatabase *database, const char *fingerprint, NamidaBackup *backup);
/**
 * namida_sent_before_leave_out:
 * @left: (out): what was left out
 *
 * Returns: (transfer full): @backup without the files that namida_sent_before_count() counts; @backup itself when there
 * are none.
 */
NamidaBackup *namida_sent_before_leave_out (NamidaDatabase *database,
                                            const char *fingerprint,
                                            NamidaBackup *backup,
                                            NamidaSentBefore *left);

G_END_DECLS
