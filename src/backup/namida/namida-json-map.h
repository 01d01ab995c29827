/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-path-map.h"

G_BEGIN_DECLS

/**
 * namida_json_map:
 * @data: a JSON text, untrusted: what is no JSON stays as it is
 * @out: gets the text with each path in it replaced, in values and in keys; all other bytes as they were
 *
 * Any thread that owns @map and @out.
 *
 * Returns: how many were replaced
 */
guint64 namida_json_map (const char *data, gsize length, NamidaPathMap *map, GString *out);
/** namida_lines_map: the same for an M3U playlist: a path a line. */
guint64 namida_lines_map (const char *data, gsize length, NamidaPathMap *map, GString *out);

G_END_DECLS
