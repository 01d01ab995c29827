/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** How the names of this program's own hidden files and folders in a store and in music folders begin. */
#define NAMIDA_SAFE_PATH_INTERNAL ".namida-sync-"

/**
 * namida_safe_path_check:
 * @relative: (nullable): a path as received, '/' between components
 *
 * The one gate through which a received name becomes a path. Refuses: %NULL or empty, absolute, empty component, "."
 * and "..", also between backslashes, control characters that end a string (NUL), invalid UTF-8, a component over 255
 * bytes, a path over 4096 bytes. All else that Linux takes for a name is legal and is kept: spaces, newlines, leading
 * dashes, trailing dots, backslashes, "C:". Any thread.
 *
 * Returns: %FALSE with %NAMIDA_ERROR_UNSAFE_PATH.
 */
gboolean namida_safe_path_check (const char *relative, GError **error);

/** namida_safe_path_check_component: the same for one name (a label, a backup's name): also refuses '/'. */
gboolean namida_safe_path_check_component (const char *name, GError **error);

/**
 * namida_safe_path_check_portable:
 * @relative: (nullable): a path, '/' between components
 *
 * namida_safe_path_check() for what comes from, or goes to, a program that may run on another system or may be older
 * than this one: also refuses backslashes, which separate components there, and a drive letter ("C:") at the beginning.
 * Any thread.
 *
 * Returns: %FALSE with %NAMIDA_ERROR_UNSAFE_PATH.
 */
gboolean namida_safe_path_check_portable (const char *relative, GError **error);

/** namida_safe_path_check_portable_component: the same for one name: also refuses '/'. */
gboolean namida_safe_path_check_portable_component (const char *name, GError **error);

/**
 * namida_safe_path_open_parent:
 * @root_fd: the destination folder (itself may have been reached through a link: the person's choice)
 * @relative: checked again here
 * @create: make missing folders (0777 less the umask)
 * @basename: (out) (transfer full): the last component
 *
 * Opens the folder that holds @relative below @root_fd, following no symbolic link below @root_fd (openat2 with
 * RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS; a walk with O_NOFOLLOW where the kernel lacks it). Blocking: worker threads.
 *
 * Returns: an O_PATH-free directory descriptor that the caller closes, or -1 (%NAMIDA_ERROR_UNSAFE_PATH for a link in
 * the way, %NAMIDA_ERROR_STORAGE or %NAMIDA_ERROR_NO_SPACE else).
 */
int namida_safe_path_open_parent (int root_fd, const char *relative, gboolean create, char **basename, GError **error);

/**
 * namida_safe_path_component_from_alias:
 * Returns: (transfer full): a folder name made from what a person or peer called a device: never empty, unsafe or
 * hidden.
 */
char *namida_safe_path_component_from_alias (const char *alias);

/**
 * namida_safe_path_numbered:
 * Returns: (transfer full): "name (2).ext" for @n = 2; cut to 255 bytes on a character boundary, extension kept.
 */
char *namida_safe_path_numbered (const char *basename, guint n);

G_END_DECLS
