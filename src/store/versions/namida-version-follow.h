/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds versions again after the path of the folder for backups has changed. Called when the list of versions is
 * loaded, in a worker. */
#pragma once

#include "namida-store.h"

G_BEGIN_DECLS

/**
 * namida_version_follow:
 * @store: the store with the current folder for backups
 * @cancellable: (nullable)
 *
 * The folder for backups may have another path than when a version arrived: its drive is mounted elsewhere, or the
 * desktop's portal uses another name since the folder was chosen again. If a version is not at its recorded path, but
 * is below the current folder for backups, its new path is recorded. Blocking: a worker thread; errors are only logged.
 */
void namida_version_follow (NamidaStore *store, GCancellable *cancellable);

G_END_DECLS
