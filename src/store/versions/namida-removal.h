/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deletes versions from the disk and the database, or calculates how much space that would free. Called by the list of
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
  guint asked; /* retention: versions that stay until the user confirms, because newer ones lack most of their files */
  char *question; /* (nullable): a question about the first of them */
} NamidaRemoval;
void namida_removal_free (NamidaRemoval *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaRemoval, namida_removal_free)

/**
 * namida_removal_run:
 * @ids: (array zero-terminated=1): the versions to remove
 * @dry_run: only calculate what a removal would do
 *
 * Removes versions in four steps: marks the version as being removed, renames its folder, deletes its files, and
 * deletes the record. After a crash at any step, namida_removal_resume() continues. Of LIBRARY versions, only the zip
 * and the manifest below the backup folder are deleted, unless another version uses them or they have been changed. If
 * something else has the name of the folder, such as a link, it is neither followed nor removed. Blocking: worker
 * threads.
 *
 * Returns: (transfer full) (nullable): what was or would be removed; %NULL with NOT_FOUND, DECLINED (pinned), NO_DRIVE
 * (its drive is not connected), UNSAFE_PATH (something else is in the place of its folder) or STORAGE. If one of them
 * is pinned, not connected or replaced, nothing is removed
 */
NamidaRemoval *namida_removal_run (NamidaDatabase *database, const char *const *ids, gboolean dry_run, GError **error);
/** namida_removal_check_drive: Returns: %FALSE with NO_DRIVE if the drive of the version is not connected. Without it,
 * a removal would only take the version off the list until its drive is connected again. */
gboolean namida_removal_check_drive (NamidaDatabase *database, const NamidaVersionRecord *record, GError **error);
/**
 * namida_removal_forget:
 * @id: a version whose drive is not connected
 *
 * Takes the version off the list. Its files are not touched, so it is found again if the drive is connected again.
 *
 * Returns: %FALSE with NOT_FOUND, DECLINED (it is pinned, or its drive is connected) or STORAGE
 */
gboolean namida_removal_forget (NamidaDatabase *database, const char *id, GError **error);
/** NamidaRemovalCount: counts what removing versions would free. */
typedef struct NamidaRemovalCount NamidaRemovalCount;
/** namida_removal_count_new: Returns: (transfer full): a count of no version. Worker threads. */
NamidaRemovalCount *namida_removal_count_new (NamidaDatabase *database);
void namida_removal_count_free (NamidaRemovalCount *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaRemovalCount, namida_removal_count_free)
/**
 * namida_removal_count_look:
 * @record: a version that is at its place
 *
 * Looks at the files of @record, which namida_removal_count_take() counts when they are gone from there. Blocking.
 *
 * Returns: %FALSE with STORAGE
 */
gboolean namida_removal_count_look (NamidaRemovalCount *self, const NamidaVersionRecord *record, GError **error);
/** namida_removal_count_take: counts the version that was looked at last. */
void namida_removal_count_take (NamidaRemovalCount *self);
/** namida_removal_count_sum: Returns: (transfer full): what removing the counted versions together frees. */
NamidaRemoval *namida_removal_count_sum (NamidaRemovalCount *self);
/** namida_removal_measure: @records: (element-type NamidaVersionRecord). Returns: (transfer full) (nullable): what
 * removing all of @records together would free; %NULL with STORAGE. */
NamidaRemoval *namida_removal_measure (NamidaDatabase *database, GPtrArray *records, GError **error);
/** namida_removal_resume: completes removals that a crash interrupted, except for versions whose drive is not
 * connected. Tries all of them. Returns: %FALSE with the first error. */
gboolean namida_removal_resume (NamidaDatabase *database, GError **error);
/** namida_removal_purge: permanently deletes versions that are in the trash, except for those whose drive is not
 * connected. @records: (element-type NamidaVersionRecord). Returns: %FALSE with the first error. */
gboolean namida_removal_purge (NamidaDatabase *database, GPtrArray *records, GError **error);

G_END_DECLS
