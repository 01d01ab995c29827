/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of --log-file: every line that the program says, with the time of it. Opened while the options are parsed,
 * written by namida-cli-output.c. Main thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** namida_cli_log_open: opens @path for appending; a file that was opened before is closed. Returns: FALSE after it
 * told why that is not possible. */
gboolean namida_cli_log_open (const char *path);
/** namida_cli_log_write: appends @line (UTF-8, no line break) behind the local time; nothing when no file is open. A
 * failure is told once on the standard error. */
void namida_cli_log_write (const char *line);

G_END_DECLS
