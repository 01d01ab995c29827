/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes zips, and copies compressed entries from others. Used by fit and merge, in worker threads. Blocking. */
#pragma once

#include "namida-zip.h"

G_BEGIN_DECLS

/**
 * NamidaZipWriter: writes a zip into a seekable file. Sizes are in the local headers, without data descriptors, so that
 * every streaming reader understands it; zip64 is used only where necessary. One thread; blocking.
 */
typedef struct _NamidaZipWriter NamidaZipWriter;

/** namida_zip_writer_new: @fd: borrowed; an empty file. Returns: (transfer full) */
NamidaZipWriter *namida_zip_writer_new (int fd);
/** namida_zip_writer_free: @self: (transfer full) */
void namida_zip_writer_free (NamidaZipWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaZipWriter, namida_zip_writer_free)

/**
 * namida_zip_writer_begin:
 * @name: name of the entry
 * @dos_time: time of the entry
 * @level: level of deflate, 1 to 9, or 0 to store it
 * @expected: its size as far as known; above 4 GiB, room for 64-bit sizes is reserved
 *
 * Begins an entry.
 *
 * Returns: %FALSE with STORAGE, NO_SPACE or TOO_LONG
 */
gboolean namida_zip_writer_begin (
    NamidaZipWriter *self, const char *name, guint32 dos_time, int level, guint64 expected, GError **error);
/** namida_zip_writer_write: Adds data to the current entry. Returns: %FALSE with STORAGE or NO_SPACE. */
gboolean namida_zip_writer_write (NamidaZipWriter *self, const void *data, gsize length, GError **error);
/** namida_zip_writer_end: Ends the current entry. Returns: %FALSE with STORAGE, NO_SPACE or TOO_LARGE. */
gboolean namida_zip_writer_end (NamidaZipWriter *self, GError **error);
/** namida_zip_writer_add: Adds a complete entry from memory, deflated. Returns: %FALSE with STORAGE, NO_SPACE or
 * TOO_LONG. */
gboolean namida_zip_writer_add (
    NamidaZipWriter *self, const char *name, guint32 dos_time, const void *data, gsize length, GError **error);
/** namida_zip_writer_add_file: Adds a complete entry with the contents of @fd. Returns: %FALSE with STORAGE, NO_SPACE,
 * TOO_LONG or CANCELLED. */
gboolean namida_zip_writer_add_file (NamidaZipWriter *self,
                                     const char *name,
                                     guint32 dos_time,
                                     int level,
                                     int fd,
                                     GCancellable *cancellable,
                                     GError **error);
/**
 * namida_zip_writer_copy: Copies the compressed bytes of @entry, under the name @name. Returns: %FALSE with CHECKSUM if
 * the entry is damaged, or with the errors of namida_zip_read().
 */
gboolean namida_zip_writer_copy (NamidaZipWriter *self,
                                 NamidaZip *from,
                                 const NamidaZipEntry *entry,
                                 const char *name,
                                 GCancellable *cancellable,
                                 GError **error);
/** namida_zip_writer_finish: Writes the directory. Nothing can be added afterwards. Returns: %FALSE with STORAGE or
 * NO_SPACE. */
gboolean namida_zip_writer_finish (NamidaZipWriter *self, GError **error);

G_END_DECLS
