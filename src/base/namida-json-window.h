/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** namida_json_window_mark: where this thread next has pages to drop; %NULL when it reads no mapping. */
extern _Thread_local const char *namida_json_window_mark;

/**
 * namida_json_window_begin: what this thread parses until namida_json_window_end() is a private mapping of a file that
 * nobody writes to: its pages are dropped as the parser passes them, so that it holds about one MiB of it, however busy
 * the computer is. They come back by themselves when they are read again.
 */
void namida_json_window_begin (const char *data, gsize length);
void namida_json_window_end (void);
/** namida_json_window_rewind: the parser begins again at @at. */
void namida_json_window_rewind (const char *at);
/** namida_json_window_drop: by namida_json_window_pass() alone. */
void namida_json_window_drop (const char *at);

/** namida_json_window_pass: the parser has come to @at. */
static inline void
namida_json_window_pass (const char *at)
{
  if (G_UNLIKELY (namida_json_window_mark != NULL && at >= namida_json_window_mark))
    namida_json_window_drop (at);
}

G_END_DECLS
