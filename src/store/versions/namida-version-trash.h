/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moves versions to the trash of their store and back, and empties it. Called by retention, the list of versions and
 * sessions that need space. All functions block: worker threads. */
#pragma once

#include "namida-version-record.h"

G_BEGIN_DECLS

#define NAMIDA_VERSION_TRASH ".namida-sync-trash"
#define NAMIDA_VERSION_TRASH_NAME "version-%" G_GINT64_FORMAT
#define NAMIDA_VERSION_TRASH_DAYS 30

/** NamidaTrashedVersion: a version in the trash of its store. */
typedef struct
{
  char *id; /* the same as before and after */
  char *alias;
  char *title;
  gint64 created_at, gone_at; /* µs since 1970; @gone_at: when it will be deleted permanently */
  guint files;
  guint64 bytes;
} NamidaTrashedVersion;
void namida_trashed_version_free (NamidaTrashedVersion *self);

/** namida_version_trash_describe: Returns: (transfer full) (element-type NamidaTrashedVersion) (nullable): the contents
 * of the trash, newest first; %NULL with STORAGE. */
GPtrArray *namida_version_trash_describe (NamidaDatabase *database, GError **error);

/**
 * namida_version_open_store:
 * @record: a version with its own folder
 * @relative: (out): the path of that folder below the store
 *
 * Opens the folder of the store that contains a version.
 *
 * Returns: a descriptor, or -1 with errno set
 */
int namida_version_open_store (const NamidaVersionRecord *record, char **relative);

/** namida_version_trash_put: moves a version to the trash of its store, where it stays for NAMIDA_VERSION_TRASH_DAYS
 * days unless its space is needed. Of a LIBRARY version only the record is moved; its files stay where they are. After
 * an error the version is in its place and listed. Returns: %FALSE with DECLINED (pinned), NOT_FOUND (it is no longer
 * a version) or STORAGE. */
gboolean namida_version_trash_put (NamidaDatabase *database, const NamidaVersionRecord *record, GError **error);
/** namida_version_trash_take_back: takes a version out of the trash and pins it, because the rules that moved it there
 * still apply. @id: from the list of the trash. Returns: %FALSE with NOT_FOUND or STORAGE. */
gboolean namida_version_trash_take_back (NamidaDatabase *database, const char *id, GError **error);
/** namida_version_trash_resume: completes what a crash interrupted. Tries everything. Returns: %FALSE with the first
 * error. */
gboolean namida_version_trash_resume (NamidaDatabase *database, GError **error);
/** namida_version_trash_purge: deletes versions permanently that have been in the trash for long enough. Returns:
 * %FALSE with the first error. */
gboolean namida_version_trash_purge (NamidaDatabase *database, GError **error);
/** namida_version_trash_empty: deletes all versions in the trash permanently, except those on a drive that is not
 * connected. Returns: %FALSE with the first error. */
gboolean namida_version_trash_empty (NamidaDatabase *database, GError **error);
/** namida_version_trash_make_room: deletes versions from the trash, those that have been there longest first, until
 * @need bytes are free on the disk of @fd and @files more files and folders can be created there, or no version on
 * that disk is left in the trash. Returns: whether anything was deleted. */
gboolean namida_version_trash_make_room (NamidaDatabase *database, int fd, guint64 need, guint64 files);

G_END_DECLS
