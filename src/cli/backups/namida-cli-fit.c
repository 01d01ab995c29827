/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The “fit” command: a copy of a Namida backup with the paths of another device. Reads the options, does the work in
 * a thread, so that Ctrl+C ends it, and reports the result. Main thread. */
#include "config.h"

#include "namida-cli-fit.h"

#include "namida-cli-exit.h"
#include "namida-cli-job.h"
#include "namida-cli-output.h"
#include "namida-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static char *out;
static gboolean here;
static char **maps;
static char **music;
static char **only;
static char **without;
static gboolean all_settings;

static const GOptionEntry entries[] = {
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &out, N_ ("The new backup; must not exist"), N_ ("ZIP") },
  { "here", 0, 0, G_OPTION_ARG_NONE, &here, N_ ("Find the music on this computer and use its folders"), NULL },
  { "map", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &maps,
    N_ ("Replace the folder OLD of the backup with NEW (can be repeated)"), N_ ("OLD=NEW") },
  { "music", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &music,
    N_ ("With --here: a folder with music (can be repeated) [those of Namida, otherwise your music folder]"),
    N_ ("DIR") },
  { "only", 0, 0, G_OPTION_ARG_STRING_ARRAY, &only, N_ ("Include only these parts"), N_ ("PART,…") },
  { "without", 0, 0, G_OPTION_ARG_STRING_ARRAY, &without, N_ ("Leave out these parts"), N_ ("PART,…") },
  { "all-settings", 0, 0, G_OPTION_ARG_NONE, &all_settings,
    N_ ("Also keep settings that only suit the kind of device the backup was made on"), NULL },
  { NULL },
};

gboolean
namida_cli_parse_parts (char **only_words, char **without_words, NamidaParts *parts, GError **error)
{
  *parts = only_words != NULL ? 0 : NAMIDA_PART_ALL;
  for (guint i = 0; only_words != NULL && only_words[i] != NULL; i++)
    {
      NamidaParts some;

      if (!namida_parts_from_string (only_words[i], &some, error))
        return FALSE;
      *parts |= some;
    }
  for (guint i = 0; without_words != NULL && without_words[i] != NULL; i++)
    {
      NamidaParts some;

      if (!namida_parts_from_string (without_words[i], &some, error))
        return FALSE;
      *parts &= ~some;
    }
  return TRUE;
}

NamidaPathMap *
namida_cli_parse_maps (char **texts, GError **error)
{
  g_autoptr (NamidaPathMap) map = namida_path_map_new ();

  for (guint i = 0; texts != NULL && texts[i] != NULL; i++)
    {
      const char *equals = strchr (texts[i], '=');
      g_autofree char *from = equals != NULL ? g_strndup (texts[i], (gsize) (equals - texts[i])) : NULL;

      if (from == NULL || !namida_path_map_add_folder (map, from, equals + 1))
        {
          g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                       _ ("--map needs two absolute paths, as in /storage/emulated/0/Music=/home/me/Music, not “%s”."),
                       texts[i]);
          return NULL;
        }
    }
  return g_steal_pointer (&map);
}

gboolean
namida_cli_check_music (char **folders)
{
  for (guint i = 0; folders != NULL && folders[i] != NULL; i++)
    if (!g_file_test (folders[i], G_FILE_TEST_IS_DIR))
      {
        g_autofree char *shown = g_filename_display_name (folders[i]);

        namida_cli_usage (_ ("“%s” is no folder: --music takes a music folder."), shown);
        return FALSE;
      }
  return TRUE;
}

GPtrArray *
namida_cli_dup_music (char **folders)
{
  GPtrArray *list;

  if (folders == NULL)
    return NULL;
  list = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; folders[i] != NULL; i++)
    g_ptr_array_add (list, g_strdup (folders[i]));
  return list;
}

/* ---- the work ---- */

typedef struct
{
  const char *zip;
  NamidaFitRequest request;
} FitJob;

static gpointer
fit_run (gpointer data, GCancellable *cancellable, GError **error)
{
  FitJob *job = data;

  return namida_fit_file (job->zip, out, &job->request, cancellable, error);
}

/* ---- the report ---- */

static void
fit_add_names (JsonBuilder *builder, const char *key, GPtrArray *names)
{
  json_builder_set_member_name (builder, key);
  json_builder_begin_array (builder);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *valid = g_utf8_make_valid (names->pdata[i], -1);

      json_builder_add_string_value (builder, valid);
    }
  json_builder_end_array (builder);
}

void
namida_cli_add_match (JsonBuilder *builder, const NamidaMusicMatch *match)
{
  namida_json_build_int (builder, "tracks", match->tracks);
  namida_json_build_int (builder, "found", match->found);
  namida_json_build_int (builder, "foundElsewhere", match->elsewhere);
  namida_json_build_int (builder, "onServers", match->on_servers);
  namida_json_build_int (builder, "missingCount", match->n_missing);
  fit_add_names (builder, "missing", match->missing);
  json_builder_set_member_name (builder, "folders");
  json_builder_begin_array (builder);
  for (guint i = 0; i < match->folders->len; i++)
    {
      const NamidaMusicFolder *folder = match->folders->pdata[i];

      json_builder_begin_object (builder);
      namida_json_build_string (builder, "from", folder->from);
      namida_json_build_string (builder, "to", folder->to);
      namida_json_build_int (builder, "tracks", folder->tracks);
      namida_json_build_int (builder, "found", folder->found);
      namida_json_build_boolean (builder, "guessed", folder->guessed);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

void
namida_cli_add_fit (JsonBuilder *builder, const char *path, const NamidaFitResult *result)
{
  namida_json_build_string (builder, "out", path);
  namida_json_build_int (builder, "paths", result->report->paths);
  namida_json_build_int (builder, "files", result->report->files);
  namida_json_build_int (builder, "leftOut", result->report->left_out);
  namida_json_build_boolean (builder, "movedYoutube", result->report->moved_youtube);
  fit_add_names (builder, "omittedSettings", result->report->omitted);
  if (result->match != NULL)
    namida_cli_add_match (builder, result->match);
}

/* Prints what was done, for people or as JSON. */
static void
cli_fit_print (NamidaCli *cli, const char *path, const NamidaFitResult *result)
{
  g_auto (GStrv) lines = NULL;
  JsonBuilder *builder;

  if (!cli->json)
    {
      lines = namida_fit_result_dup_lines (result);
      for (guint i = 0; lines[i] != NULL; i++)
        namida_cli_say (cli, "%s", lines[i]);
      /* Translators: %s is a file name */
      namida_cli_say (cli, _ ("Saved as “%s”"), path);
      return;
    }
  builder = namida_cli_object ();
  namida_cli_add_fit (builder, path, result);
  namida_cli_emit (builder);
}

int
namida_cli_fit (NamidaCli *cli, int argc, char **argv)
{
  g_autoptr (NamidaFitResult) result = NULL;
  g_autoptr (NamidaPathMap) map = NULL;
  g_autoptr (GPtrArray) folders = NULL;
  g_autoptr (GError) error = NULL;
  FitJob job = { 0 };

  if (!namida_cli_parse (cli, "ZIP",
                         _ ("Copies a Namida backup with the paths of another device, so that Namida finds its music "
                            "after the restore. The original is not changed. Parts are: settings, library, ratings, "
                            "history, playlists, favorites, queues, lyrics, artworks, videos, youtube, other."),
                         entries, &argc, &argv))
    return NAMIDA_CLI_EXIT_USAGE;
  if (argc != 2 || out == NULL)
    return namida_cli_usage (_ ("Name one backup, and the new one with --out."));
  if (!here && maps == NULL && only == NULL && without == NULL)
    return namida_cli_usage (_ ("Nothing to change. Use --here, --map, --only or --without."));
  map = namida_cli_parse_maps (maps, &error);
  if (map == NULL || !namida_cli_parse_parts (only, without, &job.request.parts, &error))
    return namida_cli_usage ("%s", error->message);
  if (!namida_cli_check_music (music))
    return NAMIDA_CLI_EXIT_USAGE;
  folders = namida_cli_dup_music (music);
  job.zip = argv[1];
  job.request.here = here || music != NULL;
  job.request.manual = maps != NULL ? map : NULL;
  job.request.music = folders;
  job.request.all_settings = all_settings;
  result = namida_cli_run_job (cli, fit_run, &job, (GDestroyNotify) namida_fit_result_free, &error);
  if (result == NULL)
    return namida_cli_fail (cli, error);
  cli_fit_print (cli, out, result);
  return NAMIDA_CLI_EXIT_DONE;
}
