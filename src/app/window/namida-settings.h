/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settings of the window. Main context. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * namida_settings_new:
 * @data_dir: (nullable): if set, the settings are in "settings.ini" in this folder, so that several devices can run
 * on one computer
 *
 * The schema is looked up where the system installs it, then in ../../data relative to the program (for a build that
 * is not installed). Returns: (transfer full) (nullable): %NULL with @error if there is no schema, instead of
 * aborting the program
 */
GSettings *namida_settings_new (const char *data_dir, GError **error);

G_END_DECLS
