/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands “extract” and “compare”, which read backups and change nothing: playlists and listens in formats of
 * other programs, and the differences between two backups. The work is done in a thread, so that Ctrl+C ends it. Main
 * thread. */
#include "config.h"

#include "namida-extract.h"

#include "namida-cli-exit.h"
#include "namida-cli-job.h"
#include "namida-cli-output.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

static char *playlists;
static char *listens;
static char *listenbrainz;

static const GOptionEntry entries[] = {
  { "playlists", 0, 0, G_OPTION_ARG_FILENAME, &playlists, N_ ("Write each playlist into this folder, as M3U8"),
    N_ ("DIR") },
  { "listens", 0, 0, G_OPTION_ARG_FILENAME, &listens,
    N_ ("Write all listens into this file, as CSV; or, if its name ends in .jsonl, as --listenbrainz does"),
    N_ ("FILE") },
  { "listenbrainz", 0, 0, G_OPTION_ARG_FILENAME, &listenbrainz,
    N_ ("Write all listens into this file, as JSON lines for ListenBrainz"), N_ ("FILE") },
  { NULL },
};

typedef struct
{
  const char *first, *second; /* @second: (nullable): %NULL to extract from @first */
  NamidaExtractReport report;
} ExtractJob;

/* Returns: the difference if there are two backups; otherwise %NULL, even without an error. */
static gpointer
extract_run (gpointer data, GCancellable *cancellable, GError **error)
{
  ExtractJob *job = data;
  NamidaExtractOptions options = { .playlists = playlists, .listens = listens, .listenbrainz = listenbrainz };
  g_autoptr (NamidaContents) first = namida_contents_open (job->first, FALSE, NULL, cancellable, error);
  g_autoptr (NamidaContents) second = first != NULL && job->second != NULL
                                          ? namida_contents_open (job->second, FALSE, NULL, cancellable, error)
                                          : NULL;

  if (second != NULL)
    return namida_compare_backups (first, second, cancellable, error);
  if (first != NULL && job->second == NULL)
    namida_extract (first, &options, &job->report, cancellable, error);
  return NULL;
}

/* @unreadable: how many lists were left out. Returns: the exit code. */
static int
extract_end (guint unreadable)
{
  if (unreadable == 0)
    return NAMIDA_CLI_EXIT_DONE;
  namida_cli_complain (ngettext ("%u list is damaged and was left out", "%u lists are damaged and were left out",
                                 unreadable),
                       unreadable);
  return NAMIDA_CLI_EXIT_INCOMPLETE;
}

static void
extract_print (NamidaCli *cli, const NamidaExtractReport *report)
{
  JsonBuilder *builder;

  if (cli->json)
    {
      builder = namida_cli_object ();
      namida_json_build_int (builder, "playlists", report->playlists);
      namida_json_build_int (builder, "listens", report->listens);
      namida_json_build_int (builder, "listenbrainz", report->listenbrainz);
      namida_json_build_int (builder, "unnamed", report->unnamed);
      namida_json_build_int (builder, "unreadable", report->unreadable);
      namida_cli_emit (builder);
      return;
    }
  if (playlists != NULL)
    namida_cli_say (
        cli, ngettext ("%" PRIu64 " playlist written", "%" PRIu64 " playlists written", (gulong) report->playlists),
        report->playlists);
  if (listens != NULL)
    namida_cli_say (cli,
                    ngettext ("%" PRIu64 " listen written", "%" PRIu64 " listens written", (gulong) report->listens),
                    report->listens);
  if (listenbrainz != NULL)
    namida_cli_say (cli,
                    ngettext ("%" PRIu64 " listen written for ListenBrainz",
                              "%" PRIu64 " listens written for ListenBrainz", (gulong) report->listenbrainz),
                    report->listenbrainz);
  if (report->unnamed > 0)
    namida_cli_say (cli,
                    ngettext ("%" PRIu64 " listen skipped because its artist or title is unknown",
                              "%" PRIu64 " listens skipped because their artist or title is unknown",
                              (gulong) report->unnamed),
                    report->unnamed);
}

int
namida_cli_extract (NamidaCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  ExtractJob job = { 0 };

  if (!namida_cli_parse (cli, "ZIP",
                         _ ("Writes playlists and listens of a Namida backup in formats of other programs. Never "
                            "replaces a file."),
                         entries, &argc, &argv))
    return NAMIDA_CLI_EXIT_USAGE;
  if (argc != 2 || (playlists == NULL && listens == NULL && listenbrainz == NULL))
    return namida_cli_usage (_ ("Name one backup, and what to write: --playlists, --listens or --listenbrainz."));
  if (listens != NULL && g_str_has_suffix (listens, ".jsonl"))
    {
      if (listenbrainz != NULL)
        return namida_cli_usage (_ ("--listens with a name that ends in .jsonl and --listenbrainz are the same: give "
                                    "one of them."));
      listenbrainz = g_steal_pointer (&listens);
    }
  job.first = argv[1];
  namida_cli_run_job (cli, extract_run, &job, (GDestroyNotify) namida_difference_free, &error);
  if (error != NULL)
    return namida_cli_fail (cli, error);
  extract_print (cli, &job.report);
  return extract_end (job.report.unreadable);
}

/* ---- compare ---- */

static void
extract_compare_add_names (JsonBuilder *builder, const char *key, GPtrArray *names)
{
  json_builder_set_member_name (builder, key);
  json_builder_begin_array (builder);
  for (guint i = 0; i < names->len; i++)
    json_builder_add_string_value (builder, names->pdata[i]);
  json_builder_end_array (builder);
}

static void
extract_compare_emit (const NamidaDifference *difference)
{
  JsonBuilder *builder = namida_cli_object ();

  namida_json_build_int (builder, "listensSame", difference->listens_same);
  namida_json_build_int (builder, "listensFirst", difference->listens_first);
  namida_json_build_int (builder, "listensSecond", difference->listens_second);
  namida_json_build_int (builder, "favouritesSame", difference->favourites_same);
  namida_json_build_int (builder, "favouritesFirst", difference->favourites_first);
  namida_json_build_int (builder, "favouritesSecond", difference->favourites_second);
  namida_json_build_int (builder, "librarySame", difference->library_same);
  namida_json_build_int (builder, "libraryFirst", difference->library_first);
  namida_json_build_int (builder, "librarySecond", difference->library_second);
  namida_json_build_int (builder, "playlistsSame", difference->playlists_same);
  extract_compare_add_names (builder, "playlistsFirst", difference->playlists_first);
  extract_compare_add_names (builder, "playlistsSecond", difference->playlists_second);
  extract_compare_add_names (builder, "playlistsDiffer", difference->playlists_differ);
  namida_json_build_int (builder, "unreadable", difference->unreadable);
  namida_cli_emit (builder);
}

static void
extract_compare_print_names (const char *format, GPtrArray *names)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (names->len == 0)
    return;
  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", (const char *) names->pdata[i]);
  namida_cli_print ("%s: %s", format, text->str);
}

static void
extract_compare_print (const NamidaDifference *difference)
{
  namida_cli_print (_ ("Listens: %" PRIu64 " in both, %" PRIu64 " only in the first, %" PRIu64 " only in the second"),
                    difference->listens_same, difference->listens_first, difference->listens_second);
  namida_cli_print (_ ("Favorites: %" PRIu64 " in both, %" PRIu64 " only in the first, %" PRIu64 " only in the second"),
                    difference->favourites_same, difference->favourites_first, difference->favourites_second);
  namida_cli_print (_ ("Library: %" PRIu64 " in both, %" PRIu64 " only in the first, %" PRIu64 " only in the second"),
                    difference->library_same, difference->library_first, difference->library_second);
  namida_cli_print (_ ("Playlists: %" PRIu64 " the same in both"), difference->playlists_same);
  extract_compare_print_names (_ ("Playlists only in the first"), difference->playlists_first);
  extract_compare_print_names (_ ("Playlists only in the second"), difference->playlists_second);
  extract_compare_print_names (_ ("Playlists with other tracks"), difference->playlists_differ);
}

int
namida_cli_compare_backups (NamidaCli *cli, int argc, char **argv)
{
  g_autoptr (NamidaDifference) difference = NULL;
  g_autoptr (GError) error = NULL;
  ExtractJob job = { 0 };

  if (!namida_cli_parse (cli, "ZIP ZIP",
                         _ ("Shows how two Namida backups differ. Tracks are compared by their paths: copy a backup of "
                            "another device with fit first."),
                         NULL, &argc, &argv))
    return NAMIDA_CLI_EXIT_USAGE;
  if (argc != 3)
    return namida_cli_usage (_ ("Name two backups to compare."));
  job.first = argv[1];
  job.second = argv[2];
  difference = namida_cli_run_job (cli, extract_run, &job, (GDestroyNotify) namida_difference_free, &error);
  if (error != NULL)
    return namida_cli_fail (cli, error);
  if (cli->json)
    extract_compare_emit (difference);
  else
    extract_compare_print (difference);
  return extract_end (difference->unreadable);
}
