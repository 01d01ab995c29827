/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A version as a plain copy on another drive, which needs no program of ours: its files below a new folder, and
 * SHA256SUMS, so that “sha256sum -c SHA256SUMS” checks it. Blocking: worker threads, or a command that does nothing
 * else. */
#pragma once

#include <gio/gio.h>

#include "namida-database.h"

G_BEGIN_DECLS

/** NamidaExport: what was written. */
typedef struct
{
  char *folder; /* the new one */
  guint files;
  guint64 bytes;
} NamidaExport;

void namida_export_free (NamidaExport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaExport, namida_export_free)

/**
 * namida_version_export:
 * @database: the database
 * @version: the id of a version
 * @folder: an existing folder; a new one is made in it, named by device and date
 * @cancellable: (nullable)
 *
 * Every file is compared with its hash at arrival while it is copied. The new folder has its name only when all of it
 * is written to the disk; after an error nothing is left of it.
 *
 * Returns: (transfer full) (nullable): %NULL with NOT_FOUND, CHECKSUM (a file is damaged; the message names it),
 * NO_SPACE, STORAGE or CANCELLED
 */
NamidaExport *namida_version_export (
    NamidaDatabase *database, gint64 version, const char *folder, GCancellable *cancellable, GError **error);

G_END_DECLS
