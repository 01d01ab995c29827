/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_cli_read_pin:
 * @given: (nullable): of --pin
 * @file: (nullable): of --pin-file
 * @pin: (out) (transfer full) (nullable): the PIN, %NULL when there is none
 * @error: STORAGE, INVALID_REQUEST
 *
 * Finds out which PIN a command was given: on its command line, which everybody on this computer can read, else in a
 * file, else in the environment variable NAMIDA_SYNC_PIN. Blocking.
 *
 * Returns: %FALSE with @error when the file cannot be read or has no PIN
 */
gboolean namida_cli_read_pin (const char *given, const char *file, char **pin, GError **error);

G_END_DECLS
