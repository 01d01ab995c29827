/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deletes versions from the disk and the database, or tells how much space that would free. Called by the list of
 * versions, by retention and by the trash. Blocking: worker threads. */
#pragma once

#include "namida-version-record.h"

G_BEGIN_DECLS

/* The folder of a version that is being removed, in the folder of this program in NAMIDA_STAGING_HIDDEN. */
#define NAMIDA_REMOVED_NAME "removed-%" G_GINT64_FORMAT

/** NamidaRemoval: what removing versions does or would do. */
typedef struct
{
  guint versions;     /* their number (retention may choose several) */
  guint files;        /* files that are deleted from the disk */
  guint64 bytes;      /* bytes that become free: content without other references on the disk */
  guint64 bytes_kept; /* bytes that stay, because other versions share them or they are the user's own music */
  guint asked; /* retention: versions that stay until the user confirms, because most of their files are gone from newer
                  ones */
  char *question; /* (nullable): a question about the first of them */
} NamidaRemoval;
void namida_removal_free (NamidaRemoval *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaRemoval, namida_removal_free)

/**
 * namida_removal_run: removes the versions @ids, or with @dry_run only says what that would do. First the record says
 * that the version goes, then its folder leaves its name at once, then its files go, then the record: after a crash
 * anywhere namida_removal_resume() goes on. Of LIBRARY versions only the zip and the manifest below the backup folder
 * go, unless another version refers to them or somebody changed them.
 * What has the name of a version's folder and is no folder, a link above all, is neither followed nor removed.
 * Returns: (transfer full) (nullable): NULL with NOT_FOUND, DECLINED (pinned: nothing was removed), NO_DRIVE (its
 * drive is not connected: nothing was removed), UNSAFE_PATH (another thing is in the place of its folder: nothing was
 * removed), STORAGE.
 */
NamidaRemoval *namida_removal_run (NamidaDatabase *database, const char *const *ids, gboolean dry_run, GError **error);
/** namida_removal_check_drive: whether the version's files can be removed as far as its drive goes: without them it
 * would only leave the list, and be found again with its drive. Returns: %FALSE with NO_DRIVE. */
gboolean namida_removal_check_drive (NamidaDatabase *database, const NamidaVersionRecord *record, GError **error);
/**
 * namida_removal_forget: takes the version @id off the list when its drive is not connected. Its files are not touched:
 * should the drive come back, they are found there again.
 * Returns: %FALSE with NOT_FOUND, DECLINED (it is pinned, or its drive is here), STORAGE.
 */
gboolean namida_removal_forget (NamidaDatabase *database, const char *id, GError **error);
/** namida_removal_measure: what removing @records (element-type NamidaVersionRecord) together would free. (transfer
 * full) (nullable): NULL with STORAGE. */
NamidaRemoval *namida_removal_measure (NamidaDatabase *database, GPtrArray *records, GError **error);
/** namida_removal_resume: ends what a crash cut off, but for versions whose drive is not connected. All of it is tried;
 * FALSE with the first error. */
gboolean namida_removal_resume (NamidaDatabase *database, GError **error);
/** namida_removal_purge: removes the versions @records (element-type NamidaVersionRecord) from the trash for good, but
 * for those whose drive is not connected: they wait for it. */
gboolean namida_removal_purge (NamidaDatabase *database, GPtrArray *records, GError **error);

G_END_DECLS
