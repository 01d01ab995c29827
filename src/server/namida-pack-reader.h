/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads packs: many small files in one tar stream. Used by namida-server-pack.c in a worker. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaPackReader: the entries of one pack, a pax tar stream from an untrusted device. Accepts only plain files named
 * `<fileId>/<token>`, each with at most NAMIDA_LIMIT_PACK_FILE_BYTES, at most NAMIDA_LIMIT_PACK_FILES of them, with
 * headers of a few KiB. Blocking; to be used by one thread. */
typedef struct _NamidaPackReader NamidaPackReader;

/** NamidaPackRead: Returns: the number of bytes read from the stream, 0 at its end, -1 with @error. */
typedef gssize (*NamidaPackRead) (void *buffer, gsize count, gpointer user_data, GError **error);

/** NamidaPackEntry: one entry. @id and @token point into the reader and are valid until the next call. */
typedef struct
{
  const char *id, *token;
  gsize size;
} NamidaPackEntry;

/** namida_pack_reader_new: @read: supplies the stream. Returns: (transfer full). */
NamidaPackReader *namida_pack_reader_new (NamidaPackRead read, gpointer user_data);
/** namida_pack_reader_next: Returns: %FALSE at the end, after reading the whole stream, or with INVALID_REQUEST,
 * TOO_LARGE or the error of @read in @error. */
gboolean namida_pack_reader_next (NamidaPackReader *self, NamidaPackEntry *entry, GError **error);
/** namida_pack_reader_data: Reads all bytes of the current entry; call it once. @data: a buffer with the size of the
 * entry. Returns: %FALSE with @error. */
gboolean namida_pack_reader_data (NamidaPackReader *self, guint8 *data, GError **error);
void namida_pack_reader_free (NamidaPackReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaPackReader, namida_pack_reader_free)

G_END_DECLS
