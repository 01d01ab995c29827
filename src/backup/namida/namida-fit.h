/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-contents.h"
#include "namida-path-map.h"

G_BEGIN_DECLS

/** How a backup is changed for another device. */
typedef struct
{
  NamidaPathMap *map;    /* (nullable): no paths are changed */
  NamidaParts parts;     /* those that are taken */
  NamidaDevice device;   /* that it is for; UNKNOWN: of the same kind */
  gboolean all_settings; /* also those that only suit the device that made it */
} NamidaFitOptions;

/** What was done. */
typedef struct
{
  guint64 paths;          /* that were changed */
  guint64 files;          /* in the new backup */
  guint64 left_out;       /* files of parts that were not wanted */
  GPtrArray *omitted;     /* char *: settings that suit only the other kind of device, by their names */
  gboolean moved_youtube; /* YouTube's files were put where Namida looks for them */
} NamidaFitReport;

void namida_fit_report_free (NamidaFitReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaFitReport, namida_fit_report_free)

/**
 * namida_fit:
 * @contents: the backup, which is never changed
 * @out: path of the new one, which must not exist
 *
 * Writes a copy whose paths are those of another device: part by part, in memory that does not grow with the backup.
 * What needs no change is copied packed, and so is what this program does not know. The new file appears whole under
 * its name, or not at all. Blocking: worker threads.
 *
 * Returns: (transfer full) (nullable): %NULL with CHECKSUM (a part is damaged; the message names it), STORAGE,
 * NO_SPACE, TOO_LARGE or CANCELLED
 */
NamidaFitReport *namida_fit (NamidaContents *contents,
                             const NamidaFitOptions *options,
                             const char *out,
                             GCancellable *cancellable,
                             GError **error);

G_END_DECLS
