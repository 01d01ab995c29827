/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * namida_settings_new:
 * @data_dir: (nullable): then the settings live in "settings.ini" below it, so that several devices run on one machine
 *
 * The schema is looked for where the system has it, then in ../../data beside the program (a build that is not
 * installed). Returns: (transfer full) (nullable): %NULL with @error when there is no schema, instead of the end of the
 * program
 */
GSettings *namida_settings_new (const char *data_dir, GError **error);

G_END_DECLS
