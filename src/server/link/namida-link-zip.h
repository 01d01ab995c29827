/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes many files as one zip while it is sent, without a temporary file and with no more memory than a block. Used by
 * the workers of namida-link-fetch.c; tests write to a descriptor. */
#pragma once

#include "namida-backup.h"
#include "namida-rate-limit.h"

#include <sys/stat.h>

G_BEGIN_DECLS

/** NamidaLinkZipWrite: receives the next bytes of the zip. Returns: %FALSE if no more are wanted. */
typedef gboolean (*NamidaLinkZipWrite) (const void *data, gsize length, gpointer user_data);
/** NamidaLinkZipDamaged: called for a file that was read to its end and differs from its hash. */
typedef void (*NamidaLinkZipDamaged) (const NamidaEntry *entry, const struct stat *st, gpointer user_data);

/**
 * namida_link_zip_write:
 * @backup: the files, in order, including empty folders
 * @limit: (nullable): limits the reading speed
 * @write: receives the zip
 * @damaged: (nullable): called for each file that differs from its hash
 * @cancellable: (nullable): stops it
 * @error: CHECKSUM, SOURCE_CHANGED, STORAGE; CANCELLED also if @write wanted no more
 *
 * Stores files without compression, with names in UTF-8, and with 64-bit sizes where necessary. Blocking: a worker.
 *
 * Returns: whether everything was written. Otherwise the zip has no directory, so that no program accepts it as
 * complete
 */
gboolean namida_link_zip_write (NamidaBackup *backup,
                                NamidaRateLimit *limit,
                                NamidaLinkZipWrite write,
                                NamidaLinkZipDamaged damaged,
                                gpointer user_data,
                                GCancellable *cancellable,
                                GError **error);

G_END_DECLS
