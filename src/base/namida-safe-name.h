/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turns a name from another program into one that this program accepts. Used by the parsers of offers, in worker
 * threads. Pure functions. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_safe_name_clean:
 * @path: (nullable): a name as another program sent it, with '/' between components; UTF-8
 *
 * Makes a path that namida_safe_path_check_portable() accepts, as a whole and component by component. A path that is
 * already safe is not changed. Components that lead elsewhere ("", ".", "..") are dropped; control characters,
 * backslashes and the colon of a drive letter become "_"; a component that is too long is cut and keeps its extension;
 * a path that is too long or too deep keeps its first and last component. Any thread.
 *
 * Returns: (transfer full): never empty
 */
char *namida_safe_name_clean (const char *path);

G_END_DECLS
