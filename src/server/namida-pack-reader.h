/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NamidaPackReader: the entries of one pack, a pax tar stream from a peer that is not believed: plain files only, named
 * `<fileId>/<token>`, each at most NAMIDA_LIMIT_PACK_FILE_BYTES, at most NAMIDA_LIMIT_PACK_FILES of them, with headers
 * of a few KiB. Blocking; one thread.
 */
typedef struct _NamidaPackReader NamidaPackReader;

/** Returns: some bytes of the stream, 0 at its end, -1 with an error. */
typedef gssize (*NamidaPackRead) (void *buffer, gsize count, gpointer user_data, GError **error);

/** One entry; @id and @token point into the reader until the next call. */
typedef struct
{
  const char *id, *token;
  gsize size;
} NamidaPackEntry;

NamidaPackReader *namida_pack_reader_new (NamidaPackRead read, gpointer user_data);
/** Returns: %FALSE at the end, with the whole stream read; or with @error: INVALID_REQUEST, TOO_LARGE, or
 * what @read said. */
gboolean namida_pack_reader_next (NamidaPackReader *self, NamidaPackEntry *entry, GError **error);
/** namida_pack_reader_data: all of the current entry's bytes, once. @data: of the entry's size. */
gboolean namida_pack_reader_data (NamidaPackReader *self, guint8 *data, GError **error);
void namida_pack_reader_free (NamidaPackReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaPackReader, namida_pack_reader_free)

G_END_DECLS
