/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The “pair” command: pairs with a device and asks the user to compare the digits. Main thread. */
#include "config.h"

#include "namida-cli-ask.h"
#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-cli-terminal.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

static void
pair_keep_digits (const char *digits, gpointer user_data)
{
  *(char **) user_data = g_strdup (digits);
}

static void
pair_show_digits (NamidaCli *cli, NamidaPeer *peer, const char *digits)
{
  if (cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("pair");

      namida_json_build_string (builder, "alias", namida_peer_get_alias (peer));
      namida_json_build_string (builder, "fingerprint", namida_peer_get_fingerprint (peer));
      namida_json_build_string (builder, "digits", digits);
      if (namida_peer_get_warning (peer) != NULL)
        namida_json_build_string (builder, "warning", namida_peer_get_warning (peer));
      namida_cli_emit (builder);
      return;
    }
  if (namida_peer_get_warning (peer) != NULL)
    namida_cli_print (_ ("Warning: %s"), namida_peer_get_warning (peer));
  namida_cli_print (_ ("Check that “%s” shows the same code: %s"), namida_peer_get_alias (peer), digits);
  namida_cli_prompt ("%s", _ ("Do the codes match? [y/n]"));
}

static gboolean
pair (NamidaCli *cli, NamidaHub *hub, NamidaPeer *peer, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *digits = NULL;
  g_autofree char *line = NULL;

  namida_hub_pair_async (hub, peer, pair_keep_digits, &digits, cli->cancellable, namida_cli_keep_result, &result);
  while (result == NULL && digits == NULL)
    g_main_context_iteration (NULL, TRUE);
  if (result == NULL)
    {
      pair_show_digits (cli, peer, digits);
      line = namida_cli_ask_line_unless (cli, &result);
    }
  if (result == NULL)
    {
      namida_hub_pair_confirm (hub, line != NULL && namida_cli_ask_is_yes (cli, line));
      if (line != NULL && namida_cli_ask_is_yes (cli, line))
        namida_cli_say (cli, _ ("Waiting for the other device to confirm."));
    }
  namida_cli_wait (&result);
  return namida_hub_pair_finish (hub, result, error);
}

int
namida_cli_pair (NamidaCli *cli, int argc, char **argv)
{
  NamidaHubOptions options = { .send_only = TRUE };
  g_autoptr (NamidaHub) hub = NULL;
  g_autoptr (NamidaPeer) peer = NULL;
  g_autoptr (GError) error = NULL;
  int code = NAMIDA_CLI_EXIT_DONE;

  if (!namida_cli_parse (
          cli, _ ("NAME|ADDRESS[:PORT]"),
          _ ("Pair with a device: both show a code of six digits, and both users confirm that the codes match.\n"
             "With --json, write the answer to standard input: {\"pair\": true}."),
          NULL, &argc, &argv))
    return NAMIDA_CLI_EXIT_USAGE;
  if (argc != 2)
    return namida_cli_usage (_ ("No device given. Enter a name or an address."));
  namida_cli_texts_from_locale (argv + 1);
  if (!cli->json && !isatty (STDIN_FILENO))
    return namida_cli_usage (_ ("Pairing needs a terminal, or --json and an answer on the standard input."));
  if (!namida_cli_check_place (argv[1]))
    return NAMIDA_CLI_EXIT_USAGE;
  hub = namida_cli_start_hub (cli, &options, &error);
  if (hub == NULL)
    return namida_cli_fail (cli, error);
  peer = namida_cli_resolve (cli, hub, argv[1], &error);
  if (peer == NULL || !pair (cli, hub, peer, &error))
    {
      code = namida_cli_fail (cli, error);
    }
  else if (cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("end");
      namida_json_build_string (builder, "result", "paired");
      namida_cli_emit (builder);
    }
  else
    {
      namida_cli_say (cli, _ ("“%s” and this device trust each other now."), namida_peer_get_alias (peer));
      namida_cli_say (cli,
                      _ ("“%s” can save backups here without asking. To be asked: namida-sync-cli trust set NAME "
                         "--auto-accept=no"),
                      namida_peer_get_alias (peer));
    }
  namida_cli_stop_hub (hub);
  return code;
}
