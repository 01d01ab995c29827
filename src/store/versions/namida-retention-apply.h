/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Applies the rules of retention to the versions on this device. Called by the list of versions, and by "backups usage"
 * for a dry run. Blocking: worker threads, or a command that does nothing else. */
#pragma once

#include "namida-removal.h"
#include "namida-retention.h"

G_BEGIN_DECLS

/**
 * namida_retention_apply:
 * @database: the database with the versions
 * @policy: how many versions to keep
 * @seen: (inout): the newest arrival when the rules were last applied (0: never). Newer versions arrived in this run
 * and are kept. A dry run does not change it
 * @dry_run: only measure what would be removed
 *
 * Applies the rules of namida-retention.h to all versions. The chosen versions are moved to the trash of their store
 * (namida-version-trash.h), and versions that have been there for long enough are deleted permanently. A version that
 * cannot be moved does not affect the others; the reason is logged. Blocking: a worker.
 *
 * Returns: (transfer full) (nullable): what was or would be moved; %NULL with STORAGE
 */
NamidaRemoval *namida_retention_apply (
    NamidaDatabase *database, NamidaRetention policy, gint64 *seen, gboolean dry_run, GError **error);

G_END_DECLS
