/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exports a version as a plain copy on another drive that can be used without this program: its files in a new folder,
 * and SHA256SUMS, so that “sha256sum -c SHA256SUMS” verifies it. Blocking: worker threads, or a command that does
 * nothing else. */
#pragma once

#include <gio/gio.h>

#include "namida-database.h"

G_BEGIN_DECLS

/** NamidaExport: what was written. */
typedef struct
{
  char *folder; /* the path of the new folder */
  guint files;
  guint64 bytes;
} NamidaExport;

void namida_export_free (NamidaExport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaExport, namida_export_free)

/**
 * namida_version_export:
 * @database: the database
 * @version: the ID of a version
 * @folder: an existing folder, in which a new one is created and named after the device and the date
 * @cancellable: (nullable)
 *
 * Copies a version. Every file is compared with its hash on arrival while it is copied. The new folder gets its name
 * only after everything is written to the disk; after an error nothing is left of it.
 *
 * Returns: (transfer full) (nullable): %NULL with NOT_FOUND, CHECKSUM (a file is damaged; the message names it),
 * NO_SPACE, STORAGE or CANCELLED
 */
NamidaExport *namida_version_export (
    NamidaDatabase *database, gint64 version, const char *folder, GCancellable *cancellable, GError **error);

G_END_DECLS
