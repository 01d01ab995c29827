/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-version-record.h"

G_BEGIN_DECLS

/* Blocking: worker threads. */

/** namida_repair_find_copy: a file of this device with the content of @file, read whole and compared; never one that is
 * @bad (the damaged file's own inode; NULL: there is none). (transfer full) (nullable): its path. */
char *namida_repair_find_copy (NamidaDatabase *database,
                               const NamidaVersionFile *file,
                               const struct stat *bad,
                               GCancellable *cancellable);
/** NAMIDA_REPAIR_DESCRIPTOR: with the number of an open descriptor behind it, a copy that has no name. */
#define NAMIDA_REPAIR_DESCRIPTOR "/proc/self/fd/"
/**
 * namida_repair_file: puts @copy's content in @file's place: under a temporary name, durable, read again and compared,
 * then renamed over it, in all versions that share the @bad (nullable) inode by hard links. Only in folders that nobody
 * but the store writes to (NAMIDA_LANDING_BACKUP).
 */
gboolean namida_repair_file (NamidaDatabase *database,
                             const NamidaVersionRecord *record,
                             const NamidaVersionFile *file,
                             int version_fd,
                             const struct stat *bad,
                             const char *copy,
                             GCancellable *cancellable,
                             GError **error);

/** namida_repair_link: puts a hard link to @whole, a file of another version with the content of @file, in the place of
 * @file. Returns: %FALSE when that cannot be: nothing has changed then. */
gboolean namida_repair_link (const NamidaVersionFile *file, int version_fd, const char *whole);

G_END_DECLS
