/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-cli-inspect.h"

#include "namida-cli-exit.h"
#include "namida-cli-output.h"

#include <glib/gi18n-lib.h>

void
namida_cli_print_inspection (const NamidaInspection *inspection)
{
  g_autofree char *sentence = namida_inspection_dup_sentence (inspection);
  g_auto (GStrv) lines = namida_inspection_dup_lines (inspection);

  namida_cli_print ("%s", sentence);
  if (!namida_inspection_is_good (inspection) && lines[0] != NULL)
    namida_cli_print (_ ("What could be read of it:"));
  for (guint i = 0; lines[i] != NULL; i++)
    namida_cli_print ("  %s", lines[i]);
}

void
namida_cli_tell_arrived (NamidaCli *cli, const NamidaInspection *inspection)
{
  if (cli->json)
    {
      g_autoptr (JsonNode) root = namida_inspection_to_json (inspection);
      g_autofree char *line = NULL;

      json_object_set_string_member (json_node_get_object (root), "event", "contents");
      line = json_to_string (root, FALSE);
      namida_cli_print ("%s", line);
    }
  else if (!cli->quiet)
    namida_cli_print_inspection (inspection);
}

NamidaInspection *
namida_cli_inspect_file (NamidaCli *cli, const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;

  namida_inspector_inspect_async (file, cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  return namida_inspector_inspect_finish (result, error);
}

static void
emit (const NamidaInspection *inspection)
{
  g_autoptr (JsonNode) root = namida_inspection_to_json (inspection);
  g_autofree char *line = json_to_string (root, FALSE);

  namida_cli_print ("%s", line);
}

int
namida_cli_inspect (NamidaCli *cli, int argc, char **argv)
{
  g_autoptr (NamidaInspection) inspection = NULL;
  g_autoptr (GError) error = NULL;

  if (!namida_cli_parse (
          cli, "ZIP",
          _ ("Tells what is in a Namida backup, without unpacking it: listens, playlists, favourites and "
             "the music folders it expects. Ends with 1 when Namida could not restore it."),
          NULL, &argc, &argv))
    return NAMIDA_CLI_EXIT_USAGE;
  if (argc != 2)
    return namida_cli_usage (_ ("Name one backup to look into."));
  inspection = namida_cli_inspect_file (cli, argv[1], &error);
  if (inspection == NULL)
    return namida_cli_fail (cli, error);
  if (cli->json)
    emit (inspection);
  else
    namida_cli_print_inspection (inspection);
  return namida_inspection_is_good (inspection) ? NAMIDA_CLI_EXIT_DONE : NAMIDA_CLI_EXIT_FAILED;
}
