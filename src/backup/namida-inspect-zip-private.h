/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** What the first and last bytes of a file say about it, before a zip reader believes them. */
typedef enum
{
  NAMIDA_ZIP_WHOLE,   /* its directory is at its end, of a sane size */
  NAMIDA_ZIP_NOTHING, /* 0 bytes, or a zip without a file */
  NAMIDA_ZIP_CUT,     /* begins as a zip and has no directory at its end */
  NAMIDA_ZIP_HUGE,    /* more in its directory than a backup can have */
  NAMIDA_ZIP_NONE,    /* no zip */
} NamidaZipShape;

#define NAMIDA_INSPECT_ENTRIES_MOST 200000u

/** namida_inspect_find_directory: of a zip of @size bytes that begins at @base: its shape and, when it is whole, where
 * its directory is, counted from @base. Reads at most the last 65 KiB. Blocking. Returns: %FALSE with errno. */
gboolean namida_inspect_find_directory (
    int fd, guint64 base, guint64 size, NamidaZipShape *shape, guint64 *offset, guint64 *directory_size);
/** namida_inspect_probe: reads at most the last 65 KiB. Blocking. Returns: %FALSE with errno. */
gboolean namida_inspect_probe (int fd, guint64 size, NamidaZipShape *shape);

G_END_DECLS
