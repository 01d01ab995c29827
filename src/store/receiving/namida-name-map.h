/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maps the names of received files to names that a drive accepts. Used while a session is prepared, and where versions
 * are removed or found in the trash, in worker threads. */
#pragma once

#include "namida-store-probe.h"

G_BEGIN_DECLS

/** NamidaNameMap: the names of files on a drive that refuses some characters or considers two different names equal. A
 * refused character becomes "%" and its two hexadecimal digits, as in a URI. One map serves one root and one session,
 * so that two names never become the same. To be used by one thread. */
typedef struct _NamidaNameMap NamidaNameMap;

/**
 * namida_name_map_new_for:
 * @root: an open folder
 * @path: the path of the same folder
 * @owner: the owner whose folder of unfinished files may be used for tests (namida-store-owner.h)
 *
 * Finds out which names the drive refuses; if the type of the file system does not tell, it creates files to test it.
 * Blocking.
 *
 * Returns: (transfer full) (nullable): %NULL if the drive accepts every name that Linux accepts
 */
NamidaNameMap *namida_name_map_new_for (int root, const char *path, const char *owner);
/** namida_name_map_new: creates a map from the results in @probe. Returns: (transfer full). */
NamidaNameMap *namida_name_map_new (const NamidaStoreProbe *probe);
void namida_name_map_free (NamidaNameMap *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaNameMap, namida_name_map_free)

/** namida_name_map_path: Returns: (transfer full) (type filename): the path of @relative on the drive. Asking again
 * gives the same path. */
char *namida_name_map_path (NamidaNameMap *self, const char *relative);

/** namida_name_map_name: Returns: (transfer full) (type filename): the name that the drive uses for the single
 * component @name, regardless of other names in the map. Use it for a folder that may exist already. */
char *namida_name_map_name (const NamidaNameMap *self, const char *name);

/** namida_name_map_set_rules: for tests: uses @probe (nullable) instead of the properties of every drive from now
 * on. */
void namida_name_map_set_rules (const NamidaStoreProbe *probe);

G_END_DECLS
