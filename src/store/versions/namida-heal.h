/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Repairs damaged files of versions with intact copies that arrive. Called after each commit and by the version source
 * for files that other devices bring, in worker threads. */
#pragma once

#include "namida-database.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/** NamidaHealed: the numbers of repaired files and versions. */
typedef struct
{
  guint files;
  guint versions; /* that contain at least one of them */
} NamidaHealed;

/**
 * namida_heal_run:
 * @healed: (out): what was repaired, also if an error ended the run
 *
 * Repairs files of versions that are known to be damaged or missing, if an intact file with their content has arrived
 * since, in every version that shares them. The intact file is read before it is used. Called after each commit; if
 * nothing is damaged, it costs one index lookup. Blocking: a worker thread.
 *
 * Returns: %FALSE with STORAGE, NO_SPACE or CANCELLED
 */
gboolean namida_heal_run (NamidaDatabase *database, NamidaHealed *healed, GCancellable *cancellable, GError **error);

/**
 * namida_heal_from_file:
 * @sha256: the hash of a content that is damaged, or missing from a version
 * @copy: the path of a file with this content, which is read and compared before it is used
 * @versions: (element-type gint64): the repaired versions are added, so that each is counted once for many files
 * @healed: (out): whether at least one place was repaired
 *
 * Puts the content into every version that has lost it. Blocking: a worker thread.
 *
 * Returns: %FALSE with STORAGE, NO_SPACE or CANCELLED
 */
gboolean namida_heal_from_file (NamidaDatabase *database,
                                const char *sha256,
                                const char *copy,
                                GHashTable *versions,
                                gboolean *healed,
                                GCancellable *cancellable,
                                GError **error);

/** namida_heal_describe: Returns: (transfer full) (nullable): a translated text such as "1 damaged file repaired in 3
 * versions"; %NULL if nothing was repaired. */
char *namida_heal_describe (const NamidaHealed *healed);

G_END_DECLS
