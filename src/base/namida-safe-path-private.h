/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What namida-safe-path.c exports for its unit test only. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_safe_path_open_parent_by_walk: The implementation of namida_safe_path_open_parent() for kernels before 5.6.
 * Exported for tests.
 */
int namida_safe_path_open_parent_by_walk (
    int root_fd, const char *relative, gboolean create, char **basename, GError **error);

G_END_DECLS
