/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “backups verify”, “remove”, “pin” and “unpin”, also for a folder that is in no database. Main thread; files are
 * read in worker threads. */
#include "config.h"

#include "namida-cli-backups.h"

#include "namida-cli-ask.h"
#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-cli-terminal.h"
#include "namida-format.h"
#include "namida-version-good.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <unistd.h>

static void
keep_show_progress (guint64 done, guint64 total, gpointer user_data)
{
  NamidaCli *cli = user_data;
  g_autofree char *done_text = NULL;
  g_autofree char *total_text = NULL;
  g_autofree char *text = NULL;
  g_autofree char *local = NULL;

  if (cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("progress");

      namida_json_build_int (builder, "read", done);
      namida_json_build_int (builder, "total", total);
      namida_cli_emit (builder);
      return;
    }
  if (cli->quiet || !namida_cli_terminal_can_draw (STDOUT_FILENO))
    return;
  done_text = namida_format_size (done);
  total_text = namida_format_size (total);
  text = g_strdup_printf ("%s / %s", done_text, total_text);
  local = namida_cli_text_to_locale (text);
  printf ("\r\033[K%s", local);
  fflush (stdout);
}

static const char *
keep_kind_word (NamidaDamageKind kind)
{
  switch (kind)
    {
    case NAMIDA_DAMAGE_CONTENT:
      return "damaged";
    case NAMIDA_DAMAGE_MISSING:
      return "missing";
    case NAMIDA_DAMAGE_UNREADABLE:
      return "unreadable";
    case NAMIDA_DAMAGE_ABSENT:
      return "absent";
    case NAMIDA_DAMAGE_REMOVED:
      return "removed";
    case NAMIDA_DAMAGE_RECORD:
      return "record";
    case NAMIDA_DAMAGE_CHANGED:
    default:
      return "changed";
    }
}

static void
keep_report_damage (NamidaCli *cli, const NamidaDamage *damage)
{
  JsonBuilder *builder;

  if (!cli->json)
    {
      g_autofree char *name = g_utf8_make_valid (damage->name, -1); /* the whole path, however long */

      if (damage->kind == NAMIDA_DAMAGE_ABSENT || damage->kind == NAMIDA_DAMAGE_REMOVED)
        namida_cli_complain (_ ("Version %s (“%s”): %s"), damage->version_id, name, damage->detail);
      else if (damage->kind == NAMIDA_DAMAGE_CHANGED)
        namida_cli_say (cli, _ ("“%s” of version %s: %s"), name, damage->version_id, damage->detail);
      else
        namida_cli_complain (_ ("“%s” of version %s: %s"), name, damage->version_id, damage->detail);
      return;
    }
  builder = namida_cli_event ("file");
  namida_json_build_string (builder, "kind", keep_kind_word (damage->kind));
  namida_json_build_string (builder, "version", damage->version_id);
  namida_json_build_string (builder, "name", damage->name);
  namida_json_build_string (builder, "path", damage->path);
  namida_json_build_int (builder, "size", damage->size);
  namida_json_build_string (builder, "copy", damage->copy);
  namida_json_build_boolean (builder, "repaired", damage->repaired);
  namida_json_build_string (builder, "message", damage->detail);
  namida_cli_emit (builder);
}

static int
keep_verify_get_exit (const NamidaVerifyReport *report)
{
  if (namida_verify_report_get_lost (report) > 0)
    return NAMIDA_CLI_EXIT_FAILED;
  return namida_verify_report_is_clean (report) ? NAMIDA_CLI_EXIT_DONE : NAMIDA_CLI_EXIT_INCOMPLETE;
}

/* Counts files with wrong contents, including repaired ones. */
static guint
keep_verify_count_damaged (const NamidaVerifyReport *report)
{
  guint damaged = 0;

  for (guint i = 0; i < report->damages->len; i++)
    {
      const NamidaDamage *damage = g_ptr_array_index (report->damages, i);

      damaged += damage->kind == NAMIDA_DAMAGE_CONTENT || damage->kind == NAMIDA_DAMAGE_UNREADABLE
                 || damage->kind == NAMIDA_DAMAGE_RECORD;
    }
  return damaged;
}

static void
keep_verify_emit_end (const NamidaVerifyReport *report, guint doubts, int code)
{
  JsonBuilder *builder = namida_cli_event ("end");
  guint missing = report->missing, damaged = keep_verify_count_damaged (report), healed = report->repaired;

  namida_json_build_string (builder, "result",
                            code == NAMIDA_CLI_EXIT_DONE     ? "verified"
                            : code == NAMIDA_CLI_EXIT_FAILED ? "damaged"
                                                             : "incomplete");
  namida_json_build_int (builder, "versions", report->versions);
  namida_json_build_int (builder, "files", report->files);
  namida_json_build_int (builder, "bytes", report->bytes);
  namida_json_build_int (builder, "absent", report->absent);
  namida_json_build_int (builder, "removed", report->removed);
  namida_json_build_int (builder, "missing", missing);
  namida_json_build_int (builder, "changed", report->changed);
  namida_json_build_int (builder, "damaged", damaged);
  namida_json_build_int (builder, "healed", healed);
  namida_json_build_int (builder, "doubts", doubts);
  namida_json_build_int (builder, "repaired", healed); /* the name of this key in release 0.1.0 */
  namida_cli_emit (builder);
}

static void G_GNUC_PRINTF (2, 3) verify_add_count (GString *text, const char *format, ...)
{
  va_list arguments;

  g_string_append (text, text->len > 0 ? ", " : "");
  va_start (arguments, format);
  g_string_append_vprintf (text, format, arguments);
  va_end (arguments);
}

/* Prints every count that is not 0, so that none of them is overlooked. */
static void
keep_verify_say_end (NamidaCli *cli, const NamidaVerifyReport *report)
{
  guint versions = report->versions + report->absent + report->removed, damaged = keep_verify_count_damaged (report);
  g_autofree char *bytes = namida_format_size (report->bytes);
  g_autofree char *files = namida_format_files (report->files);
  g_autoptr (GString) counts = g_string_new (NULL);

  if (versions == 0 && report->damages->len == 0)
    {
      namida_cli_say (cli, _ ("No backups found. To receive one, run: namida-sync-cli receive"));
      return;
    }
  if (report->absent > 0)
    verify_add_count (counts, ngettext ("%'u version not there", "%'u versions not there", report->absent),
                      report->absent);
  if (report->removed > 0)
    verify_add_count (counts,
                      ngettext ("%'u version removed meanwhile", "%'u versions removed meanwhile", report->removed),
                      report->removed);
  if (report->missing > 0)
    verify_add_count (counts, ngettext ("%'u file missing", "%'u files missing", report->missing), report->missing);
  if (report->changed > 0)
    verify_add_count (counts, ngettext ("%'u file changed", "%'u files changed", report->changed), report->changed);
  if (damaged > 0)
    verify_add_count (counts, ngettext ("%'u file damaged", "%'u files damaged", damaged), damaged);
  if (report->repaired > 0)
    verify_add_count (counts, ngettext ("%'u of them repaired", "%'u of them repaired", report->repaired),
                      report->repaired);
  if (report->damages->len == 0)
    /* Translators: a number of versions, and files and their size: "3 files, 4 MB" */
    namida_cli_say (cli,
                    ngettext ("Verified %'u version (%s, %s): no damage found.",
                              "Verified %'u versions (%s, %s): no damage found.", versions),
                    versions, files, bytes);
  else
    /* Translators: the number of verified versions and of all versions, their files and size, and the result */
    namida_cli_say (
        cli,
        ngettext ("Verified %'u of %'u version (%s, %s): %s.", "Verified %'u of %'u versions (%s, %s): %s.", versions),
        report->versions, versions, files, bytes, counts->len > 0 ? counts->str : _ ("a list of hashes is damaged"));
}

/* Reports a version whose files are all intact, but that Namida could not restore even when it was received. @good:
 * (nullable): which older backup is intact */
static void
keep_verify_report_doubt (
    NamidaCli *cli, const char *version, const char *zip_name, const NamidaZipDoubt *doubt, const char *good)
{
  g_autofree char *zip = namida_format_alias (zip_name);
  g_autofree char *why = namida_zip_doubt_dup_text (doubt);
  /* Translators: a number, a file, a reason such as “The backup is cut off”, a sentence about an older backup. */
  g_autofree char *sentence = g_strchomp (g_strdup_printf (_ ("Version %s: Namida cannot restore “%s”. %s. %s"),
                                                           version, zip, why, good != NULL ? good : ""));
  JsonBuilder *builder;

  if (!cli->json)
    {
      namida_cli_complain ("%s", sentence);
      return;
    }
  builder = namida_cli_event ("doubt");
  namida_json_build_string (builder, "version", version);
  namida_json_build_string (builder, "kind", namida_inspection_kind_to_string (doubt->kind));
  namida_json_build_string (builder, "damagedPart", doubt->part);
  namida_json_build_string (builder, "message", sentence);
  namida_cli_emit (builder);
}

static void
keep_verify_report_version_doubt (NamidaCli *cli, NamidaVersions *versions, NamidaVersion *version)
{
  g_autofree char *zip = g_path_get_basename (namida_version_get_zip_path (version));
  g_autofree char *good = namida_versions_dup_good_words (versions, version);

  keep_verify_report_doubt (cli, namida_version_get_id (version), zip, namida_version_get_doubt (version), good);
}

/* @version: (nullable): %NULL: all versions. @doubts: (out): how many of them Namida could not restore */
static gboolean
keep_verify_report_doubts (
    NamidaCli *cli, NamidaVersions *versions, NamidaVersion *version, guint *doubts, GError **error)
{
  *doubts = 0;
  if (!namida_cli_look_into_zips (cli, versions, error))
    return FALSE;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (versions)); i++)
    {
      g_autoptr (NamidaVersion) one = g_list_model_get_item (G_LIST_MODEL (versions), i);

      if ((version != NULL && one != version) || !namida_version_get_doubted (one) || !namida_version_get_present (one)
          || namida_version_get_removing (one))
        continue;
      keep_verify_report_version_doubt (cli, versions, one);
      (*doubts)++;
    }
  return TRUE;
}

static void
keep_verify_report_damages (NamidaCli *cli, const NamidaVerifyReport *report)
{
  for (guint i = 0; i < report->damages->len; i++)
    keep_report_damage (cli, g_ptr_array_index (report->damages, i));
}

/* @doubts: number of versions that are intact but that Namida could not restore */
static int
keep_report_report (NamidaCli *cli, const NamidaVerifyReport *report, guint doubts)
{
  int code = keep_verify_get_exit (report);

  if (code == NAMIDA_CLI_EXIT_DONE && doubts > 0)
    code = NAMIDA_CLI_EXIT_INCOMPLETE;
  keep_verify_report_damages (cli, report);
  if (cli->json)
    keep_verify_emit_end (report, doubts, code);
  else
    keep_verify_say_end (cli, report);
  return code;
}

/* ---- a folder that is in no database ---- */

typedef struct
{
  NamidaVerifyReport *report;
  GPtrArray *doubts; /* (element-type NamidaFolderDoubt) */
} VerifiedFolder;

static void
verified_folder_free (VerifiedFolder *self)
{
  namida_verify_report_free (self->report);
  g_ptr_array_unref (self->doubts);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VerifiedFolder, verified_folder_free)

static void
keep_verify_folder_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  NamidaVerifyReport *report = namida_verify_folder (data, NULL, NULL, cancellable, &error);
  VerifiedFolder *verified;

  if (report == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  verified = g_new0 (VerifiedFolder, 1);
  verified->report = report;
  verified->doubts = namida_zip_doubt_list_folder (data, cancellable);
  g_task_return_pointer (task, verified, (GDestroyNotify) verified_folder_free);
}

/* Whether a file of the version in the folder named @version is damaged. This was reported already, which is
 * enough. */
static gboolean
keep_verify_is_damaged (const NamidaVerifyReport *report, const char *version)
{
  for (guint i = 0; i < report->damages->len; i++)
    {
      const NamidaDamage *damage = g_ptr_array_index (report->damages, i);
      g_autofree char *name = damage->version_path != NULL ? g_path_get_basename (damage->version_path) : NULL;

      if (g_strcmp0 (name, version) == 0)
        return TRUE;
    }
  return FALSE;
}

static int
keep_verify_folder (NamidaCli *cli, const char *folder)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GTask) task = g_task_new (NULL, cli->cancellable, namida_cli_keep_result, &result);
  g_autoptr (VerifiedFolder) verified = NULL;
  g_autoptr (GError) error = NULL;
  guint doubts = 0;

  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, g_canonicalize_filename (folder, NULL), g_free);
  g_task_run_in_thread (task, keep_verify_folder_thread);
  namida_cli_wait (&result);
  verified = g_task_propagate_pointer (G_TASK (result), &error);
  if (verified == NULL)
    return namida_cli_fail (cli, error);
  for (guint i = 0; i < verified->doubts->len; i++)
    {
      const NamidaFolderDoubt *one = g_ptr_array_index (verified->doubts, i);

      if (keep_verify_is_damaged (verified->report, one->version))
        continue;
      keep_verify_report_doubt (cli, one->version, one->zip, one->doubt, NULL);
      doubts++;
    }
  /* Ctrl+C ended the inspection of the zips, so the version is not verified, but report the damage that was found. */
  if (g_cancellable_set_error_if_cancelled (cli->cancellable, &error))
    {
      keep_verify_report_damages (cli, verified->report);
      return namida_cli_fail (cli, error);
    }
  return keep_report_report (cli, verified->report, doubts);
}

int
namida_cli_backups_verify (NamidaCliBackups *self, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVersions) versions = namida_cli_open_versions_to_read (self->cli, &error);
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  NamidaVersion *version = NULL;
  guint doubts;

  if (versions != NULL && id != NULL)
    version = namida_cli_find_version (versions, id, &error);
  /* A folder with its own list of hashes does not need the database. */
  if (id != NULL && version == NULL && g_file_test (id, G_FILE_TEST_IS_DIR))
    return keep_verify_folder (self->cli, id);
  if (versions == NULL || (id != NULL && version == NULL))
    return namida_cli_fail (self->cli, error);
  namida_versions_verify_async (versions, version, !self->no_repair, keep_show_progress, self->cli,
                                self->cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  if (!self->cli->json && !self->cli->quiet && namida_cli_terminal_can_draw (STDOUT_FILENO))
    printf ("\r\033[K");
  report = namida_versions_verify_finish (versions, result, &error);
  if (report == NULL)
    return namida_cli_fail (self->cli, error);
  /* Without inspecting the zips, it is unknown whether Namida can restore them, so the version is not verified. */
  if (!keep_verify_report_doubts (self->cli, versions, version, &doubts, &error))
    {
      keep_verify_report_damages (self->cli, report);
      return namida_cli_fail (self->cli, error);
    }
  return keep_report_report (self->cli, report, doubts);
}

/* Whether no other version of the version's device is kept. */
static gboolean
keep_remove_is_last (NamidaVersions *versions, NamidaVersion *version)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (versions)); i++)
    {
      g_autoptr (NamidaVersion) other = g_list_model_get_item (G_LIST_MODEL (versions), i);
      gboolean same
          = namida_version_get_fingerprint (version) != NULL
                ? g_strcmp0 (namida_version_get_fingerprint (other), namida_version_get_fingerprint (version)) == 0
                : g_strcmp0 (namida_version_get_alias (other), namida_version_get_alias (version)) == 0;

      if (other != version && same && namida_version_get_present (other) && !namida_version_get_removing (other))
        return FALSE;
    }
  return TRUE;
}

/* Returns: NAMIDA_CLI_EXIT_DONE if the user agrees, otherwise the exit code. */
static int
keep_remove_ask (NamidaCliBackups *self, NamidaVersions *versions, NamidaVersion *version)
{
  NamidaCli *cli = self->cli;
  g_autofree char *alias = NULL;
  g_autofree char *line = NULL;

  if (self->yes || self->dry_run || !keep_remove_is_last (versions, version))
    return NAMIDA_CLI_EXIT_DONE;
  alias = namida_format_alias (namida_version_get_alias (version));
  if (cli->json || !isatty (STDIN_FILENO))
    return namida_cli_usage (_ ("This is the last version that is kept of “%s”. To remove it all the same, add --yes."),
                             alias);
  namida_cli_prompt (_ ("This is the last version that is kept of “%s”. Remove it? [y/n]"), alias);
  line = namida_cli_ask_line (cli);
  if (line != NULL && namida_cli_ask_is_yes (cli, line))
    return NAMIDA_CLI_EXIT_DONE;
  namida_cli_say (cli, _ ("Nothing was removed."));
  return NAMIDA_CLI_EXIT_DECLINED;
}

int
namida_cli_backups_remove (NamidaCliBackups *self, const char *id)
{
  NamidaCli *cli = self->cli;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVersions) versions = namida_cli_open_versions (cli, &error);
  g_autoptr (NamidaRemoval) removal = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *freed = NULL;
  g_autofree char *stays = NULL;
  NamidaVersion *version = versions != NULL ? namida_cli_find_version (versions, id, &error) : NULL;

  int code;

  if (version == NULL)
    return namida_cli_fail (cli, error);
  code = keep_remove_ask (self, versions, version);
  if (code != NAMIDA_CLI_EXIT_DONE)
    return code;
  namida_versions_remove_async (versions, version, self->dry_run, cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  removal = namida_versions_remove_finish (versions, result, &error);
  if (removal == NULL)
    return namida_cli_fail (cli, error);
  if (cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("end");

      namida_json_build_string (builder, "result", self->dry_run ? "would-remove" : "removed");
      namida_json_build_int (builder, "files", removal->files);
      namida_json_build_int (builder, "bytes", removal->bytes);
      namida_json_build_int (builder, "bytesKept", removal->bytes_kept);
      namida_cli_emit (builder);
      return NAMIDA_CLI_EXIT_DONE;
    }
  freed = namida_format_size (removal->bytes);
  stays = namida_format_size (removal->bytes_kept);
  /* Translators: %s are sizes. */
  if (removal->bytes_kept > 0)
    namida_cli_say (cli,
                    self->dry_run ? _ ("Would free %s; %s would still be in use.")
                                  : _ ("Removed: %s freed, %s still in use."),
                    freed, stays);
  else
    namida_cli_say (cli, self->dry_run ? _ ("Would free %s.") : _ ("Removed: %s freed."), freed);
  return NAMIDA_CLI_EXIT_DONE;
}

int
namida_cli_backups_forget (NamidaCliBackups *self, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVersions) versions = namida_cli_open_versions (self->cli, &error);
  g_autoptr (GAsyncResult) result = NULL;
  NamidaVersion *version = versions != NULL ? namida_cli_find_version (versions, id, &error) : NULL;

  if (version == NULL)
    return namida_cli_fail (self->cli, error);
  namida_versions_forget_async (versions, version, self->cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  if (!namida_versions_forget_finish (versions, result, &error))
    return namida_cli_fail (self->cli, error);
  namida_cli_say (self->cli,
                  _ ("It is off the list. Its files were not touched: if its drive comes back, it is found again."));
  return NAMIDA_CLI_EXIT_DONE;
}

int
namida_cli_backups_pin (NamidaCliBackups *self, const char *id, gboolean pinned)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVersions) versions = namida_cli_open_versions (self->cli, &error);
  g_autoptr (GAsyncResult) result = NULL;
  NamidaVersion *version = versions != NULL ? namida_cli_find_version (versions, id, &error) : NULL;

  if (version == NULL)
    return namida_cli_fail (self->cli, error);
  namida_versions_set_pinned_async (versions, version, pinned, self->cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  if (!namida_versions_set_pinned_finish (versions, result, &error))
    return namida_cli_fail (self->cli, error);
  namida_cli_say (self->cli, pinned ? _ ("Pinned. Namida Sync will not remove this version.") : _ ("Unpinned."));
  return NAMIDA_CLI_EXIT_DONE;
}
