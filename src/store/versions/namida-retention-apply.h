/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-removal.h"
#include "namida-retention.h"

G_BEGIN_DECLS

/**
 * namida_retention_apply:
 * @database: whose versions
 * @policy: how many stay
 * @seen: (inout): the newest arrival when the rules were last applied (0: never): what is newer arrived in this run and
 *   stays. Unchanged by a dry run.
 * @dry_run: only tells what it would do
 *
 * Applies the rules of namida-retention.h to all versions. Versions go to the trash of their store
 * (namida-version-trash.h), and those that have been there for long enough are removed for good. One version that
 * cannot be moved does not keep the others from it: the log says why. Blocking: a worker.
 *
 * Returns: (transfer full) (nullable): what was moved, or would be; %NULL with STORAGE
 */
NamidaRemoval *namida_retention_apply (
    NamidaDatabase *database, NamidaRetention policy, gint64 *seen, gboolean dry_run, GError **error);

G_END_DECLS
