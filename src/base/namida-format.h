/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Figures in words, translated, decimal: what the window and the terminal both show. Any thread; (transfer full). */
char *namida_format_size (guint64 bytes);                   /* "12.4 GB" */
char *namida_format_speed (guint64 bytes_per_second);       /* "112 MB/s" */
char *namida_format_time_left (gint64 seconds);             /* "1 min left"; "" when negative (unknown) */
char *namida_format_files (guint64 n);                      /* "2,913 files", "1 file" */
char *namida_format_progress (guint64 done, guint64 total); /* "4.1 of 12.4 GB" */
char *namida_format_fingerprint (const char *fingerprint);  /* "AB12 CD34 …": the first 16 digits in groups of four */
/** namida_format_cut: Returns: (transfer full): @text (UTF-8) with at most @chars characters, of which the last is “…”
 * when others are missing. Any thread. */
char *namida_format_cut (const char *text, glong chars);
/** namida_format_alias: an alias as it may be shown: NFC, control and bidi characters removed, 64 characters at most,
 * the last of them “…” when it is longer, "?" when nothing is left. */
char *namida_format_alias (const char *alias);
/** namida_format_title: the name of a song, a file or a folder as it may be shown: cleaned as an alias is, "" stays "",
 * and what is longer than NAMIDA_FORMAT_TITLE_CHARS ends with “…”, so that the cut is seen. */
char *namida_format_title (const char *title);
#define NAMIDA_FORMAT_TITLE_CHARS 200
/**
 * namida_format_fold: a text for comparing and searching: “Zoë” is the same in upper case, and with the two dots as a
 * character of their own, as a Mac writes them.
 * @text: (UTF-8)
 *
 * Returns: (transfer full): not for showing. Any thread
 */
char *namida_format_fold (const char *text);
/** namida_format_name: an alias in the midst of a sentence: as namida_format_alias(), and one that is written from
 * right to left is isolated, so that the words around it keep their order. To be shown only. */
char *namida_format_name (const char *alias);
/**
 * namida_format_for_terminal:
 * @text: UTF-8, several lines perhaps, in which names that others chose may stand
 *
 * Control characters (but for line breaks and tabs) and those that change the direction of writing, written out as
 * characters: a name cannot move the cursor, change the colors or hide a part of a line.
 *
 * Returns: (transfer full)
 */
char *namida_format_for_terminal (const char *text);

G_END_DECLS
