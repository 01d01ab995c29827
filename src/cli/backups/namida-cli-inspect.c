/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The “inspect” command: shows what is in a Namida backup, and with --here which of its music is on this computer.
 * Main thread; the work is done in threads. */
#include "config.h"

#include "namida-cli-inspect.h"

#include "namida-cli-exit.h"
#include "namida-cli-fit.h"
#include "namida-cli-job.h"
#include "namida-cli-output.h"
#include "namida-path-helper.h"
#include "namida-steps.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

/* Prints the sentence and the lines about the backup, for people. */
static void
cli_inspect_print (const NamidaInspection *inspection)
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
namida_cli_report_arrived (NamidaCli *cli, const NamidaInspection *inspection)
{
  if (cli->json)
    {
      g_autoptr (JsonNode) root = namida_inspection_to_json (inspection);

      json_object_set_string_member (json_node_get_object (root), "event", "contents");
      namida_cli_emit_node (root);
    }
  else if (!cli->quiet)
    cli_inspect_print (inspection);
}

/* Waits in the main context. Returns (transfer full) (nullable). */
static NamidaInspection *
cli_inspect_file (NamidaCli *cli, const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;

  namida_inspector_inspect_async (file, cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  return namida_inspector_inspect_finish (result, error);
}

static gboolean here;
static char **music;

static const GOptionEntry entries[] = {
  { "here", 0, 0, G_OPTION_ARG_NONE, &here, N_ ("Also show which paths Namida has to update on this computer"), NULL },
  { "music", 0, 0, G_OPTION_ARG_STRING_ARRAY, &music,
    N_ ("With --here, or for another device: a music folder that is there (can be repeated; default: your music "
        "folder)"),
    N_ ("DIR") },
  { NULL },
};

/* Returns the given folders, which may belong to another device; otherwise the music folder and the folders in it,
 * because Namida may be configured with any of them. */
static GPtrArray *
inspect_dup_there (void)
{
  GPtrArray *there = g_ptr_array_new_with_free_func (g_free);
  const char *own = g_get_user_special_dir (G_USER_DIRECTORY_MUSIC);
  g_autoptr (GDir) dir = NULL;
  const char *name;

  for (guint i = 0; music != NULL && music[i] != NULL; i++)
    g_ptr_array_add (there, g_strdup (music[i]));
  if (there->len > 0)
    return there;
  if (own == NULL || g_strcmp0 (own, g_get_home_dir ()) == 0)
    g_ptr_array_add (there, g_build_filename (g_get_home_dir (), "Music", NULL));
  else
    g_ptr_array_add (there, g_strdup (own));
  dir = g_dir_open (there->pdata[0], 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (there->pdata[0], name, NULL);

      if (name[0] != '.' && g_utf8_validate (path, -1, NULL) && g_file_test (path, G_FILE_TEST_IS_DIR))
        g_ptr_array_add (there, g_steal_pointer (&path));
    }
  return there;
}

static GPtrArray *
inspect_dup_advice (const NamidaInspection *inspection)
{
  g_autoptr (GPtrArray) there = inspect_dup_there ();

  return here || music != NULL ? namida_path_helper_advise (inspection->music_folders, there) : NULL;
}

static JsonNode *
inspect_make_paths (GPtrArray *advice)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint i = 0; i < advice->len; i++)
    {
      const NamidaPathAdvice *item = advice->pdata[i];

      json_builder_begin_object (builder);
      namida_json_build_string (builder, "expected", item->expected);
      json_builder_set_member_name (builder, "there");
      json_builder_add_boolean_value (builder, item->there || item->is_address);
      namida_json_build_string (builder, "old", item->old_prefix);
      namida_json_build_string (builder, "new", item->new_prefix);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  return json_builder_get_root (builder);
}

/* Finds out which played or listed tracks are on this computer. */
typedef struct
{
  const char *zip;
  GPtrArray *music;
} MusicJob;

static gpointer
inspect_match (gpointer data, GCancellable *cancellable, GError **error)
{
  MusicJob *job = data;
  NamidaFitRequest request = { .here = TRUE, .music = job->music };

  return namida_music_match_file (job->zip, &request, TRUE, cancellable, error);
}

/* Returns: (transfer full) (nullable): %NULL also for a damaged backup, which was reported already. */
static NamidaMusicMatch *
inspect_find_music (NamidaCli *cli, const char *zip)
{
  g_autoptr (GPtrArray) folders = namida_cli_dup_music (music);
  MusicJob job = { zip, folders };

  return here || music != NULL
             ? namida_cli_run_job (cli, inspect_match, &job, (GDestroyNotify) namida_music_match_free, NULL)
             : NULL;
}

static void
inspect_print_music (const NamidaMusicMatch *match)
{
  namida_cli_print (ngettext ("Of %" PRIu64 " track that was played or is in a list, %" PRIu64 " found here",
                              "Of %" PRIu64 " tracks that were played or are in lists, %" PRIu64 " found here",
                              (gulong) match->tracks),
                    match->tracks, match->found);
  for (guint i = 0; i < match->missing->len; i++)
    namida_cli_print (_ ("  Missing: %s"), (const char *) match->missing->pdata[i]);
}

static void
inspect_emit (const NamidaInspection *inspection, GPtrArray *advice, const NamidaMusicMatch *match)
{
  g_autoptr (JsonNode) root = namida_inspection_to_json (inspection);

  if (advice != NULL)
    json_object_set_member (json_node_get_object (root), "paths", inspect_make_paths (advice));
  if (match != NULL)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      json_builder_begin_object (builder);
      namida_cli_add_match (builder, match);
      json_builder_end_object (builder);
      json_object_set_member (json_node_get_object (root), "music", json_builder_get_root (builder));
    }
  namida_cli_emit_node (root);
}

static void
inspect_print_advice (GPtrArray *advice)
{
  g_auto (GStrv) lines = namida_path_helper_dup_lines (advice);

  for (guint i = 0; lines[i] != NULL; i++)
    namida_cli_print ("  %s", lines[i]);
}

static void
inspect_report (NamidaCli *cli, const NamidaInspection *inspection, const char *zip)
{
  g_autoptr (GPtrArray) advice = inspect_dup_advice (inspection);
  g_autoptr (NamidaMusicMatch) match = inspect_find_music (cli, zip);

  if (cli->json)
    {
      inspect_emit (inspection, advice, match);
      return;
    }
  cli_inspect_print (inspection);
  if (match != NULL)
    inspect_print_music (match);
  if (advice != NULL && advice->len > 0)
    {
      g_autofree char *place = namida_menu_dup_path (NAMIDA_MENU_SETTINGS, NAMIDA_MENU_ADVANCED);

      /* Translators: %s is a path in Namida's own menus: "Settings → Advanced" */
      namida_cli_print (_ ("After restoring it, in Namida, under %s:"), place);
      inspect_print_advice (advice);
    }
}

int
namida_cli_inspect (NamidaCli *cli, int argc, char **argv)
{
  g_autoptr (NamidaInspection) inspection = NULL;
  g_autoptr (GError) error = NULL;

  if (!namida_cli_parse (
          cli, "ZIP",
          _ ("Show what a Namida backup contains: listens, playlists, favorites and expected music folders.\n"
             "Exits with status 1 if Namida could not restore it."),
          entries, &argc, &argv))
    return NAMIDA_CLI_EXIT_USAGE;
  if (argc != 2)
    return namida_cli_usage (_ ("Name one backup to look into."));
  inspection = cli_inspect_file (cli, argv[1], &error);
  if (inspection == NULL)
    return namida_cli_fail (cli, error);
  inspect_report (cli, inspection, argv[1]);
  return namida_inspection_is_restorable (inspection) ? NAMIDA_CLI_EXIT_DONE : NAMIDA_CLI_EXIT_FAILED;
}
