/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replaces damaged files of versions with intact copies. Called by verify and heal. Blocking: worker threads. */
#pragma once

#include "namida-version-record.h"

G_BEGIN_DECLS

/** namida_repair_find_copy: searches this device for a file with the content of @file. A candidate is read completely
 * and compared. @bad: (nullable): the damaged file, whose inode is never used. Returns: (transfer full) (nullable):
 * the path of the copy. */
char *namida_repair_find_copy (NamidaDatabase *database,
                               const NamidaVersionFile *file,
                               const struct stat *bad,
                               GCancellable *cancellable);
/** NAMIDA_REPAIR_DESCRIPTOR: followed by the number of an open descriptor, the path of a copy that has no name. */
#define NAMIDA_REPAIR_DESCRIPTOR "/proc/self/fd/"
/**
 * namida_repair_file:
 * @bad: (nullable): the damaged file
 * @copy: the path of an intact copy
 *
 * Replaces @file with the content of @copy, in all versions that share the inode @bad by hard links: writes it under a
 * temporary name, makes it durable, reads it again, compares it and renames it over @file. Use it only in folders that
 * only the store writes to (NAMIDA_LANDING_BACKUP).
 *
 * Returns: %FALSE with @error
 */
gboolean namida_repair_file (NamidaDatabase *database,
                             const NamidaVersionRecord *record,
                             const NamidaVersionFile *file,
                             int version_fd,
                             const struct stat *bad,
                             const char *copy,
                             GCancellable *cancellable,
                             GError **error);

/** namida_repair_link: replaces @file with a hard link to @whole, a file of another version with the same content.
 * Returns: %FALSE if that is not possible; nothing has changed then. */
gboolean namida_repair_link (const NamidaVersionFile *file, int version_fd, const char *whole);

G_END_DECLS
