/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “backups trash” and “backups take-back ID”: versions beyond the number of versions to keep stay in the trash of
 * their store for 30 days and can be taken out of it. Main thread; waits for the workers of the list of versions. */
#include "config.h"

#include "namida-cli-backups.h"

#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-cli-terminal.h"
#include "namida-format.h"

#include <glib/gi18n-lib.h>

static void
trash_emit (const NamidaTrashedVersion *one)
{
  JsonBuilder *builder = namida_cli_object ();

  namida_json_build_string (builder, "id", one->id);
  namida_json_build_string (builder, "alias", one->alias);
  namida_json_build_string (builder, "title", one->title);
  namida_json_build_int (builder, "created", (guint64) (one->created_at / 1000));
  namida_json_build_int (builder, "goneAt", (guint64) (one->gone_at / 1000));
  namida_json_build_int (builder, "files", one->files);
  namida_json_build_int (builder, "bytes", one->bytes);
  namida_cli_emit (builder);
}

static void
trash_print (const NamidaTrashedVersion *one)
{
  g_autofree char *time = namida_cli_dup_time (one->created_at);
  g_autofree char *gone = namida_cli_dup_time (one->gone_at);
  g_autofree char *alias = namida_format_alias (one->alias);
  g_autofree char *title = namida_format_alias (one->title);
  g_autofree char *size = namida_format_size (one->bytes);
  g_autofree char *column = namida_cli_text_pad (alias, 16);

  /* Translators: the last %s is a date and time */
  namida_cli_print (_ ("%4s  %s  %s  %s, %s, in the trash until %s"), one->id, time, column, title, size, gone);
}

int
namida_cli_backups_trash (NamidaCliBackups *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVersions) versions = namida_cli_open_versions_to_read (self->cli, &error);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) trash = NULL;

  if (versions == NULL)
    return namida_cli_fail (self->cli, error);
  namida_versions_list_trash_async (versions, self->cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  trash = namida_versions_list_trash_finish (versions, result, &error);
  if (trash == NULL)
    return namida_cli_fail (self->cli, error);
  for (guint i = 0; i < trash->len; i++)
    if (self->cli->json)
      trash_emit (g_ptr_array_index (trash, i));
    else
      trash_print (g_ptr_array_index (trash, i));
  if (trash->len == 0)
    namida_cli_say (self->cli, _ ("The trash is empty."));
  else
    namida_cli_say (self->cli, _ ("To take a version out of it: namida-sync-cli backups take-back ID"));
  return NAMIDA_CLI_EXIT_DONE;
}

int
namida_cli_backups_take_back (NamidaCliBackups *self, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVersions) versions = namida_cli_open_versions (self->cli, &error);
  g_autoptr (GAsyncResult) result = NULL;

  if (versions == NULL)
    return namida_cli_fail (self->cli, error);
  namida_versions_take_back_async (versions, id, self->cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  if (!namida_versions_take_back_finish (versions, result, &error))
    return namida_cli_fail (self->cli, error);
  namida_cli_say (self->cli, _ ("Taken out of the trash and pinned. Namida Sync will not remove this version."));
  return NAMIDA_CLI_EXIT_DONE;
}
