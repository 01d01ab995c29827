/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recognizes what a transfer must never contain. Used only by the scanner, in its thread. Blocking. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_scan_is_internal:
 * @name: the name of a file or folder
 *
 * Returns: whether it is internal to the system or to this program, so that leaving it out is not reported
 */
gboolean namida_scan_is_internal (const char *name);

/**
 * namida_scan_is_own_folder:
 * @fd: an open folder
 * @named: whether the user named this folder
 *
 * Returns: whether it is a data folder, or a store that the user did not name
 */
gboolean namida_scan_is_own_folder (int fd, gboolean named);

/**
 * namida_scan_is_own_place:
 * @path: a path that the user named; links in it are followed
 * @is_folder: whether it leads to a folder
 *
 * Also checks the parent folders, which the scanner never visits when a path is named on its own. Blocking.
 *
 * Returns: whether the path, or a folder above it, is a data folder or belongs to the internal files of a store
 */
gboolean namida_scan_is_own_place (const char *path, gboolean is_folder);

G_END_DECLS
