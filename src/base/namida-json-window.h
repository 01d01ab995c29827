/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits the memory that the parsing of a large JSON text takes, if the text is a mapped file: the pages that the
 * parser has passed are dropped. The server's workers begin and end a window; the scanner and the cursor report where
 * they are. Each thread has its own window. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** namida_json_window_mark: the position from which the parser of this thread drops pages; %NULL without a window. */
extern _Thread_local const char *namida_json_window_mark;

/**
 * namida_json_window_begin:
 * @data: a private mapping of a file that does not change; must exist until namida_json_window_end()
 * @length: of @data, in bytes
 *
 * Starts the window of the calling thread: pages are dropped when the parser has passed them, so that about one MiB of
 * the text is in memory, however busy the computer is. The kernel reads a dropped page again when it is accessed.
 */
void namida_json_window_begin (const char *data, gsize length);
/** namida_json_window_end: Ends the window of the calling thread. */
void namida_json_window_end (void);
/** namida_json_window_rewind: Call it before the parser continues at the earlier position @at. */
void namida_json_window_rewind (const char *at);
/** namida_json_window_drop: Drops the pages before @at; only for namida_json_window_pass(). */
void namida_json_window_drop (const char *at);

/** namida_json_window_pass: Call it when the parser has reached @at. Cheap: a comparison, except once per MiB. */
static inline void
namida_json_window_pass (const char *at)
{
  if (G_UNLIKELY (namida_json_window_mark != NULL && at >= namida_json_window_mark))
    namida_json_window_drop (at);
}

G_END_DECLS
