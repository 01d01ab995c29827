/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-store.h"

G_BEGIN_DECLS

/**
 * namida_version_follow:
 *
 * The folder for backups has another path than when a version arrived (its drive appears elsewhere, or the desktop's
 * portal shows the folder under another name since it was chosen again): a version kept as a backup that is not where
 * it was, but is below the folder of today, is noted as being there. Blocking: a worker thread; troubles are only
 * logged.
 */
void namida_version_follow (NamidaStore *store, GCancellable *cancellable);

G_END_DECLS
