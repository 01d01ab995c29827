/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-database.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Sessions of versions that no session of this database has brought begin like this. */
#define NAMIDA_VERSION_FOUND_PREFIX "found:"

/**
 * namida_version_adopt:
 * @store: a store, or one version
 * @adopted: (out) (optional): how many there were
 *
 * Enters the versions that lie in @store and are not in the database, by the record in their folders: after the
 * database was lost, or when another program has put them there. They count as older than everything that arrived here.
 * What is being received at this moment is left alone. Blocking: a worker.
 *
 * Returns: %FALSE with CANCELLED or STORAGE (the database); one version that cannot be read is only logged
 */
gboolean namida_version_adopt (
    NamidaDatabase *database, const char *store, guint *adopted, GCancellable *cancellable, GError **error);

/**
 * namida_version_write_records:
 * @limit_us: how long it may take; what is left is for the next call
 *
 * Gives versions of release 0.1.0 the record in their folders, from the database. A crash leaves a version without a
 * record, or with a whole one. Blocking: a worker.
 *
 * Returns: how many versions got one
 */
guint namida_version_write_records (NamidaDatabase *database, gint64 limit_us, GCancellable *cancellable);

/** namida_version_adopt_stores: adopts what another program has put into the stores of @database since, as far as they
 * are here. Quick when there is nothing new. What fails is logged. Blocking: worker threads. */
void namida_version_adopt_stores (NamidaDatabase *database, GCancellable *cancellable);

G_END_DECLS
