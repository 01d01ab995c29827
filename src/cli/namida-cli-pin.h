/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the PIN of a command. Main thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_cli_read_pin:
 * @given: (nullable): the value of --pin
 * @file: (nullable): the value of --pin-file
 * @pin: (out) (transfer full) (nullable): the PIN; %NULL if there is none
 * @error: STORAGE, INVALID_REQUEST
 *
 * Determines the PIN of a command: from the command line, which every user of this computer can read, else from a
 * file, else from the environment variable NAMIDA_SYNC_PIN. Blocking.
 *
 * Returns: %FALSE with @error if the file cannot be read or contains no PIN
 */
gboolean namida_cli_read_pin (const char *given, const char *file, char **pin, GError **error);

G_END_DECLS
