/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recovers versions from the trash of a store whose database was lost. Called when versions are adopted, also by
 * "backups adopt". Worker threads. */
#pragma once

#include "namida-database.h"

G_BEGIN_DECLS

/**
 * namida_trash_find:
 * @store: the path of a store that is here
 * @all: also recover what other programs moved to their trash, not only the program of this database
 *
 * Moves versions that are in the trash of @store, but in no list of versions because their database was lost, back to
 * the folders of their devices, so that they can be adopted. Blocking: worker threads.
 *
 * Returns: how many were moved
 */
guint namida_trash_find (NamidaDatabase *database, const char *store, gboolean all);

G_END_DECLS
