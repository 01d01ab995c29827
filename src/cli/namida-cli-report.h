/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-transfer.h"

G_BEGIN_DECLS

/**
 * namida_cli_report_check: may the report of a sending be written to @path? Asked before anything is sent: it may take
 * hours. What lies there and is no report is not replaced. Returns: %FALSE: a person has been told why.
 */
gboolean namida_cli_report_check (const char *path);
/** namida_cli_report_write: in place of an older report, or into a device or pipe. Blocking. */
gboolean namida_cli_report_write (const char *path, NamidaTransfer *transfer, GError **error);

G_END_DECLS
