/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads sessions of an earlier run from the journal in a worker thread, so that outbox/namida-outbox-history.c and
 * inbox/namida-inbox-paused.c can continue them. Main context. */
#pragma once

#include "namida-database.h"
#include "namida-journal.h"

G_BEGIN_DECLS

/** NamidaTakeUpList: reads rows in a worker. Returns: (transfer full) (nullable) (element-type NamidaJournalSession) */
typedef GPtrArray *(*NamidaTakeUpList) (NamidaDatabase *database, GError **error);
/** NamidaTakeUpRow: called for each row. @owner: as for namida_take_up() */
typedef void (*NamidaTakeUpRow) (gpointer owner, const NamidaJournalSession *row);

/**
 * namida_take_up: calls @take in the main context for each row that @list returns. @take must check whether its owner
 * still runs.
 * @owner: (type GObject): kept alive until then
 * @cancellable: (nullable): ends the reading; @take is not called then
 */
void namida_take_up (
    GObject *owner, NamidaDatabase *database, NamidaTakeUpList list, NamidaTakeUpRow take, GCancellable *cancellable);

G_END_DECLS
