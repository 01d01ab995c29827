/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-zip.h"

G_BEGIN_DECLS

/** NamidaZipWriter: writes a zip into a file that can be written anywhere. Sizes are in the local headers, without data
 * descriptors, so that every reader of streams understands it; zip64 only where it must be. One thread; blocking. */
typedef struct _NamidaZipWriter NamidaZipWriter;

/** namida_zip_writer_new: (transfer full): @fd: borrowed, empty. */
NamidaZipWriter *namida_zip_writer_new (int fd);
void namida_zip_writer_free (NamidaZipWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaZipWriter, namida_zip_writer_free)

/**
 * namida_zip_writer_begin: the next entry.
 * @name: its name; @dos_time: its time; @level: of deflate, 1 to 9, or 0 to store it
 * @expected: its size as far as known: above 4 GiB it gets room for sizes of 64 bits
 */
gboolean namida_zip_writer_begin (
    NamidaZipWriter *self, const char *name, guint32 dos_time, int level, guint64 expected, GError **error);
gboolean namida_zip_writer_write (NamidaZipWriter *self, const void *data, gsize length, GError **error);
gboolean namida_zip_writer_end (NamidaZipWriter *self, GError **error);
/** namida_zip_writer_add: one whole entry from memory, deflated. */
gboolean namida_zip_writer_add (
    NamidaZipWriter *self, const char *name, guint32 dos_time, const void *data, gsize length, GError **error);
/** namida_zip_writer_add_file: one whole entry from all of @fd. */
gboolean namida_zip_writer_add_file (NamidaZipWriter *self,
                                     const char *name,
                                     guint32 dos_time,
                                     int level,
                                     int fd,
                                     GCancellable *cancellable,
                                     GError **error);
/** namida_zip_writer_copy: the packed bytes of @entry as they are, under @name. Returns: %FALSE with CHECKSUM: it is
 * damaged; or as of namida_zip_read(). */
gboolean namida_zip_writer_copy (NamidaZipWriter *self,
                                 NamidaZip *from,
                                 const NamidaZipEntry *entry,
                                 const char *name,
                                 GCancellable *cancellable,
                                 GError **error);
/** namida_zip_writer_finish: the directory; nothing can be added afterwards. */
gboolean namida_zip_writer_finish (NamidaZipWriter *self, GError **error);

G_END_DECLS
