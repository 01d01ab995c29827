/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of --log-file, which receives every line that the program prints, with its time. Opened while the options
 * are parsed and written by namida-cli-output.c. Main thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_cli_log_open: opens @path for appending and closes a file that was opened before. Returns: %FALSE after an
 * error message.
 */
gboolean namida_cli_log_open (const char *path);
/**
 * namida_cli_log_write: appends @line (UTF-8, without line breaks) after the local time; does nothing if no file is
 * open. An error is reported once on standard error.
 */
void namida_cli_log_write (const char *line);

G_END_DECLS
