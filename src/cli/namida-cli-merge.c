/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command “merge”: one Namida backup from two or more. With --here or --map each one is copied with the paths of
 * this device first, into a temporary folder beside the new backup; then their union is written. The work is done in a
 * thread, so that Ctrl+C ends it. */
#include "config.h"

#include "namida-cli-fit.h"

#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-error.h"
#include "namida-merge.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
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

static void
merge_remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

static gboolean
merge_fit_all (MergeJob *job, const char *folder, GPtrArray *paths, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; job->zips[i] != NULL; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u.zip", folder, i);
      g_autoptr (NamidaFitResult) result = namida_fit_file (job->zips[i], path, &job->request, cancellable, error);

      if (result == NULL)
        return FALSE;
      g_ptr_array_add (paths, g_steal_pointer (&path));
    }
  return TRUE;
}

static NamidaMergeReport *
merge_open_and_write (GPtrArray *paths, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) backups = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_contents_free);
  g_autofree char *folder = g_path_get_dirname (out);

  for (guint i = 0; i < paths->len; i++)
    {
      NamidaContents *contents = namida_contents_open (paths->pdata[i], TRUE, folder, cancellable, error);

      if (contents == NULL)
        return NULL;
      g_ptr_array_add (backups, contents);
    }
  return namida_merge (backups, out, cancellable, error);
}

static NamidaMergeReport *
merge_work (MergeJob *job, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *folder = NULL;
  g_autofree char *temporary = NULL;
  NamidaMergeReport *report = NULL;

  if (!job->fit)
    {
      for (guint i = 0; job->zips[i] != NULL; i++)
        g_ptr_array_add (paths, g_strdup (job->zips[i]));
      return merge_open_and_write (paths, cancellable, error);
    }
  folder = g_path_get_dirname (out);
  temporary = g_build_filename (folder, ".namida-sync-merge-XXXXXX", NULL);
  if (g_mkdtemp (temporary) == NULL)
    {
      namida_error_set_from_errno (error, errno, _ ("Could not create a temporary folder"));
      return NULL;
    }
  if (merge_fit_all (job, temporary, paths, cancellable, error))
    report = merge_open_and_write (paths, cancellable, error);
  merge_remove_folder (temporary);
  return report;
}

static void
merge_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  NamidaMergeReport *report = merge_work (data, cancellable, &error);

  if (report != NULL)
    g_task_return_pointer (task, report, (GDestroyNotify) namida_merge_report_free);
  else
    g_task_return_error (task, error);
}

static NamidaMergeReport *
merge_run (NamidaCli *cli, MergeJob *job, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GTask) task = g_task_new (NULL, cli->cancellable, namida_cli_keep_result, &result);

  g_task_set_task_data (task, job, NULL);
  g_task_run_in_thread (task, merge_thread);
  namida_cli_wait (&result);
  return g_task_propagate_pointer (G_TASK (result), error);
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
  folders = namida_cli_dup_music (music);
  job.zips = argv + 1;
  job.fit = here || maps != NULL || music != NULL;
  job.request.here = here || music != NULL;
  job.request.manual = maps != NULL ? map : NULL;
  job.request.music = folders;
  job.request.parts = NAMIDA_PART_ALL;
  report = merge_run (cli, &job, &error);
  if (report == NULL)
    return namida_cli_fail (cli, error);
  merge_print (cli, report);
  return NAMIDA_CLI_EXIT_DONE;
}
