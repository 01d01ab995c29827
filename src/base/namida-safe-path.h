/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks names from other devices and opens folders below a root without following links. Everything that is
 * received passes through it before it becomes a path. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The prefix of this program's own hidden files and folders in stores and music folders. */
#define NAMIDA_SAFE_PATH_INTERNAL ".namida-sync-"

/**
 * namida_safe_path_check:
 * @relative: (nullable): a path as received, with '/' between components
 *
 * The only check through which a received name becomes a path. Refuses: %NULL and "", absolute paths, empty components,
 * "." and ".." (also between backslashes), a component longer than 255 bytes, a path longer than 4096 bytes. Every
 * other name that Linux allows is accepted unchanged: spaces, newlines, leading dashes, trailing dots, backslashes,
 * "C:", and bytes that are not UTF-8. Any thread.
 *
 * Returns: %FALSE with %NAMIDA_ERROR_UNSAFE_PATH
 */
gboolean namida_safe_path_check (const char *relative, GError **error);

/**
 * namida_safe_path_check_component: Like namida_safe_path_check(), for a single name (a label, the name of a backup).
 * Also refuses '/'.
 */
gboolean namida_safe_path_check_component (const char *name, GError **error);

/**
 * namida_safe_path_check_portable:
 * @relative: (nullable): a path, with '/' between components
 *
 * Like namida_safe_path_check(), for paths that come from or go to a program that may run on another system or may be
 * older than this one. Also refuses invalid UTF-8, backslashes, which separate components there, and a drive letter
 * ("C:") at the beginning. Any thread.
 *
 * Returns: %FALSE with %NAMIDA_ERROR_UNSAFE_PATH
 */
gboolean namida_safe_path_check_portable (const char *relative, GError **error);

/**
 * namida_safe_path_check_portable_component: Like namida_safe_path_check_portable(), for a single name. Also refuses
 * '/'.
 */
gboolean namida_safe_path_check_portable_component (const char *name, GError **error);

/**
 * namida_safe_path_open_parent:
 * @root_fd: the destination folder; it may have been reached through a link, because the user chose it
 * @relative: a path below it; checked again
 * @create: whether to create missing folders (mode 0777 less the umask)
 * @basename: (out) (transfer full): the last component
 *
 * Opens the folder that contains @relative below @root_fd. Follows no symbolic link below @root_fd (openat2 with
 * RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS; a walk with O_NOFOLLOW if the kernel does not support it). Blocking: call it
 * in a worker thread.
 *
 * Returns: a directory descriptor without O_PATH, which the caller closes; -1 with %NAMIDA_ERROR_UNSAFE_PATH for a link
 * in the way, otherwise with %NAMIDA_ERROR_STORAGE or %NAMIDA_ERROR_NO_SPACE
 */
int namida_safe_path_open_parent (int root_fd, const char *relative, gboolean create, char **basename, GError **error);

/**
 * namida_safe_path_component_from_alias:
 * @alias: (nullable): the name of a device, as the user or the device itself chose it
 *
 * Returns: (transfer full): a folder name made from @alias; never empty, unsafe or hidden
 */
char *namida_safe_path_component_from_alias (const char *alias);

/**
 * namida_safe_path_numbered:
 *
 * Returns: (transfer full): "name (2).ext" for @n = 2, cut to 255 bytes at a character boundary; the extension is kept
 */
char *namida_safe_path_numbered (const char *basename, guint n);

G_END_DECLS
