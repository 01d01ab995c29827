/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Merges backup files, after adapting them to one device if necessary. Used by the command line, the restore and the
 * window, in worker threads. Blocking. */
#pragma once

#include "namida-fit-file.h"
#include "namida-merge.h"

G_BEGIN_DECLS

/**
 * namida_merge_files:
 * @zips: (array zero-terminated=1): paths of two or more backups
 * @out: path of the new backup, which must not exist
 * @fit: (nullable): copy each backup with these paths and parts first; %NULL if all are from one device already
 * @fitted: (out) (optional) (nullable) (transfer full): the result of fitting the first one
 *
 * Calls namida_merge() for files. The copies are made in a temporary folder beside @out, which is deleted afterwards.
 * Blocking: call it in a worker thread.
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
