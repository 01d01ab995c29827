/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-fit-file.h"
#include "namida-merge.h"

G_BEGIN_DECLS

/**
 * namida_merge_files:
 * @zips: (array zero-terminated=1): paths of two backups or more
 * @out: path of the new backup, which must not exist
 * @fit: (nullable): each backup is copied with these paths and parts first; %NULL: they are of one device already
 * @fitted: (out) (optional) (nullable) (transfer full): what fitting the first one did
 *
 * namida_merge() of files. The copies are made in a temporary folder beside @out, which is gone afterwards. Blocking:
 * worker threads.
 *
 * Returns: (transfer full) (nullable): %NULL with the errors of namida_fit_file() and namida_merge()
 */
NamidaMergeReport *namida_merge_files (const char *const *zips,
                                       const char *out,
                                       const NamidaFitRequest *fit,
                                       NamidaFitResult **fitted,
                                       GCancellable *cancellable,
                                       GError **error);

G_END_DECLS
