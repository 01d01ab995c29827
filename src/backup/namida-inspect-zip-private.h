/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looks at the beginning and the end of a zip before a zip reader trusts it. Used by the inspector and by the zip
 * reader. Blocking. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaZipShape: what the first and last bytes of a file say about it. */
typedef enum
{
  NAMIDA_ZIP_WHOLE,   /* its directory is at its end and has a plausible size */
  NAMIDA_ZIP_NOTHING, /* 0 bytes, or a zip without files */
  NAMIDA_ZIP_CUT,     /* begins like a zip, but has no directory at its end */
  NAMIDA_ZIP_HUGE,    /* its directory is larger than that of any backup */
  NAMIDA_ZIP_NONE,    /* not a zip */
} NamidaZipShape;

#define NAMIDA_INSPECT_ENTRIES_MOST 200000u

/**
 * namida_inspect_find_directory:
 * @fd: an open file
 * @base: where the zip begins in the file
 * @size: the size of the zip in bytes
 * @shape: (out): the shape of the zip
 * @offset: (out): where its directory begins, relative to @base, if the zip is complete
 * @directory_size: (out): the size of the directory in bytes
 *
 * Reads at most the last 65 KiB. Blocking.
 *
 * Returns: %FALSE with errno set
 */
gboolean namida_inspect_find_directory (
    int fd, guint64 base, guint64 size, NamidaZipShape *shape, guint64 *offset, guint64 *directory_size);
/**
 * namida_inspect_probe: Like namida_inspect_find_directory(), for the shape of a whole file. Reads at most the last 65
 * KiB. Blocking. Returns: %FALSE with errno set.
 */
gboolean namida_inspect_probe (int fd, guint64 size, NamidaZipShape *shape);

G_END_DECLS
