/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_safe_path_open_parent_by_walk: namida_safe_path_open_parent() as kernels before 5.6 get it; exported for
 * tests.
 */
int namida_safe_path_open_parent_by_walk (
    int root_fd, const char *relative, gboolean create, char **basename, GError **error);

G_END_DECLS
