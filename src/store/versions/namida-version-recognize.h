/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recognizes the versions of a store whose mark has changed. Called by the adoption of a store, in worker threads. */
#pragma once

#include "namida-database.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * namida_version_recognize:
 * @store: the path of a store
 * @uuid: (nullable): the UUID in its mark
 *
 * A mark that was deleted can get another UUID from a program that has no version in the store. Versions that are
 * recorded with the old UUID would then count as those of a drive that is not connected, and would be found again
 * without their number and without being pinned. Those whose contents are in @store, in its trash, or being removed
 * from it, are recorded with @uuid. Fast if there are none. Errors are logged. Blocking.
 *
 * Returns: how many versions were recognized
 */
guint
namida_version_recognize (NamidaDatabase *database, const char *store, const char *uuid, GCancellable *cancellable);

G_END_DECLS
