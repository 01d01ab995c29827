/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** namida_cli_parse_limit: "5MB/s", "500 kB/s", "2MiB", "1000000" into bytes a second. Returns: FALSE when it is no
 * speed. */
gboolean namida_cli_parse_limit (const char *text, guint64 *limit);

G_END_DECLS
