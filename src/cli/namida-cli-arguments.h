/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parsers for the values of options. Main thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_cli_parse_size: parses "1GB", "500 kB", "2MiB" or "1000000" into bytes. Returns: %FALSE if @text is no size.
 */
gboolean namida_cli_parse_size (const char *text, guint64 *size);
/**
 * namida_cli_parse_limit: parses "5MB/s", "500 kB/s" or "2MiB" into bytes per second. Returns: %FALSE if @text is no
 * speed, or is so slow that the other device would give up. A user who writes “5” means megabytes.
 */
gboolean namida_cli_parse_limit (const char *text, guint64 *limit);

G_END_DECLS
