/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-database.h"

G_BEGIN_DECLS

#define NAMIDA_STORE_MARK_NAME ".namida-sync-store"

/** NamidaStorePresence: what is known of the folder of a store. */
typedef enum
{
  NAMIDA_STORE_HERE,    /* it is a store */
  NAMIDA_STORE_NEW,     /* no store was ever there: one may be made */
  NAMIDA_STORE_NOT_HERE /* a store was there: its drive is not mounted, so nothing may be written there */
} NamidaStorePresence;

/**
 * namida_store_mark_look:
 * @path: canonical
 *
 * Whether the store at @path is there: by the mark in it, and by what the database recorded. A store of release 0.1.0
 * has no mark, and is there when one of its versions is. Blocking: a worker.
 */
NamidaStorePresence namida_store_mark_look (NamidaDatabase *database, const char *path);

/** namida_store_mark_is_away: whether the store at @path is known not to be here: its drive is not connected. One whose
 * folder must not be looked into is not known to be away. Blocking: a worker. */
gboolean namida_store_mark_is_away (NamidaDatabase *database, const char *path);

/** namida_store_mark_check: the same as a sentence. Returns: %FALSE with NO_DRIVE when the store is not here. */
gboolean namida_store_mark_check (NamidaDatabase *database, const char *path, GError **error);

/**
 * namida_store_mark_ensure:
 * @folder: the open folder @path
 *
 * Makes the folder a store with a UUID, unless it is one, enters this program among those that write there, and records
 * the store in the database. Only after namida_store_mark_check(), or when a person says so. Blocking: a worker.
 *
 * Returns: %FALSE with NO_SPACE or STORAGE
 */
gboolean namida_store_mark_ensure (NamidaDatabase *database, const char *path, int folder, GError **error);

/** namida_store_mark_list: Returns: (transfer full) (element-type filename): the paths of all recorded stores.
 * Blocking: a worker. */
GPtrArray *namida_store_mark_list (NamidaDatabase *database);

G_END_DECLS
