/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal or file that the command line writes to: the encoding of names, the width of text in columns, whether a
 * progress bar can be drawn, and whether the output was written. Used by main() and by the commands that print tables.
 * Main thread only. */
#include "config.h"

#include "namida-cli-terminal.h"

#include "namida-cli-exit.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define USUAL_WIDTH 80u
#define TRANSLITERATED_MAX 8u /* Maximum bytes for one byte of UTF-8: “㎯” becomes “rad∕s²”, for example. */

/* Opens @device if the standard stream @fd is closed. Otherwise the next file that is opened would get its number and
 * be written to. */
static void
terminal_hold_stream (int fd, const char *device)
{
  int opened;

  if (fcntl (fd, F_GETFD) != -1 || errno != EBADF)
    return;
  opened = open (device, fd == STDIN_FILENO ? O_RDONLY : O_WRONLY);
  if (opened >= 0 && opened != fd)
    {
      dup2 (opened, fd);
      close (opened);
    }
}

static gboolean terminal_ended;

/* GOption ends the program itself after printing the help. */
static void
terminal_at_exit (void)
{
  if (!terminal_ended && namida_cli_terminal_end (NAMIDA_CLI_EXIT_DONE) != NAMIDA_CLI_EXIT_DONE)
    _exit (NAMIDA_CLI_EXIT_FAILED);
}

gboolean
namida_cli_terminal_is_broken (void)
{
  return ferror (stdout) != 0;
}

/* Prints for GOption: GLib would write “?” for each quotation mark that the encoding does not have. */
static void
terminal_print (const char *text)
{
  g_autofree char *local = namida_cli_text_to_locale (text);

  fputs (local, stdout);
  fflush (stdout);
}

void
namida_cli_terminal_begin (void)
{
  const char *const utf8_locales[] = { "C.UTF-8", "C.utf8", "en_US.UTF-8" };

  terminal_hold_stream (STDIN_FILENO, "/dev/null");
  /* Writing to /dev/full fails, as writing to the closed stream would. */
  terminal_hold_stream (STDOUT_FILENO, "/dev/full");
  terminal_hold_stream (STDERR_FILENO, "/dev/null");
  atexit (terminal_at_exit);
  g_set_print_handler (terminal_print);
  setlocale (LC_ALL, "");
  /* The encoding of C, POSIX and a locale that is not installed. */
  if (strcmp (nl_langinfo (CODESET), "ANSI_X3.4-1968") != 0)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (utf8_locales); i++)
    if (setlocale (LC_CTYPE, utf8_locales[i]) != NULL)
      return;
}

int
namida_cli_terminal_end (int code)
{
  gboolean failed = ferror (stdout) != 0;
  int saved_errno = 0;

  terminal_ended = TRUE;
  if (fflush (stdout) != 0)
    {
      failed = TRUE;
      saved_errno = errno;
    }
  if (!failed)
    return code;
  fprintf (stderr, "%s\n", _ ("The output is not complete: standard output is full or closed."));
  if (saved_errno != 0)
    g_debug ("standard output: %s", g_strerror (saved_errno));
  return code == NAMIDA_CLI_EXIT_DONE ? NAMIDA_CLI_EXIT_FAILED : code;
}

gboolean
namida_cli_terminal_can_draw (int fd)
{
  const char *term = g_getenv ("TERM");
  const char *no_color = g_getenv ("NO_COLOR");

  return isatty (fd) && g_strcmp0 (term, "dumb") != 0 && (no_color == NULL || *no_color == '\0');
}

guint
namida_cli_terminal_get_width (void)
{
  struct winsize size;

  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return USUAL_WIDTH;
}

/* Replaces characters by similar ones, where g_convert() would fail. Returns: %NULL if the C library cannot convert
 * to @charset. */
static char *
terminal_text_transliterate (const char *valid, const char *charset)
{
  g_autofree char *target = g_strconcat (charset, "//TRANSLIT", NULL);
  gsize left = strlen (valid);
  gsize room = left * TRANSLITERATED_MAX;
  g_autofree char *buffer = g_malloc0 (room + 1);
  char *in = (char *) valid;
  char *out = buffer;
  GIConv converter = g_iconv_open (target, "UTF-8");
  gsize converted;

  if (converter == (GIConv) -1)
    return NULL;
  converted = g_iconv (converter, &in, &left, &out, &room);
  g_iconv_close (converter);
  return converted != (gsize) -1 ? g_steal_pointer (&buffer) : NULL;
}

char *
namida_cli_text_to_locale (const char *text)
{
  const char *charset;
  g_autofree char *valid = NULL;
  char *local;

  if (g_get_charset (&charset))
    return g_strdup (text);
  valid = g_utf8_make_valid (text, -1);
  local = terminal_text_transliterate (valid, charset);
  if (local == NULL)
    local = g_convert_with_fallback (valid, -1, charset, "UTF-8", "?", NULL, NULL, NULL);
  return local != NULL ? local : g_steal_pointer (&valid);
}

void
namida_cli_texts_from_locale (char **arguments)
{
  for (; *arguments != NULL; arguments++)
    {
      g_autofree char *text = NULL;

      /* A name that was copied from elsewhere is UTF-8, whatever the locale is. */
      if (g_utf8_validate (*arguments, -1, NULL))
        continue;
      text = g_locale_to_utf8 (*arguments, -1, NULL, NULL, NULL);
      if (text == NULL)
        text = g_utf8_make_valid (*arguments, -1);
      *arguments = (char *) g_intern_string (text);
    }
}

static guint
terminal_text_character_width (gunichar c)
{
  return g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
}

guint
namida_cli_text_width (const char *text)
{
  guint width = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    width += terminal_text_character_width (g_utf8_get_char (text));
  return width;
}

char *
namida_cli_text_pad (const char *text, guint columns)
{
  guint width = namida_cli_text_width (text);
  GString *padded = g_string_new (text);

  for (; width < columns; width++)
    g_string_append_c (padded, ' ');
  return g_string_free (padded, FALSE);
}

char *
namida_cli_text_cut (const char *text, guint columns)
{
  const char *end = text;
  guint width = 0;

  for (; *end != '\0'; end = g_utf8_next_char (end))
    {
      width += terminal_text_character_width (g_utf8_get_char (end));
      if (width > columns)
        break;
    }
  return g_strndup (text, (gsize) (end - text));
}
