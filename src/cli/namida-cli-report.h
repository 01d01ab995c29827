/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report of “send --report”. Main thread. */
#pragma once

#include "namida-transfer.h"

G_BEGIN_DECLS

/**
 * namida_cli_report_check: checks whether the report can be written to @path. Call it before anything is sent,
 * because a transfer may take hours. A file that is no report is never replaced. Returns: %FALSE after an error
 * message.
 */
gboolean namida_cli_report_check (const char *path);
/** namida_cli_report_write: writes the report in place of an older one, or into a device or pipe. Blocking. Returns:
 * %FALSE with @error if the file cannot be written. */
gboolean namida_cli_report_write (const char *path, NamidaTransfer *transfer, GError **error);

G_END_DECLS
