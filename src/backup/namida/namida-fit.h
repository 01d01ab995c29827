/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rewrites a backup for another device. Used by namida-fit-file.c and for names that phones refuse, in worker
 * threads. Blocking. */
#pragma once

#include "namida-contents.h"
#include "namida-path-map.h"

G_BEGIN_DECLS

/** NamidaFitOptions: how a backup is changed for another device. */
typedef struct
{
  NamidaPathMap *map;           /* (nullable): %NULL changes no paths */
  NamidaParts parts;            /* the parts to include */
  NamidaDevice device;          /* the kind of device that the copy is for; UNKNOWN: the same kind */
  gboolean all_settings;        /* also include settings that only suit the device that made the backup */
  const char *const *playlists; /* (nullable): include only the playlists with these names, whatever @parts says */
} NamidaFitOptions;

/** NamidaFitReport: what was done. */
typedef struct
{
  guint64 paths;          /* number of paths that were changed */
  guint64 files;          /* number of files in the new backup */
  guint64 left_out;       /* files of parts that were not included */
  GPtrArray *omitted;     /* char *: names of settings that only suit the other kind of device */
  gboolean moved_youtube; /* YouTube files were moved to where Namida looks for them */
} NamidaFitReport;

void namida_fit_report_free (NamidaFitReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaFitReport, namida_fit_report_free)

/**
 * namida_fit:
 * @contents: the backup, which is never changed
 * @out: path of the new backup, which must not exist
 *
 * Writes a copy with the paths of another device, part by part, in memory that does not grow with the backup. Parts
 * that need no change, and parts that this program does not know, are copied in compressed form. The new file appears
 * complete under its name, or not at all. Blocking: call it in a worker thread.
 *
 * Returns: (transfer full) (nullable): %NULL with CHECKSUM (a part is damaged; the message names it), STORAGE,
 * NO_SPACE, TOO_LARGE, CANCELLED, or INVALID_REQUEST (nothing would be in the copy)
 */
NamidaFitReport *namida_fit (NamidaContents *contents,
                             const NamidaFitOptions *options,
                             const char *out,
                             GCancellable *cancellable,
                             GError **error);

G_END_DECLS
