/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Enters versions that are found in a store into the database, and gives older versions a record in their folder.
 * Called when the list of versions is loaded and by "backups adopt", in worker threads. */
#pragma once

#include "namida-database.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* The prefix of the session of a version that was found and adopted rather than received with this database. */
#define NAMIDA_VERSION_FOUND_PREFIX "found:"

/**
 * namida_version_adopt:
 * @store: a store, or one version
 * @adopted: (out) (optional): how many versions were adopted
 *
 * Enters the versions in @store that are not in the database, by the record in their folders: after the database was
 * lost, or if another program put them there. They count as older than everything that arrived here. Versions that are
 * being received are not touched. Blocking: a worker.
 *
 * Returns: %FALSE with CANCELLED or STORAGE (the database). A version that cannot be read is only logged
 */
gboolean namida_version_adopt (
    NamidaDatabase *database, const char *store, guint *adopted, GCancellable *cancellable, GError **error);

/**
 * namida_version_write_records:
 * @limit_us: the time limit in microseconds; the next call continues with the rest
 *
 * Gives versions of release 0.1.0 a record in their folders, from the database. A crash leaves a version with no record
 * or with a complete one. Blocking: a worker.
 *
 * Returns: how many versions got a record
 */
guint namida_version_write_records (NamidaDatabase *database, gint64 limit_us, GCancellable *cancellable);

/** namida_version_adopt_stores: adopts what other programs have put into the stores of @database that are here. Fast if
 * there is nothing new. Errors are logged. Blocking: worker threads. */
void namida_version_adopt_stores (NamidaDatabase *database, GCancellable *cancellable);

G_END_DECLS
