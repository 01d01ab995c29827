/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of the inspection that reads the databases of a backup. Called by namida-inspector.c in its worker
 * thread. */
#pragma once

#include "namida-inspection.h"

G_BEGIN_DECLS

/**
 * namida_inspect_details:
 * @path: path of the zip
 * @result: the inspection of a complete backup, to which the data of its databases is added
 * @damaged: (out) (transfer full) (nullable): the name of the first damaged part
 *
 * Unpacks each database into a temporary file and checks it, in memory that does not grow with the backup. Blocking:
 * call it in a worker thread.
 *
 * Returns: %FALSE if it cannot be told whether a part is damaged: with NO_SPACE, STORAGE or CANCELLED
 */
gboolean namida_inspect_details (
    const char *path, NamidaInspection *result, char **damaged, GCancellable *cancellable, GError **error);

G_END_DECLS
