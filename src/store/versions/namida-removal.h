/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-retention.h"
#include "namida-store.h"

G_BEGIN_DECLS

/** What removing versions does. */
typedef struct
{
  guint versions;     /* how many (retention: several) */
  guint files;        /* of them that go from the disk */
  guint64 bytes;      /* of the disk that become free: content that nothing else on it refers to */
  guint64 bytes_kept; /* stays, for other versions have it too, or because it is the person's own music */
} NamidaRemoval;
void namida_removal_free (NamidaRemoval *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaRemoval, namida_removal_free)

/* Blocking: worker threads. */

/**
 * namida_removal_run: removes the versions @ids, or with @dry_run only says what that would do. First the record says
 * that the version goes, then its folder leaves its name at once, then its files go, then the record: after a crash
 * anywhere namida_removal_resume() goes on. Of LIBRARY versions only the zip and the manifest below the backup folder
 * go, unless another version refers to them or somebody changed them.
 * What has the name of a version's folder and is no folder, a link above all, is neither followed nor removed.
 * Returns: (transfer full) (nullable): NULL with NOT_FOUND, DECLINED (pinned: nothing was removed), UNSAFE_PATH
 * (another thing is in the place of its folder: nothing was removed), STORAGE.
 */
NamidaRemoval *namida_removal_run (NamidaDatabase *database, const char *const *ids, gboolean dry_run, GError **error);
/** namida_removal_resume: ends what a crash cut off. */
gboolean namida_removal_resume (NamidaDatabase *database, GError **error);
/** namida_removal_apply_retention: of each device, of versions with a backup zip and of those without (an album that
 * was sent alone must not push out a backup), by landing. */
NamidaRemoval *
namida_removal_apply_retention (NamidaDatabase *database, NamidaRetention policy, gboolean dry_run, GError **error);

G_END_DECLS
