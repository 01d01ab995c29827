/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The “merge” command: makes one Namida backup from two or more. With --here or --map, each of them is first copied
 * with the paths of this device; then they are merged. The work is done in a thread, so that Ctrl+C ends it. Main
 * thread. */
#include "config.h"

#include "namida-cli-fit.h"

#include "namida-cli-exit.h"
#include "namida-cli-job.h"
#include "namida-cli-output.h"
#include "namida-merge-file.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

static char *out;
static gboolean here;
static char **maps;
static char **music;

static const GOptionEntry entries[] = {
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &out, N_ ("The new backup; must not exist"), N_ ("ZIP") },
  { "here", 0, 0, G_OPTION_ARG_NONE, &here, N_ ("Find the music on this computer and use its folders"), NULL },
  { "map", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &maps,
    N_ ("Replace the folder OLD of the backups with NEW (can be repeated)"), N_ ("OLD=NEW") },
  { "music", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &music,
    N_ ("With --here: a folder with music (can be repeated) [those of Namida, otherwise your music folder]"),
    N_ ("DIR") },
  { NULL },
};

typedef struct
{
  char **zips;
  NamidaFitRequest request;
  gboolean fit;
} MergeJob;

static gpointer
merge_run (gpointer data, GCancellable *cancellable, GError **error)
{
  MergeJob *job = data;

  return namida_merge_files ((const char *const *) job->zips, out, job->fit ? &job->request : NULL, NULL, cancellable,
                             error);
}

static void
merge_print (NamidaCli *cli, const NamidaMergeReport *report)
{
  JsonBuilder *builder;

  if (!cli->json)
    {
      namida_cli_say (cli,
                      ngettext ("%" PRIu64 " file combined", "%" PRIu64 " files combined", (gulong) report->combined),
                      report->combined);
      for (guint i = 0; i < report->conflicts->len; i++)
        /* Translators: %s is the name of a playlist */
        namida_cli_say (cli, _ ("Both versions of the playlist “%s” kept"), (const char *) report->conflicts->pdata[i]);
      for (guint i = 0; i < report->damaged->len; i++)
        namida_cli_say (cli, _ ("“%s” is damaged in one of the backups. What the other ones have of it is kept."),
                        (const char *) report->damaged->pdata[i]);
      namida_cli_say (cli, _ ("Saved as “%s”"), out);
      return;
    }
  builder = namida_cli_object ();
  namida_json_build_string (builder, "out", out);
  namida_json_build_int (builder, "files", report->files);
  namida_json_build_int (builder, "combined", report->combined);
  json_builder_set_member_name (builder, "conflicts");
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->conflicts->len; i++)
    json_builder_add_string_value (builder, report->conflicts->pdata[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "damaged");
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->damaged->len; i++)
    json_builder_add_string_value (builder, report->damaged->pdata[i]);
  json_builder_end_array (builder);
  namida_cli_emit (builder);
}

int
namida_cli_merge (NamidaCli *cli, int argc, char **argv)
{
  g_autoptr (NamidaMergeReport) report = NULL;
  g_autoptr (NamidaPathMap) map = NULL;
  g_autoptr (GPtrArray) folders = NULL;
  g_autoptr (GError) error = NULL;
  MergeJob job = { 0 };

  if (!namida_cli_parse (cli, "ZIP ZIP…",
                         _ ("Combines Namida backups into a new one: all listens, favorites, ratings and playlists. Of "
                            "a playlist that was changed in both, the newer version keeps the name and the other is "
                            "kept beside it if it has other tracks. The originals are not changed."),
                         entries, &argc, &argv))
    return NAMIDA_CLI_EXIT_USAGE;
  if (argc < 3 || out == NULL)
    return namida_cli_usage (_ ("Name two backups or more, and the new one with --out."));
  map = namida_cli_parse_maps (maps, &error);
  if (map == NULL)
    return namida_cli_usage ("%s", error->message);
  if (!namida_cli_check_music (music))
    return NAMIDA_CLI_EXIT_USAGE;
  folders = namida_cli_dup_music (music);
  job.zips = argv + 1;
  job.fit = here || maps != NULL || music != NULL;
  job.request.here = here || music != NULL;
  job.request.manual = maps != NULL ? map : NULL;
  job.request.music = folders;
  job.request.parts = NAMIDA_PART_ALL;
  report = namida_cli_run_job (cli, merge_run, &job, (GDestroyNotify) namida_merge_report_free, &error);
  if (report == NULL)
    return namida_cli_fail (cli, error);
  merge_print (cli, report);
  return NAMIDA_CLI_EXIT_DONE;
}
