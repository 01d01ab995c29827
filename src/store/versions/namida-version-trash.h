/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-version-record.h"

G_BEGIN_DECLS

#define NAMIDA_VERSION_TRASH ".namida-sync-trash"
#define NAMIDA_VERSION_TRASH_NAME "version-%" G_GINT64_FORMAT
#define NAMIDA_VERSION_TRASH_DAYS 30

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
/** namida_version_trash_take_back: makes a version of what is in the trash; @id as in the list. FALSE with NOT_FOUND or
 * STORAGE. */
gboolean namida_version_trash_take_back (NamidaDatabase *database, const char *id, GError **error);
/** namida_version_trash_resume: ends what a crash cut off. All of it is tried; FALSE with the first error. */
gboolean namida_version_trash_resume (NamidaDatabase *database, GError **error);
/** namida_version_trash_purge: removes for good what has been in the trash for long enough. FALSE with the first error.
 */
gboolean namida_version_trash_purge (NamidaDatabase *database, GError **error);
/**
 * namida_version_trash_make_room: removes versions from the trash, those first that have been there longest, until
 * @need bytes are free on the disk of @fd, or none is left on that disk.
 *
 * Returns: whether anything was removed
 */
gboolean namida_version_trash_make_room (NamidaDatabase *database, int fd, guint64 need);

G_END_DECLS
