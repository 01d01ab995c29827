/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formats sizes, times and names for people. The window and the terminal both use it, so that they show the same
 * text. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Translated figures with decimal units, for the window and the terminal. Any thread; all results are (transfer
 * full). */
char *namida_format_size (guint64 bytes);                   /* "12.4 GB" */
char *namida_format_speed (guint64 bytes_per_second);       /* "112 MB/s" */
char *namida_format_time_left (gint64 seconds);             /* "1 min left"; "" when negative (unknown) */
char *namida_format_files (guint64 n);                      /* "2,913 files", "1 file" */
char *namida_format_progress (guint64 done, guint64 total); /* "4.1 of 12.4 GB" */
char *namida_format_fingerprint (const char *fingerprint);  /* "AB12 CD34 …": the first 16 digits in groups of four */
/**
 * namida_format_cut: Returns: (transfer full): the first @chars characters of @text (UTF-8); if @text is longer, the
 * last of them is replaced by “…”. Any thread.
 */
char *namida_format_cut (const char *text, glong chars);
/**
 * namida_format_alias: Returns: (transfer full): an alias that is safe to show: normalized (NFC), without control and
 * bidi characters, and cut to 64 characters as by namida_format_cut(); "?" if nothing is left. Any thread.
 */
char *namida_format_alias (const char *alias);
/**
 * namida_format_title: Returns: (transfer full): the name of a song, file or folder that is safe to show. It is cleaned
 * like an alias, but "" stays "", and a name that is longer than NAMIDA_FORMAT_TITLE_CHARS ends with “…”, so that the
 * cut is visible.
 */
char *namida_format_title (const char *title);
#define NAMIDA_FORMAT_TITLE_CHARS 200
/**
 * namida_format_fold:
 * @text: UTF-8
 *
 * Folds case and normalizes, so that texts can be compared and searched: “Zoë” equals “ZOË”, and also “Zoë” with the
 * two dots as a combining character, as macOS writes it. Any thread.
 *
 * Returns: (transfer full): a text for comparison only, not for display
 */
char *namida_format_fold (const char *text);
/**
 * namida_format_name: Returns: (transfer full): an alias for use inside a sentence: like namida_format_alias(), but a
 * name that is written from right to left is isolated, so that the words around it keep their order. For display only.
 */
char *namida_format_name (const char *alias);
/**
 * namida_format_for_terminal:
 * @text: UTF-8, possibly of several lines, which may contain names chosen by others
 *
 * Replaces control characters (except line breaks and tabs) and characters that change the writing direction by visible
 * escapes, so that a name cannot move the cursor, change colors or hide a part of a line.
 *
 * Returns: (transfer full)
 */
char *namida_format_for_terminal (const char *text);

G_END_DECLS
