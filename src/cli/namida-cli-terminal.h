/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal, or the file in its place: standard streams, encoding, width and drawing. Main thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_cli_terminal_begin: prepares the standard streams and the locale. Call it first in main(), while there is
 * one thread. A closed standard stream is opened on a device that fails or discards, so that no file of this program
 * gets its number. In a locale without an encoding (C, POSIX, or one that is not installed), names are read and
 * written as UTF-8.
 */
void namida_cli_terminal_begin (void);
/**
 * namida_cli_terminal_end: flushes standard output.
 * @code: the exit code so far
 *
 * Returns: @code, or NAMIDA_CLI_EXIT_FAILED after a message if the output could not be written
 */
int namida_cli_terminal_end (int code);
/**
 * namida_cli_terminal_is_broken: Returns: whether writing to standard output has failed, so that a command that only
 * prints and runs until it is stopped can end.
 */
gboolean namida_cli_terminal_is_broken (void);
/**
 * namida_cli_terminal_can_draw: whether a line can be overwritten, as a progress bar requires.
 * @fd: standard output or standard error
 *
 * Returns: %FALSE also if TERM=dumb or NO_COLOR asks for plain lines
 */
gboolean namida_cli_terminal_can_draw (int fd);
/** namida_cli_terminal_get_width: Returns: the width of standard output in columns; 80 if it is unknown. */
guint namida_cli_terminal_get_width (void);
/**
 * namida_cli_text_to_locale: converts @text for the terminal.
 * @text: (UTF-8)
 *
 * Returns: (transfer full): @text in the encoding of the locale. Characters that it lacks are replaced by similar
 * ones, such as " for a quotation mark, or else by question marks.
 */
char *namida_cli_text_to_locale (const char *text);
/**
 * namida_cli_texts_from_locale: converts arguments that are names or IDs to UTF-8. Do not use it for paths, because
 * the file system takes bytes.
 * @arguments: (array zero-terminated=1): each one that is not UTF-8 is replaced by an interned string. Bytes that are
 * not text in the encoding of the locale either become U+FFFD, as wherever such a name is shown.
 */
void namida_cli_texts_from_locale (char **arguments);
/**
 * namida_cli_text_width: Returns: the number of columns that @text (UTF-8) takes: two for wide characters, none for
 * combining ones.
 */
guint namida_cli_text_width (const char *text);
/** namida_cli_text_pad: Returns: (transfer full): @text, followed by spaces up to @columns columns. */
char *namida_cli_text_pad (const char *text, guint columns);
/** namida_cli_text_cut: Returns: (transfer full): the beginning of @text that takes at most @columns columns. */
char *namida_cli_text_cut (const char *text, guint columns);

G_END_DECLS
