/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One zip of many files, made while it is sent: no temporary file, no more memory than a block. Used by the workers of
 * namida-link-fetch.c; tests write into a descriptor. */
#pragma once

#include "namida-backup.h"
#include "namida-rate-limit.h"

#include <sys/stat.h>

G_BEGIN_DECLS

/** Takes the next bytes of the zip. Returns: %FALSE: nobody wants more. */
typedef gboolean (*NamidaLinkZipWrite) (const void *data, gsize length, gpointer user_data);
/** A file that was read to its end is another one than its hash says. */
typedef void (*NamidaLinkZipDamaged) (const NamidaEntry *entry, const struct stat *st, gpointer user_data);

/**
 * namida_link_zip_write:
 * @backup: what goes in, in its order, empty folders too
 * @limit: (nullable): how fast it is read
 * @write: where it goes
 * @damaged: (nullable): is told of a file that is not what it was
 * @cancellable: (nullable): stops it
 * @error: CHECKSUM, SOURCE_CHANGED, STORAGE; CANCELLED also when nobody wants more
 *
 * Files are stored as they are, with names in UTF-8, and with sizes of 64 bits where they must be. Blocking: a worker.
 *
 * Returns: whether all of it was written; else what was written has no directory, so that no program takes it for whole
 */
gboolean namida_link_zip_write (NamidaBackup *backup,
                                NamidaRateLimit *limit,
                                NamidaLinkZipWrite write,
                                NamidaLinkZipDamaged damaged,
                                gpointer user_data,
                                GCancellable *cancellable,
                                GError **error);

G_END_DECLS
