/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The “transfers” command: shows and controls what the programs of this device are sending and receiving: a receiver,
 * the window, another command. They are asked over a socket in the data folder; no network is used and the database
 * is not opened. Main thread. */
#include "config.h"

#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-cli-terminal.h"
#include "namida-format.h"
#include "namida-transfer-socket.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define SHOWN_DIGITS 8 /* shown digits of an ID */
#define LEAST_DIGITS 4 /* minimum number of digits that select a transfer */
#define ALIAS_CELLS 16

static const char *
transfers_text (JsonObject *row, const char *key)
{
  return json_object_get_string_member_with_default (row, key, "");
}

static guint64
transfers_number (JsonObject *row, const char *key)
{
  return (guint64) json_object_get_int_member_with_default (row, key, 0);
}

static void
transfers_emit (JsonObject *row)
{
  JsonBuilder *builder = namida_cli_object ();
  g_autoptr (GList) keys = json_object_get_members (row);

  for (GList *at = keys; at != NULL; at = at->next)
    {
      json_builder_set_member_name (builder, at->data);
      json_builder_add_value (builder, json_object_dup_member (row, at->data));
    }
  namida_cli_emit (builder);
}

static void
transfers_print (JsonObject *row)
{
  gboolean sent = g_str_equal (transfers_text (row, "direction"), "send");
  g_autofree char *alias = namida_format_alias (transfers_text (row, "alias"));
  g_autofree char *column = namida_cli_text_pad (alias, ALIAS_CELLS);
  g_autofree char *progress = namida_format_progress (transfers_number (row, "sent"), transfers_number (row, "total"));

  namida_cli_print ("%.*s  %s  %s  %s, %s", SHOWN_DIGITS, transfers_text (row, "id"), sent ? _ ("to  ") : _ ("from"),
                    column, transfers_text (row, "title"), progress);
  if (*transfers_text (row, "message") != '\0')
    namida_cli_print ("          %s", transfers_text (row, "message"));
}

static int
transfers_list (NamidaCli *cli, const char *data_dir)
{
  g_autoptr (GPtrArray) rows = namida_transfer_socket_ask (data_dir, "list", NULL);

  for (guint i = 0; i < rows->len; i++)
    {
      if (cli->json)
        transfers_emit (rows->pdata[i]);
      else
        transfers_print (rows->pdata[i]);
    }
  if (rows->len == 0)
    namida_cli_say (cli, _ ("Nothing is being sent or received."));
  return NAMIDA_CLI_EXIT_DONE;
}

/* Returns: (transfer none) (nullable): the one of @rows whose ID begins with @text; %NULL with @error. */
static JsonObject *
transfers_find (GPtrArray *rows, const char *text, GError **error)
{
  JsonObject *found = NULL;

  for (guint i = 0; i < rows->len; i++)
    {
      if (!g_str_has_prefix (transfers_text (rows->pdata[i], "id"), text))
        continue;
      if (found != NULL)
        {
          g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                       _ ("Several transfers begin with “%s”. Type more of the ID."), text);
          return NULL;
        }
      found = rows->pdata[i];
    }
  if (found == NULL)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                 _ ("There is no transfer “%s” under way. “transfers” lists them."), text);
  return found;
}

static int
transfers_act (NamidaCli *cli, const char *data_dir, const char *action, const char *text)
{
  g_autoptr (GPtrArray) rows = namida_transfer_socket_ask (data_dir, "list", NULL);
  g_autoptr (GPtrArray) done = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *row = transfers_find (rows, text, &error);

  if (row == NULL)
    return namida_cli_fail (cli, error);
  if (g_str_equal (action, "pause") && !json_object_get_boolean_member_with_default (row, "canPause", FALSE))
    {
      g_set_error (&error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST, _ ("This transfer cannot be paused now: %s"),
                   transfers_text (row, "message"));
      return namida_cli_fail (cli, error);
    }
  if (g_str_equal (action, "resume") && !g_str_equal (transfers_text (row, "state"), "paused"))
    {
      g_set_error (&error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST, _ ("This transfer is not paused: %s"),
                   transfers_text (row, "message"));
      return namida_cli_fail (cli, error);
    }
  done = namida_transfer_socket_ask (data_dir, action, transfers_text (row, "id"));
  if (done->len == 0)
    {
      g_set_error (&error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("That transfer has just ended."));
      return namida_cli_fail (cli, error);
    }
  if (cli->json)
    transfers_emit (done->pdata[0]);
  else if (g_str_equal (action, "cancel") && json_object_get_boolean_member_with_default (row, "keepsParts", FALSE))
    namida_cli_say (cli, _ ("“%s” is being canceled. What has arrived is kept: sending it again resumes there."),
                    transfers_text (row, "title"));
  else if (g_str_equal (action, "cancel"))
    namida_cli_say (cli, _ ("“%s” is being canceled. Sending it again starts from the beginning."),
                    transfers_text (row, "title"));
  else if (g_str_equal (action, "pause"))
    namida_cli_say (cli, _ ("“%s” is being paused. It can be resumed by “transfers resume %.*s”."),
                    transfers_text (row, "title"), SHOWN_DIGITS, transfers_text (row, "id"));
  else
    namida_cli_say (cli, _ ("“%s” is being resumed."), transfers_text (row, "title"));
  return NAMIDA_CLI_EXIT_DONE;
}

int
namida_cli_transfers (NamidaCli *cli, int argc, char **argv)
{
  static const char *const actions[] = { "cancel", "pause", "resume", NULL };
  g_autofree char *data_dir = NULL;

  if (!namida_cli_parse (cli, "[cancel|pause|resume ID]",
                         _ ("Lists what the receiver, the window and other commands of this device are sending and "
                            "receiving now, and cancels, pauses or resumes a transfer. The beginning of an ID is "
                            "enough."),
                         NULL, &argc, &argv))
    return NAMIDA_CLI_EXIT_USAGE;
  data_dir = namida_cli_dup_data_dir (cli);
  if (argc == 1 || (argc == 2 && g_str_equal (argv[1], "list")))
    return transfers_list (cli, data_dir);
  if (g_str_equal (argv[1], "list"))
    return namida_cli_usage (_ ("Unexpected argument “%s”."), argv[2]);
  if (!g_strv_contains (actions, argv[1]))
    return namida_cli_usage (_ ("“transfers” takes cancel, pause or resume, not “%s”."), argv[1]);
  if (argc != 3)
    return namida_cli_usage (_ ("“transfers %s” takes the ID of one transfer."), argv[1]);
  if (strlen (argv[2]) < LEAST_DIGITS)
    return namida_cli_usage (_ ("“%s” is too short: type at least %d characters of the ID."), argv[2], LEAST_DIGITS);
  return transfers_act (cli, data_dir, argv[1], argv[2]);
}
