/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** namida_cli_parse_size: "1GB", "500 kB", "2MiB", "1000000" into bytes. Returns: FALSE when it is no size. */
gboolean namida_cli_parse_size (const char *text, guint64 *size);
/** namida_cli_parse_limit: "5MB/s", "500 kB/s", "2MiB" into bytes a second. Returns: FALSE when it is no speed, or one
 * at which nothing arrives before the other side gives up: who writes “5” means megabytes. */
gboolean namida_cli_parse_limit (const char *text, guint64 *limit);

G_END_DECLS
