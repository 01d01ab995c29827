/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-cli.h"

G_BEGIN_DECLS

/** namida_cli_write_report: the outcome of @transfer and of each of its files, as JSON in a file (replaced whole). */
gboolean namida_cli_write_report (NamidaTransfer *transfer, const char *path, GError **error);

G_END_DECLS
