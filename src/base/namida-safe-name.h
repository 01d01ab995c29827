/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_safe_name_clean:
 * @path: (nullable): a name as a program of another make sent it, '/' between components; UTF-8
 *
 * Makes a path that namida_safe_path_check_portable() accepts, as does each of its components on its own. A path that
 * is safe already stays as it is. Parts that lead elsewhere ("", ".", "..") are left out; control characters,
 * backslashes and the colon of a drive letter become "_"; a component that is too long is cut and keeps its extension;
 * a path that is too long or too deep keeps its first and last component. Any thread.
 *
 * Returns: (transfer full): never empty
 */
char *namida_safe_name_clean (const char *path);

G_END_DECLS
