/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replaces paths in JSON texts and M3U playlists. Used only by namida-fit.c, in worker threads. */
#pragma once

#include "namida-path-map.h"

G_BEGIN_DECLS

/**
 * namida_json_map:
 * @data: a JSON text, untrusted; text that is not JSON is not changed
 * @length: in bytes
 * @map: which paths to replace
 * @out: the text is appended to it, with each path in values and keys replaced and all other bytes unchanged
 *
 * Any thread that owns @map and @out.
 *
 * Returns: the number of paths that were replaced
 */
guint64 namida_json_map (const char *data, gsize length, NamidaPathMap *map, GString *out);
/** namida_lines_map: Like namida_json_map(), for an M3U playlist with one path per line. */
guint64 namida_lines_map (const char *data, gsize length, NamidaPathMap *map, GString *out);

/** NamidaMapStream: does the same for a text of any size, block by block, in little memory. One thread. */
typedef struct
{
  NamidaPathMap *map;
  gboolean lines; /* whether it is an M3U playlist; otherwise JSON */
  GString *held;  /* the beginning of a string or line that is not complete yet */
  guint64 n;      /* number of paths that were replaced */
} NamidaMapStream;

/** namida_map_stream_init: @map: (transfer none): must outlive the stream. */
void namida_map_stream_init (NamidaMapStream *self, NamidaPathMap *map, gboolean lines);
/**
 * namida_map_stream_feed: Processes the next bytes, and appends to @out what is complete. Returns: %FALSE with
 * TOO_LARGE if one string is longer than any that Namida writes.
 */
gboolean namida_map_stream_feed (NamidaMapStream *self, const char *data, gsize length, GString *out, GError **error);
/** namida_map_stream_end: Appends the rest after the last bytes. */
void namida_map_stream_end (NamidaMapStream *self, GString *out);
/** namida_map_stream_clear: Frees the buffers of the stream. */
void namida_map_stream_clear (NamidaMapStream *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NamidaMapStream, namida_map_stream_clear)

G_END_DECLS
