/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-cli-backups.h"

#include "namida-cli-ask.h"
#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-format.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <unistd.h>

/* "backups" verify, remove, pin and unpin. */

static void
show_progress (guint64 done, guint64 total, gpointer user_data)
{
  NamidaCli *cli = user_data;
  g_autofree char *done_text = NULL;
  g_autofree char *total_text = NULL;

  if (cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("progress");

      namida_json_build_int (builder, "read", done);
      namida_json_build_int (builder, "total", total);
      namida_cli_emit (builder);
      return;
    }
  if (cli->quiet || !isatty (STDOUT_FILENO))
    return;
  done_text = namida_format_size (done);
  total_text = namida_format_size (total);
  printf ("\r\033[K%s / %s", done_text, total_text);
  fflush (stdout);
}

static const char *
kind_word (NamidaDamageKind kind)
{
  switch (kind)
    {
    case NAMIDA_DAMAGE_CONTENT:
      return "damaged";
    case NAMIDA_DAMAGE_MISSING:
      return "missing";
    case NAMIDA_DAMAGE_UNREADABLE:
      return "unreadable";
    case NAMIDA_DAMAGE_CHANGED:
    default:
      return "changed";
    }
}

static void
tell_damage (NamidaCli *cli, const NamidaDamage *damage)
{
  JsonBuilder *builder;

  if (!cli->json)
    {
      g_autofree char *name = namida_format_alias (damage->name);

      if (damage->kind == NAMIDA_DAMAGE_CHANGED)
        namida_cli_say (cli, _ ("“%s” of version %s: %s"), name, damage->version_id, damage->detail);
      else
        namida_cli_complain (_ ("“%s” of version %s: %s"), name, damage->version_id, damage->detail);
      return;
    }
  builder = namida_cli_event ("file");
  namida_json_build_string (builder, "kind", kind_word (damage->kind));
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
tell_report (NamidaCli *cli, const NamidaVerifyReport *report)
{
  guint lost = report->damaged - report->repaired;
  g_autofree char *bytes = namida_format_size (report->bytes);

  for (guint i = 0; i < report->damages->len; i++)
    tell_damage (cli, g_ptr_array_index (report->damages, i));
  if (cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("end");

      namida_json_build_string (builder, "result", lost == 0 ? "verified" : "damaged");
      namida_json_build_int (builder, "versions", report->versions);
      namida_json_build_int (builder, "files", report->files);
      namida_json_build_int (builder, "bytes", report->bytes);
      namida_json_build_int (builder, "damaged", report->damaged);
      namida_json_build_int (builder, "repaired", report->repaired);
      namida_json_build_int (builder, "changed", report->changed);
      namida_cli_emit (builder);
    }
  else if (report->versions == 0)
    namida_cli_say (cli, _ ("No backup is kept here yet. To receive one: namida-sync-cli receive"));
  else if (report->damaged == 0)
    namida_cli_say (cli, _ ("%'u files (%s) were read: all are as they arrived."), report->files, bytes);
  else
    namida_cli_say (cli, _ ("%'u files (%s) were read: %'u damaged or missing, %'u of them repaired."), report->files,
                    bytes, report->damaged, report->repaired);
  return lost == 0 ? NAMIDA_CLI_EXIT_DONE : NAMIDA_CLI_EXIT_FAILED;
}

int
namida_cli_backups_verify (NamidaCliBackups *self, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVersions) versions = namida_cli_open_versions (self->cli, &error);
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  NamidaVersion *version = NULL;

  if (versions == NULL || (id != NULL && (version = namida_cli_find_version (versions, id, &error)) == NULL))
    return namida_cli_fail (self->cli, error);
  namida_versions_verify_async (versions, version, !self->no_repair, show_progress, self->cli, self->cli->cancellable,
                                namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  if (!self->cli->json && !self->cli->quiet && isatty (STDOUT_FILENO))
    printf ("\r\033[K");
  report = namida_versions_verify_finish (versions, result, &error);
  return report != NULL ? tell_report (self->cli, report) : namida_cli_fail (self->cli, error);
}

/* Whether nothing else is kept of the version's device. */
static gboolean
remove_is_last (NamidaVersions *versions, NamidaVersion *version)
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

/* Returns: an exit code; NAMIDA_CLI_EXIT_DONE: yes. */
static int
remove_ask (NamidaCliBackups *self, NamidaVersions *versions, NamidaVersion *version)
{
  NamidaCli *cli = self->cli;
  g_autofree char *alias = NULL;
  g_autofree char *line = NULL;

  if (self->yes || self->dry_run || !remove_is_last (versions, version))
    return NAMIDA_CLI_EXIT_DONE;
  alias = namida_format_alias (namida_version_get_alias (version));
  if (cli->json || !isatty (STDIN_FILENO))
    return namida_cli_usage (_ ("This is the last version that is kept of “%s”. To remove it all the same, add --yes."),
                             alias);
  printf (_ ("This is the last version that is kept of “%s”. Remove it? [y/n]"), alias);
  printf (" ");
  fflush (stdout);
  line = namida_cli_ask_line (cli);
  return line != NULL && namida_cli_ask_is_yes (cli, line) ? NAMIDA_CLI_EXIT_DONE : NAMIDA_CLI_EXIT_FAILED;
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
  code = remove_ask (self, versions, version);
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
      namida_json_build_int (builder, "kept", removal->bytes_kept);
      namida_cli_emit (builder);
      return NAMIDA_CLI_EXIT_DONE;
    }
  freed = namida_format_size (removal->bytes);
  stays = namida_format_size (removal->bytes_kept);
  namida_cli_say (cli,
                  self->dry_run ? _ ("Removing it would free %s; %s stay, for something else needs them.")
                                : _ ("Removed: %s are free; %s stay, for something else needs them."),
                  freed, stays);
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
  namida_cli_say (self->cli, pinned ? _ ("It is pinned: nothing removes it.") : _ ("It is not pinned any more."));
  return NAMIDA_CLI_EXIT_DONE;
}
