/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mark file that shows whether the folder of a store is really there or whether its drive is not mounted. Used by
 * the code that receives, adopts and lists versions. All functions block: call them in worker threads. */
#pragma once

#include "namida-database.h"

G_BEGIN_DECLS

#define NAMIDA_STORE_MARK_NAME ".namida-sync-store"

/** NamidaStorePresence: the state of the folder of a store. */
typedef enum
{
  NAMIDA_STORE_HERE,    /* the folder is a store */
  NAMIDA_STORE_NEW,     /* no store was ever here: one may be created */
  NAMIDA_STORE_NOT_HERE /* the drive of the store is not mounted, so nothing may be written to the folder */
} NamidaStorePresence;

/**
 * namida_store_mark_look:
 * @path: a canonical path
 *
 * Checks whether the store at @path is there, by the mark in it and by what the database recorded. A store of release
 * 0.1.0 has no mark; it counts as there if one of its versions is. Blocking: call it in a worker.
 *
 * Returns: the state of the folder
 */
NamidaStorePresence namida_store_mark_look (NamidaDatabase *database, const char *path);

/** namida_store_mark_is_away: Returns: whether the store at @path is known not to be here, because its drive is not
 * connected. %FALSE if the folder cannot be searched for lack of permission. Blocking: call it in a worker. */
gboolean namida_store_mark_is_away (NamidaDatabase *database, const char *path);

/** namida_store_mark_check: like namida_store_mark_is_away(), but explains the result. Returns: %FALSE with NO_DRIVE if
 * the store is not here. Blocking: call it in a worker. */
gboolean namida_store_mark_check (NamidaDatabase *database, const char *path, GError **error);

/**
 * namida_store_mark_ensure:
 * @path: the canonical path of the folder
 * @folder: a descriptor of the same folder
 *
 * Makes the folder a store with a UUID unless it is one already, adds this program to its writers, and records the
 * store in the database. Call it only after namida_store_mark_check() succeeded or the user asked for it. Blocking:
 * call it in a worker.
 *
 * Returns: %FALSE with NO_SPACE or STORAGE
 */
gboolean namida_store_mark_ensure (NamidaDatabase *database, const char *path, int folder, GError **error);

/** namida_store_mark_dup_uuid: Returns: (transfer full) (nullable): the UUID of the store that is at @path now; %NULL
 * if it has no mark, or one that cannot be read. Several drives may take turns at one path. Any thread. Blocking. */
char *namida_store_mark_dup_uuid (const char *path);

/** namida_store_mark_is_readable: Returns: %FALSE if the mark of the store at @path exists but cannot be read from its
 * drive. In that case no other file can be read either, and none counts as damaged. Blocking: call it in a worker. */
gboolean namida_store_mark_is_readable (const char *path);

/** namida_store_mark_list: Returns: (transfer full) (element-type filename): the paths of all recorded stores.
 * Blocking: call it in a worker. */
GPtrArray *namida_store_mark_list (NamidaDatabase *database);

G_END_DECLS
