/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_scan_is_internal:
 * @name: of a file or folder
 *
 * Returns: whether the system or this program keeps it for itself, so that it is not worth a line
 */
gboolean namida_scan_is_internal (const char *name);

/**
 * namida_scan_is_own_folder:
 * @fd: an open folder
 * @named: whether a person named it
 *
 * Returns: whether it is a data folder, or a store that was not named
 */
gboolean namida_scan_is_own_folder (int fd, gboolean named);

/**
 * namida_scan_is_own_place:
 * @path: what is named; links in it are followed
 * @is_folder: whether it leads to a folder
 *
 * Returns: whether it, or a folder above it, is a data folder or what this program keeps in a store. No walk comes by
 * the folders above what is named alone. Blocking.
 */
gboolean namida_scan_is_own_place (const char *path, gboolean is_folder);

G_END_DECLS
