/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-database.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/** What was damaged and is whole again. */
typedef struct
{
  guint files;
  guint versions; /* that hold at least one of them */
} NamidaHealed;

/**
 * namida_heal_run:
 * @healed: (out): also after an error: what was healed until then
 *
 * Mends files of versions that are known to be damaged or missing, when a whole file with their content has arrived
 * since: in every version that shares them. The whole file is read before it is used. Called after each commit; it
 * costs one look at an index when nothing is damaged. Blocking: a worker thread. Errors: STORAGE, NO_SPACE, CANCELLED.
 */
gboolean namida_heal_run (NamidaDatabase *database, NamidaHealed *healed, GCancellable *cancellable, GError **error);

/**
 * namida_heal_from_file:
 * @sha256: of a content that is damaged, or missing from a version
 * @copy: a file with this content, which is read and compared before it is used
 * @versions: (element-type gint64): the versions that became whole are added, so that many files count each once
 * @healed: (out): whether at least one place is whole again
 *
 * Puts the content into every version that has lost it. Blocking: a worker thread. Errors: STORAGE, NO_SPACE,
 * CANCELLED.
 */
gboolean namida_heal_from_file (NamidaDatabase *database,
                                const char *sha256,
                                const char *copy,
                                GHashTable *versions,
                                gboolean *healed,
                                GCancellable *cancellable,
                                GError **error);

/** namida_heal_describe: Returns: (transfer full) (nullable): "1 damaged file healed in 3 versions"; %NULL: nothing was
 * healed. Translated. */
char *namida_heal_describe (const NamidaHealed *healed);

G_END_DECLS
