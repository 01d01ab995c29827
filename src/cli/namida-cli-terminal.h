/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_cli_terminal_begin: prepares standard streams and the locale. Call it first in main(), while there is one
 * thread. A standard stream that is closed is opened on a device that fails or discards, so that no file of this
 * program takes its number. In a locale without an encoding (C, POSIX, one that is not installed), names are read and
 * written as UTF-8.
 */
void namida_cli_terminal_begin (void);
/**
 * namida_cli_terminal_end: flushes standard output.
 * @code: the exit code so far
 *
 * Returns: @code, or NAMIDA_CLI_EXIT_FAILED after a message when what was printed could not be written.
 */
int namida_cli_terminal_end (int code);
/** namida_cli_terminal_is_broken: Returns: whether something could not be written to standard output, so that a command
 * which only prints, and goes on until it is stopped, can end. */
gboolean namida_cli_terminal_is_broken (void);
/**
 * namida_cli_terminal_can_draw: whether a line can be drawn over, as a progress bar needs it.
 * @fd: of standard output or standard error
 *
 * Returns: FALSE as well where TERM=dumb or NO_COLOR asks for plain lines
 */
gboolean namida_cli_terminal_can_draw (int fd);
/** namida_cli_terminal_get_width: Returns: the width of standard output in columns; 80 if it is unknown. */
guint namida_cli_terminal_get_width (void);
/**
 * namida_cli_text_to_locale: @text as the terminal shows it.
 * @text: (UTF-8)
 *
 * Returns: (transfer full): @text in the encoding of the locale. What that does not have is written by similar
 * characters, such as " for a quotation mark, or else by question marks.
 */
char *namida_cli_text_to_locale (const char *text);
/**
 * namida_cli_texts_from_locale: makes arguments that are names or IDs UTF-8. For those that are paths there is nothing
 * to do: the file system takes bytes.
 * @arguments: (array zero-terminated=1): each that is no UTF-8 is replaced by an interned string, where the encoding of
 *   the locale allows it
 */
void namida_cli_texts_from_locale (char **arguments);
/** namida_cli_text_width: Returns: how many columns @text (UTF-8) takes: wide characters take two, combining ones none.
 */
guint namida_cli_text_width (const char *text);
/** namida_cli_text_pad: Returns: (transfer full): @text, followed by spaces up to @columns columns. */
char *namida_cli_text_pad (const char *text, guint columns);
/** namida_cli_text_cut: Returns: (transfer full): the beginning of @text that takes at most @columns columns. */
char *namida_cli_text_cut (const char *text, guint columns);

G_END_DECLS
