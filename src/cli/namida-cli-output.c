/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All output of the command line: lines for people and JSON objects, escaped and converted to the encoding of the
 * terminal. All commands use it. Main thread. */
#include "config.h"

#include "namida-cli-output.h"

#include "namida-cli-exit.h"
#include "namida-cli-log.h"
#include "namida-cli-terminal.h"
#include "namida-error.h"
#include "namida-format.h"
#include "namida-report.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#define OWN_BREAK '\xFF' /* is in no UTF-8 text */

/* Returns: (transfer full): the text, in which only the line breaks of @format are left. One that comes with an
 * argument, such as a file name that another device chose, is replaced by “\n”, so that it cannot begin a line that
 * looks like one of this program. */
G_GNUC_PRINTF (1, 0)
static char *
output_dup_text (const char *format, va_list args)
{
  g_autofree char *marked = g_strdelimit (g_strdup (format), "\n", OWN_BREAK);
  g_autofree char *raw = NULL;
  GString *text = g_string_new (NULL);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  raw = g_strdup_vprintf (marked, args);
#pragma GCC diagnostic pop
  for (const char *p = raw; *p != '\0'; p++)
    if (*p == '\n')
      g_string_append (text, "\\n");
    else
      g_string_append_c (text, *p == OWN_BREAK ? '\n' : *p);
  return g_string_free (text, FALSE);
}

G_GNUC_PRINTF (3, 0)
static void
output_print_text (FILE *to, const char *end, const char *format, va_list args)
{
  g_autofree char *raw = output_dup_text (format, args);
  g_autofree char *text = namida_format_for_terminal (raw);
  g_autofree char *local = namida_cli_text_to_locale (text);

  fprintf (to, "%s%s", local, end);
  fflush (to);
  namida_cli_log_write (text);
}

void
namida_cli_say (NamidaCli *cli, const char *format, ...)
{
  va_list args;

  if (cli->quiet || cli->json)
    return;
  va_start (args, format);
  output_print_text (stdout, "\n", format, args);
  va_end (args);
}

void
namida_cli_print (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  output_print_text (stdout, "\n", format, args);
  va_end (args);
}

void
namida_cli_prompt (const char *format, ...)
{
  va_list args;

  if (isatty (STDIN_FILENO))
    tcflush (STDIN_FILENO, TCIFLUSH);
  va_start (args, format);
  output_print_text (stdout, " ", format, args);
  va_end (args);
}

void
namida_cli_complain (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  output_print_text (stderr, "\n", format, args);
  va_end (args);
}

JsonBuilder *
namida_cli_object (void)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  return builder;
}

JsonBuilder *
namida_cli_event (const char *event)
{
  JsonBuilder *builder = namida_cli_object ();

  namida_json_build_string (builder, "event", event);
  return builder;
}

void
namida_cli_emit (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = NULL;

  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  namida_cli_emit_node (root);
  g_object_unref (builder);
}

void
namida_cli_emit_node (JsonNode *root)
{
  g_autofree char *line = json_to_string (root, FALSE);

  fprintf (stdout, "%s\n", line);
  fflush (stdout);
  namida_cli_log_write (line);
}

void
namida_cli_add_backup (JsonBuilder *builder, NamidaBackup *backup)
{
  g_autofree char *title = namida_backup_dup_title (backup);
  g_autoptr (GPtrArray) contents = namida_backup_dup_contents (backup);

  namida_json_build_string (builder, "title", title);
  namida_json_build_int (builder, "files", namida_backup_get_files (backup));
  namida_json_build_int (builder, "bytes", namida_backup_get_bytes (backup));
  json_builder_set_member_name (builder, "contents");
  json_builder_begin_array (builder);
  for (guint i = 0; i < contents->len; i++)
    {
      const NamidaContent *content = contents->pdata[i];

      json_builder_begin_object (builder);
      namida_json_build_string (builder, "label", content->label);
      namida_json_build_int (builder, "files", content->files);
      namida_json_build_int (builder, "bytes", content->bytes);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

int
namida_cli_fail (NamidaCli *cli, const GError *error)
{
  /* An operation that the user canceled is not an internal error. */
  gboolean cancelled = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
                       || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED);
  g_autoptr (GError) plain
      = cancelled ? g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Canceled")) : NULL;

  error = plain != NULL ? plain : error;
  if (cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("end");

      namida_json_build_string (builder, "result", cancelled ? "cancelled" : "failed");
      namida_cli_add_error (builder, error);
      namida_cli_emit (builder);
    }
  namida_cli_complain ("%s", error->message);
  return (int) namida_cli_exit_from_error (error);
}

void
namida_cli_add_error (JsonBuilder *builder, const GError *error)
{
  namida_json_build_string (builder, "code", namida_report_error_code (error));
  namida_json_build_string (builder, "message", error->message);
}
