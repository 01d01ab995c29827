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

/** NamidaMapStream: the same for a text of any size, block by block, in little memory. One thread. */
typedef struct
{
  NamidaPathMap *map;
  gboolean lines; /* an M3U playlist, else JSON */
  GString *held;  /* what has come of a text that is not whole yet */
  guint64 n;      /* paths that were replaced */
} NamidaMapStream;

/** namida_map_stream_init: @map: (transfer none): must outlive the stream. */
void namida_map_stream_init (NamidaMapStream *self, NamidaPathMap *map, gboolean lines);
/** namida_map_stream_feed: the next bytes; what can be said of them so far is appended to @out. Returns: %FALSE with
 * TOO_LARGE: one text is larger than any that Namida writes. */
gboolean namida_map_stream_feed (NamidaMapStream *self, const char *data, gsize length, GString *out, GError **error);
/** namida_map_stream_end: the rest, after the last bytes. */
void namida_map_stream_end (NamidaMapStream *self, GString *out);
void namida_map_stream_clear (NamidaMapStream *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NamidaMapStream, namida_map_stream_clear)

G_END_DECLS
