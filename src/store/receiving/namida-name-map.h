/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-store-probe.h"

G_BEGIN_DECLS

/** NamidaNameMap: the names that files get on a drive that refuses their own, or takes two of them for one. A refused
 * character becomes "%" and its two hexadecimal digits, as in a URI. One map is for one root and one session, so that
 * no two names become the same. One thread. */
typedef struct _NamidaNameMap NamidaNameMap;

/**
 * namida_name_map_new_for:
 * @root: an open folder
 * @path: the same
 * @owner: whose folder of unfinished files it may use (namida-store-owner.h)
 *
 * Finds out what the drive refuses, by trying it where the kind of the file system does not tell. Blocking.
 *
 * Returns: (transfer full) (nullable): %NULL when the drive takes every name that Linux takes
 */
NamidaNameMap *namida_name_map_new_for (int root, const char *path, const char *owner);
/** namida_name_map_new: the same with what @probe says. Returns: (transfer full) */
NamidaNameMap *namida_name_map_new (const NamidaStoreProbe *probe);
void namida_name_map_free (NamidaNameMap *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaNameMap, namida_name_map_free)

/** namida_name_map_path: Returns: (transfer full) (type filename): where @relative lies on the drive; the same each
 * time that it is asked for. */
char *namida_name_map_path (NamidaNameMap *self, const char *relative);

/** namida_name_map_name: Returns: (transfer full) (type filename): what the drive takes in place of the one component
 * @name, which a folder may have already: no other name counts. */
char *namida_name_map_name (const NamidaNameMap *self, const char *name);

/** namida_name_map_set_rules: for tests: @probe (nullable) in place of what every drive says from then on. */
void namida_name_map_set_rules (const NamidaStoreProbe *probe);

G_END_DECLS
