/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-version-record.h"

G_BEGIN_DECLS

#define NAMIDA_VERSION_TRASH ".namida-sync-trash"
#define NAMIDA_VERSION_TRASH_NAME "version-%" G_GINT64_FORMAT
#define NAMIDA_VERSION_TRASH_DAYS 30

/** NamidaTrashedVersion: a version in the trash of its store. */
typedef struct
{
  char *id; /* as it was, and will be */
  char *alias;
  char *title;
  gint64 created_at, gone_at; /* microseconds since 1970; @gone_at: when it is removed for good */
  guint files;
  guint64 bytes;
} NamidaTrashedVersion;
void namida_trashed_version_free (NamidaTrashedVersion *self);

/** namida_version_trash_describe: Returns: (transfer full) (element-type NamidaTrashedVersion) (nullable): what is in
 * the trash, the newest first; %NULL with STORAGE */
GPtrArray *namida_version_trash_describe (NamidaDatabase *database, GError **error);

/**
 * namida_version_open_store: opens the folder of the store that holds the folder of a version.
 * @record: a version with a folder of its own
 * @relative: (out): the version's folder below it
 *
 * Returns: a descriptor or -1 with errno
 */
int namida_version_open_store (const NamidaVersionRecord *record, char **relative);

/**
 * namida_version_trash_put: moves a version to the trash of its store, where it stays for NAMIDA_VERSION_TRASH_DAYS
 * days unless its room is needed. Of a LIBRARY version only the record goes there: its files stay where they are
 * meanwhile. After an error the version is where it was, and listed.
 *
 * Returns: %FALSE with DECLINED (pinned), NOT_FOUND (it is no version any more) or STORAGE
 */
gboolean namida_version_trash_put (NamidaDatabase *database, const NamidaVersionRecord *record, GError **error);
/** namida_version_trash_take_back: makes a version of what is in the trash; @id as in the list. It is pinned, for the
 * rules that moved it there still hold. FALSE with NOT_FOUND or
 * STORAGE. */
gboolean namida_version_trash_take_back (NamidaDatabase *database, const char *id, GError **error);
/** namida_version_trash_resume: ends what a crash cut off. All of it is tried; FALSE with the first error. */
gboolean namida_version_trash_resume (NamidaDatabase *database, GError **error);
/** namida_version_trash_purge: removes for good what has been in the trash for long enough. FALSE with the first error.
 */
gboolean namida_version_trash_purge (NamidaDatabase *database, GError **error);
/**
 * namida_version_trash_make_room: removes versions from the trash, those first that have been there longest, until
 * @need bytes are free on the disk of @fd and @files more files and folders can be made there, or none is left on that
 * disk.
 *
 * Returns: whether anything was removed
 */
gboolean namida_version_trash_make_room (NamidaDatabase *database, int fd, guint64 need, guint64 files);

G_END_DECLS
