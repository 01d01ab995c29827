/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “backups restore … --here” and “backups undo”: restores a version into folders of this computer, and reverts a
 * restore. Main thread; files are read and written in worker threads. */
#include "config.h"

#include "namida-cli-restore.h"

#include "namida-cli-ask.h"
#include "namida-cli-backups.h"
#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-cli-terminal.h"
#include "namida-music-here.h"
#include "namida-format.h"
#include "namida-playlists.h"
#include "namida-restore.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SHOWN_MOST 20u

static const char *const states[NAMIDA_N_RESTORES] = { "new", "same", "different", "blocked" };

/* ---- source and destination ---- */

/* The music of a version that was stored in the user's folders is there already, so --into would be ignored silently.
 * Refuse it. */
static gboolean
restore_check_into (NamidaVersion *version, const NamidaCliRestoreOptions *options, GError **error)
{
  GPtrArray *music = namida_version_get_music (version);
  gboolean has_music = FALSE;

  for (guint i = 0; i < music->len; i++)
    has_music = has_music || *((NamidaVersionMusic *) music->pdata[i])->label != '\0';
  if (options->to == NULL || !has_music)
    return TRUE;
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
               _ ("The music of version %s went into your own folders, and is restored there only. To copy the whole "
                  "version elsewhere: namida-sync-cli backups export %s DIR"),
               namida_version_get_id (version), namida_version_get_id (version));
  return FALSE;
}

/* Returns: (transfer full) (nullable): the folder of a version by its number, or any folder or zip. */
static char *
restore_find_folder (NamidaCli *cli, const NamidaCliRestoreOptions *options, GError **error)
{
  const char *text = options->folder;
  g_autoptr (NamidaVersions) versions = namida_cli_open_versions_to_read (cli, error);
  NamidaVersion *version = versions != NULL ? namida_versions_find (versions, text) : NULL;

  if (versions == NULL)
    return NULL;
  if (version != NULL && !namida_version_check_here (version, error))
    return NULL;
  if (version != NULL && namida_version_get_landing (version) == NAMIDA_LANDING_BACKUP)
    return g_strdup (namida_version_get_path (version));
  if (version != NULL && !restore_check_into (version, options, error))
    return NULL;
  if (version != NULL && namida_version_get_zip_path (version) != NULL)
    return g_strdup (namida_version_get_zip_path (version)); /* its music is in the user's folders already */
  if (version == NULL && g_file_test (text, G_FILE_TEST_EXISTS))
    return g_canonicalize_filename (text, NULL);
  if (version == NULL)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                 _ ("There is neither a version nor a folder “%s”. “namida-sync-cli backups list” shows the versions."),
                 text);
  else
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                 _ ("This backup came without a zip, and its music is in your folders already: there is nothing to "
                    "restore."));
  return NULL;
}

static char *
restore_dup_music (const NamidaCliRestoreOptions *options)
{
  const char *music = g_get_user_special_dir (G_USER_DIRECTORY_MUSIC);

  if (options->to != NULL)
    return g_canonicalize_filename (options->to, NULL);
  if (music != NULL && g_strcmp0 (music, g_get_home_dir ()) != 0)
    return g_strdup (music);
  return g_build_filename (g_get_home_dir (), "Music", NULL);
}

static NamidaRestorePlan *
restore_load (NamidaCli *cli, NamidaDatabase *database, const NamidaCliRestoreOptions *options, GError **error)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *folder = restore_find_folder (cli, options, error);
  g_autofree char *music = restore_dup_music (options);
  g_autofree char *zips
      = options->zip_to != NULL ? g_canonicalize_filename (options->zip_to, NULL) : namida_here_dup_backup_folder ();

  if (folder == NULL)
    return NULL;
  g_ptr_array_add (known, music);
  namida_restore_plan_load_async (database, folder, music, known, zips, cli->cancellable, namida_cli_keep_result,
                                  &result);
  namida_cli_wait (&result);
  return namida_restore_plan_load_finish (result, error);
}

static gboolean
restore_choose (NamidaRestorePlan *plan, const char *label, const char *choice, GError **error)
{
  g_autofree char *folder = NULL;

  if (g_str_equal (choice, "new"))
    folder = namida_restore_plan_dup_new_folder (plan, label);
  else if (!g_str_equal (choice, "skip"))
    folder = g_canonicalize_filename (choice, NULL);
  return namida_restore_plan_set_destination (plan, label, folder, error);
}

/* LABEL=DIR. A label may contain “=”, but a folder given here hardly does. */
static gboolean
restore_choose_mapped (NamidaRestorePlan *plan, const char *text, GError **error)
{
  const char *sign = strrchr (text, '=');
  g_autofree char *given = NULL;
  char *label[] = { NULL, NULL };

  if (sign == NULL || sign[1] == '\0')
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                   _ ("--map is LABEL=FOLDER, LABEL=new or LABEL=skip, not “%s”."), text);
      return FALSE;
    }
  given = g_strndup (text, (gsize) (sign - text));
  label[0] = given;
  namida_cli_texts_from_locale (label);
  return restore_choose (plan, label[0], sign + 1, error);
}

static gboolean
restore_ask_choice (NamidaCli *cli, NamidaRestorePlan *plan, const char *label, GError **error)
{
  g_autofree char *folder = namida_restore_plan_dup_new_folder (plan, label);
  g_autofree char *shown = g_filename_display_name (folder);
  g_autofree char *line = NULL;

  namida_cli_prompt (_ ("There is no music folder named “%s” here. Enter a folder, “new” to create %s, or “skip”:"),
                     label, shown);
  line = namida_cli_ask_line (cli);
  if (line != NULL && *g_strstrip (line) != '\0')
    return restore_choose (plan, label, line, error);
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED, _ ("Nothing was restored."));
  return FALSE;
}

static gboolean
restore_can_ask (NamidaCli *cli, const NamidaCliRestoreOptions *options)
{
  return !options->yes && !cli->json && isatty (STDIN_FILENO);
}

static gboolean
restore_choose_all (NamidaCli *cli, NamidaRestorePlan *plan, const NamidaCliRestoreOptions *options, GError **error)
{
  const char *label;

  for (guint i = 0; options->map != NULL && options->map[i] != NULL; i++)
    if (!restore_choose_mapped (plan, options->map[i], error))
      return FALSE;
  while ((label = namida_restore_plan_needs_choice (plan)) != NULL)
    {
      g_autofree char *copy = g_strdup (label);

      if (options->yes)
        {
          if (!restore_choose (plan, copy, "new", error))
            return FALSE;
        }
      else if (restore_can_ask (cli, options) && !options->preview)
        {
          if (!restore_ask_choice (cli, plan, copy, error))
            return FALSE;
        }
      else
        return TRUE; /* the preview says that a choice is missing */
    }
  return TRUE;
}

/* ---- preview ---- */

static void
restore_emit_items (NamidaRestorePlan *plan)
{
  GPtrArray *items = namida_restore_plan_get_items (plan);
  GPtrArray *labels = namida_restore_plan_get_labels (plan);

  for (guint i = 0; i < items->len; i++)
    {
      const NamidaRestoreItem *item = items->pdata[i];
      JsonBuilder *builder = namida_cli_event ("file");

      namida_json_build_string (builder, "label", ((NamidaRestoreLabel *) labels->pdata[item->label])->label);
      namida_json_build_string (builder, "file", item->path);
      namida_json_build_int (builder, "size", item->size);
      namida_json_build_string (builder, "state", states[item->state]);
      if (item->state == NAMIDA_RESTORE_DIFFERENT)
        namida_json_build_string (builder, "newer", item->newer > 0 ? "backup" : item->newer < 0 ? "here" : NULL);
      if (item->reason != NULL)
        namida_json_build_string (builder, "message", item->reason);
      namida_cli_emit (builder);
    }
}

static void
restore_emit_preview (NamidaRestorePlan *plan)
{
  GPtrArray *labels = namida_restore_plan_get_labels (plan);

  restore_emit_items (plan);
  for (guint i = 0; i < labels->len; i++)
    {
      const NamidaRestoreLabel *label = labels->pdata[i];
      JsonBuilder *builder = namida_cli_event ("label");

      namida_json_build_string (builder, "label", label->label);
      namida_json_build_string (builder, "folder", label->destination);
      namida_json_build_string (builder, "original", label->original_path);
      namida_json_build_boolean (builder, "asked", label->asked);
      for (guint state = 0; state < NAMIDA_N_RESTORES; state++)
        namida_json_build_int (builder, states[state], label->files[state]);
      namida_json_build_int (builder, "newBytes", label->bytes[NAMIDA_RESTORE_NEW]);
      namida_cli_emit (builder);
    }
}

/* Replaces characters of a name that would disturb a terminal. */
static char *
restore_dup_shown (const char *path)
{
  char *shown = g_strdup (path);

  for (char *c = shown; *c != '\0'; c++)
    if ((guchar) *c < 0x20 || *c == 0x7f)
      *c = ' ';
  return shown;
}

static void
restore_print_items (NamidaRestorePlan *plan, NamidaRestoreState state, const char *title)
{
  GPtrArray *items = namida_restore_plan_get_items (plan);
  guint n = 0;

  for (guint i = 0; i < items->len; i++)
    {
      const NamidaRestoreItem *item = items->pdata[i];
      g_autofree char *shown = NULL;

      if (item->state != state || n++ >= SHOWN_MOST)
        continue;
      if (n == 1)
        namida_cli_print ("%s", title);
      shown = restore_dup_shown (item->path);
      if (item->reason != NULL)
        namida_cli_print ("  %s: %s", shown, item->reason);
      else if (item->newer != 0)
        namida_cli_print ("  %s: %s", shown,
                          item->newer > 0 ? _ ("the file in the backup is newer") : _ ("the file here is newer"));
      else
        namida_cli_print ("  %s", shown);
    }
  if (n > SHOWN_MOST)
    namida_cli_print (ngettext ("  and %u more", "  and %u more", n - SHOWN_MOST), n - SHOWN_MOST);
}

static void
restore_print_lines (char **lines, const char *indent)
{
  for (guint i = 0; lines[i] != NULL; i++)
    namida_cli_print ("%s%s", indent, lines[i]);
}

/* Explains what happens to a folder that has no destination yet. */
static void
restore_print_choice (NamidaRestorePlan *plan)
{
  const char *label = namida_restore_plan_needs_choice (plan);
  g_autofree char *folder = label != NULL ? namida_restore_plan_dup_new_folder (plan, label) : NULL;
  g_autofree char *shown = folder != NULL ? g_filename_display_name (folder) : NULL;

  if (label != NULL)
    namida_cli_print (_ ("  --yes restores it into “%s”; --map “%s=FOLDER” into another folder."), shown, label);
}

/* A fitted copy is made instead of restoring the zip itself, which is the first label of the plan. */
static void
restore_print_copy (NamidaRestorePlan *plan, const NamidaCliRestoreOptions *options)
{
  const char *const *playlists = options->fitting.playlists;
  g_autofree char *zip = namida_format_title (namida_restore_plan_get_zip (plan));

  if (playlists == NULL)
    /* Translators: %s is the name of a backup */
    namida_cli_print (_ ("%s: a copy with the paths of this computer"), zip);
  for (guint i = 0; playlists != NULL && playlists[i] != NULL; i++)
    {
      g_autofree char *shown = namida_format_title (playlists[i]);

      /* Translators: the name of a playlist, and of the backup that has it */
      namida_cli_print (_ ("Playlist “%s” of %s, as a backup of its own"), shown, zip);
    }
}

static void
restore_print_preview (NamidaRestorePlan *plan, const NamidaCliRestoreOptions *options)
{
  g_auto (GStrv) lines = namida_restore_plan_dup_lines (plan);
  g_auto (GStrv) paths = namida_restore_plan_dup_path_lines (plan);
  gboolean copy = options->fit && namida_restore_plan_get_zip (plan) != NULL;
  gboolean full = options->preview;

  if (copy)
    restore_print_copy (plan, options);
  restore_print_lines (lines + (copy && lines[0] != NULL ? 1 : 0), "");
  restore_print_choice (plan);
  if (full)
    restore_print_items (plan, NAMIDA_RESTORE_NEW, _ ("New:"));
  restore_print_items (plan, NAMIDA_RESTORE_DIFFERENT, _ ("Different:"));
  restore_print_items (plan, NAMIDA_RESTORE_BLOCKED, _ ("Cannot be restored:"));
  if (paths[0] != NULL)
    namida_cli_print (_ ("The folders that the backup expects:"));
  restore_print_lines (paths, "  ");
}

static gboolean
restore_preview (NamidaCli *cli, NamidaRestorePlan *plan, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  namida_restore_plan_preview_async (plan, cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  return namida_restore_plan_preview_finish (plan, result, error);
}

/* ---- apply ---- */

static void
restore_on_progress (guint64 done, guint64 total, gpointer user_data)
{
  g_autofree char *text = namida_format_progress (done, total);
  g_autofree char *local = namida_cli_text_to_locale (text);

  fprintf (stderr, "\r%s\033[K", local);
  fflush (stderr);
}

/* @problem: (nullable): why there is no fitted copy of the zip */
static void
restore_report_result (NamidaCli *cli,
                       NamidaRestorePlan *plan,
                       const NamidaRestoreResult *result,
                       const NamidaCliRestoreOptions *options,
                       const GError *problem)
{
  gboolean only_playlists = options->picks != NULL && options->picks[0] == NULL;
  g_auto (GStrv) steps = namida_restore_plan_dup_next_steps (plan);
  g_autofree char *added = namida_format_files (result->added + result->replaced);
  g_autofree char *size = namida_format_size (result->bytes);

  if (cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("end");

      namida_json_build_string (builder, "result",
                                problem != NULL       ? "failed"
                                : result->blocked > 0 ? "incomplete"
                                                      : "done");
      if (problem != NULL)
        namida_cli_add_error (builder, problem);
      namida_json_build_int (builder, "added", result->added);
      namida_json_build_int (builder, "replaced", result->replaced);
      namida_json_build_int (builder, "same", result->same);
      namida_json_build_int (builder, "skipped", result->skipped);
      namida_json_build_int (builder, "blocked", result->blocked);
      namida_json_build_int (builder, "bytes", result->bytes);
      json_builder_set_member_name (builder, "next");
      json_builder_begin_array (builder);
      for (guint i = 0; steps[i] != NULL; i++)
        json_builder_add_string_value (builder, steps[i]);
      json_builder_end_array (builder);
      namida_cli_emit (builder);
      return;
    }
  if (!only_playlists)
    namida_cli_say (cli, _ ("Restored: %s, %s. Already there: %" PRIu64 ". Left as they are: %" PRIu64 "."), added,
                    size, result->same, result->skipped);
  if (result->added + result->replaced > 0 || (options->fit && problem == NULL))
    namida_cli_say (cli, _ ("To undo, run: namida-sync-cli backups undo"));
  for (guint i = 0; steps[i] != NULL; i++)
    namida_cli_say (cli, "%s", steps[i]);
}

/* With --fit, the zip itself is skipped, and a copy with the paths of this computer is made when the music has been
 * restored. @singles: files of the version that are not restored */
static int
restore_apply_and_fit (NamidaCli *cli, NamidaRestorePlan *plan, const NamidaCliRestoreOptions *options, guint singles)
{
  gboolean terminal = namida_cli_terminal_can_draw (STDERR_FILENO) && !cli->json && !cli->quiet;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) problem = NULL;
  NamidaRestoreResult applied = { 0 };
  gboolean fine;

  namida_restore_plan_apply_async (plan, terminal ? restore_on_progress : NULL, NULL, cli->cancellable,
                                   namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  fine = namida_restore_plan_apply_finish (plan, result, &applied, &error);
  if (terminal)
    fprintf (stderr, "\r\033[K");
  if (!fine && !g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE))
    return namida_cli_fail (cli, error);
  if (options->fit)
    namida_cli_restore_fit (cli, plan, &options->fitting, &problem);
  restore_report_result (cli, plan, &applied, options, problem);
  if (!fine)
    namida_cli_complain ("%s", error->message);
  if (problem != NULL)
    {
      namida_cli_complain ("%s", problem->message);
      return (int) namida_cli_exit_from_error (problem);
    }
  return fine && singles == 0 ? NAMIDA_CLI_EXIT_DONE : NAMIDA_CLI_EXIT_INCOMPLETE;
}

static gboolean
restore_ask_whether (NamidaCli *cli)
{
  g_autofree char *line = NULL;

  namida_cli_prompt ("%s", _ ("Restore it? [y/n]"));
  line = namida_cli_ask_line (cli);
  return line != NULL && namida_cli_ask_is_yes (cli, line);
}

/* Returns: the number of files that are not restored. */
static guint
restore_report_singles (NamidaRestorePlan *plan, const NamidaCliRestoreOptions *options)
{
  guint n = options->picks == NULL ? namida_restore_plan_get_singles (plan) : 0;

  if (n > 0)
    namida_cli_complain (ngettext ("%'u single file is not restored, because it is in no music folder. To copy the "
                                   "whole version: namida-sync-cli backups export ID DIR",
                                   "%'u single files are not restored, because they are in no music folder. To copy "
                                   "the whole version: namida-sync-cli backups export ID DIR",
                                   n),
                         n);
  return n;
}

static int
restore (NamidaCli *cli, NamidaRestorePlan *plan, const NamidaCliRestoreOptions *options)
{
  g_autoptr (GError) error = NULL;
  guint singles = restore_report_singles (plan, options);

  if (!restore_choose_all (cli, plan, options, &error))
    return namida_cli_fail (cli, error);
  namida_restore_plan_set_policy (plan, options->replace     ? NAMIDA_RESTORE_REPLACE
                                        : options->keep_both ? NAMIDA_RESTORE_KEEP_BOTH
                                                             : NAMIDA_RESTORE_SKIP_DIFFERENT);
  namida_restore_plan_set_automatic (plan, options->automatic);
  if (options->fit && namida_restore_plan_get_zip (plan) != NULL)
    namida_restore_plan_set_destination (plan, "", NULL, NULL);
  if (options->yes && !options->preview)
    return restore_apply_and_fit (cli, plan, options, singles); /* it compares the files itself */
  if (!restore_preview (cli, plan, &error))
    return namida_cli_fail (cli, error);
  if (cli->json)
    restore_emit_preview (plan);
  else
    restore_print_preview (plan, options);
  if (options->preview)
    return NAMIDA_CLI_EXIT_DONE;
  if (!restore_can_ask (cli, options))
    return namida_cli_usage (
        _ ("Nothing was restored. To restore, add --yes. To choose destinations, use --map LABEL=FOLDER."));
  if (restore_ask_whether (cli))
    return restore_apply_and_fit (cli, plan, options, singles);
  namida_cli_say (cli, _ ("Nothing was restored."));
  return NAMIDA_CLI_EXIT_DECLINED;
}

/* Each requested song and playlist must exist; otherwise nothing is restored. */
static gboolean
restore_pick (NamidaRestorePlan *plan,
              const NamidaCliRestoreOptions *options,
              GCancellable *cancellable,
              GError **error)
{
  g_autofree char *zip = NULL;

  if (!namida_restore_plan_pick (plan, options->picks, options->fit, error))
    return FALSE;
  zip = options->fitting.playlists != NULL ? namida_restore_plan_dup_zip_path (plan) : NULL;
  return zip == NULL || namida_playlists_check_file (zip, options->fitting.playlists, NULL, cancellable, error);
}

int
namida_cli_backups_restore_here (NamidaCli *cli, const NamidaCliRestoreOptions *options)
{
  g_autoptr (NamidaDatabase) database = NULL;
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_autoptr (GError) error = NULL;

  if (options->replace && options->keep_both)
    return namida_cli_usage (_ ("--replace and --keep-both cannot be used together."));
  database = namida_cli_open_database_to_read (cli, &error);
  if (database != NULL)
    plan = restore_load (cli, database, options, &error);
  if (plan != NULL && options->picks != NULL && !restore_pick (plan, options, cli->cancellable, &error))
    return namida_cli_fail (cli, error);
  return plan != NULL ? restore (cli, plan, options) : namida_cli_fail (cli, error);
}

/* ---- undo ---- */

static int
restore_report_undone (NamidaCli *cli, const NamidaRestoreResult *undone)
{
  if (cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("end");

      namida_json_build_string (builder, "result", "done");
      namida_json_build_int (builder, "removed", undone->removed);
      namida_json_build_int (builder, "putBack", undone->put_back);
      namida_json_build_int (builder, "left", undone->left);
      namida_cli_emit (builder);
      return NAMIDA_CLI_EXIT_DONE;
    }
  namida_cli_say (cli, _ ("Undone: %" PRIu64 " removed, %" PRIu64 " put back."), undone->removed, undone->put_back);
  if (undone->left > 0)
    namida_cli_say (cli,
                    ngettext ("%" PRIu64 " file was changed since, and is left as it is.",
                              "%" PRIu64 " files were changed since, and are left as they are.", (gulong) undone->left),
                    undone->left);
  return NAMIDA_CLI_EXIT_DONE;
}

int
namida_cli_backups_undo (NamidaCli *cli, const char *id)
{
  g_autoptr (NamidaDatabase) database = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  NamidaRestoreResult undone = { 0 };

  database = namida_cli_open_database (cli, &error);
  if (database == NULL)
    return namida_cli_fail (cli, error);
  namida_restore_undo_async (database, id, cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  if (!namida_restore_undo_finish (result, &undone, &error))
    return namida_cli_fail (cli, error);
  return restore_report_undone (cli, &undone);
}
