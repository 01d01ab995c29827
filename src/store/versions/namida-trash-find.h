/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-database.h"

G_BEGIN_DECLS

/**
 * namida_trash_find:
 * @store: the path of a store that is here
 * @all: also what another program moved to its trash; otherwise only what the program of this database did
 *
 * Moves versions that lie in the trash of @store, but in no list of versions, back to the folders of their devices, so
 * that they can be adopted: their database was lost. Blocking: worker threads.
 *
 * Returns: how many were moved
 */
guint namida_trash_find (NamidaDatabase *database, const char *store, gboolean all);

G_END_DECLS
