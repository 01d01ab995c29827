/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “backups find TEXT” and “export ID DIR”: searching all versions, and making a plain copy of one of them. Neither
 * changes what is kept here. Main thread; the work is done in a thread, so that Ctrl+C ends it. */
#include "config.h"

#include "namida-cli-backups.h"

#include "namida-cli-exit.h"
#include "namida-cli-job.h"
#include "namida-cli-output.h"
#include "namida-format.h"
#include "namida-version-export.h"
#include "namida-version-find.h"

#include <glib/gi18n-lib.h>

/* ---- find ---- */

static void
find_emit (const NamidaFindHit *hit)
{
  JsonBuilder *builder = namida_cli_object ();

  namida_json_build_string (builder, "kind", namida_find_kind_to_text (hit->kind));
  namida_json_build_string (builder, "title", hit->title);
  namida_json_build_string (builder, "detail", hit->detail);
  namida_json_build_int (builder, "versions", hit->n_versions);
  namida_json_build_int (builder, "version", (guint64) hit->version);
  namida_json_build_int (builder, "created", (guint64) (hit->created_at / 1000));
  namida_json_build_string (builder, "alias", hit->alias);
  if (hit->place != NULL)
    {
      namida_json_build_int (builder, "stored", (guint64) hit->stored);
      namida_json_build_string (builder, "place", hit->place);
    }
  namida_cli_emit (builder);
}

/* Shows how to restore this one thing alone, if a version has it. If a terminal cannot show the name unchanged, no
 * command is shown, because its name would be a different one. */
static void
find_print_command (const NamidaFindHit *hit)
{
  gboolean playlist = hit->kind == NAMIDA_FIND_PLAYLIST;
  const char *name = playlist ? hit->title : hit->place;
  g_autofree char *shown = name != NULL ? namida_format_title (name) : NULL;
  g_autofree char *quoted = g_strcmp0 (shown, name) == 0 && name != NULL ? g_shell_quote (name) : NULL;

  if (quoted != NULL)
    namida_cli_print ("      namida-sync-cli backups restore %d --here %s %s",
                      (int) (playlist ? hit->version : hit->stored), playlist ? "--playlist" : "--pick", quoted);
}

static void
find_print (const NamidaFindHit *hit)
{
  static const char *const kinds[] = { N_ ("Song"), N_ ("Album"), N_ ("Playlist") };
  g_autofree char *time = namida_cli_dup_time (hit->created_at);
  g_autofree char *title = namida_format_title (hit->title);
  g_autofree char *detail = namida_format_title (hit->detail);
  g_autofree char *count
      = g_strdup_printf (ngettext ("in %u version", "in %u versions", hit->n_versions), hit->n_versions);

  namida_cli_print (*hit->detail != '\0' ? "%s: %s (%s)" : "%s: %s%s", _ (kinds[hit->kind]), title,
                    *hit->detail != '\0' ? detail : "");
  /* Translators: “in 9 versions”, then the number, the date and the device of the newest one. */
  namida_cli_print (_ ("      %s, last in version %d of %s from %s"), count, (int) hit->version, time, hit->alias);
  find_print_command (hit);
}

typedef struct
{
  NamidaDatabase *database;
  const char *text;
} FindJob;

static gpointer
find_run (gpointer data, GCancellable *cancellable, GError **error)
{
  FindJob *job = data;

  return namida_version_find (job->database, job->text, cancellable, error);
}

int
namida_cli_backups_find (NamidaCliBackups *self, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) database = NULL;
  g_autoptr (GPtrArray) hits = NULL;
  FindJob job = { .text = text };

  if (!g_utf8_validate (text, -1, NULL))
    return namida_cli_usage (_ ("The text to find is not valid UTF-8."));
  database = namida_cli_open_database_to_read (self->cli, &error);
  job.database = database;
  if (database != NULL)
    hits = namida_cli_run_job (self->cli, find_run, &job, (GDestroyNotify) g_ptr_array_unref, &error);
  if (hits == NULL)
    return namida_cli_fail (self->cli, error);
  for (guint i = 0; i < hits->len; i++)
    {
      if (self->cli->json)
        find_emit (hits->pdata[i]);
      else
        find_print (hits->pdata[i]);
    }
  if (hits->len == 0)
    namida_cli_say (self->cli, _ ("No version has a song, album or playlist of that name."));
  return NAMIDA_CLI_EXIT_DONE;
}

/* ---- export ---- */

typedef struct
{
  NamidaDatabase *database;
  gint64 version;
  const char *folder;
} ExportJob;

static gpointer
find_export_run (gpointer data, GCancellable *cancellable, GError **error)
{
  ExportJob *job = data;

  return namida_version_export (job->database, job->version, job->folder, cancellable, error);
}

int
namida_cli_backups_export (NamidaCliBackups *self, const char *id, const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVersions) versions = namida_cli_open_versions_to_read (self->cli, &error);
  g_autoptr (NamidaDatabase) database = versions != NULL ? namida_cli_open_database_to_read (self->cli, &error) : NULL;
  NamidaVersion *version = database != NULL ? namida_cli_find_version (versions, id, &error) : NULL;
  g_autoptr (NamidaExport) made = NULL;
  g_autofree char *shown = NULL;
  ExportJob job = { database, 0, folder };

  if (version != NULL)
    {
      job.version = g_ascii_strtoll (namida_version_get_id (version), NULL, 10);
      made = namida_cli_run_job (self->cli, find_export_run, &job, (GDestroyNotify) namida_export_free, &error);
    }
  if (made == NULL)
    return namida_cli_fail (self->cli, error);
  shown = g_filename_display_name (made->folder);
  if (self->cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("end");

      namida_json_build_string (builder, "result", "done");
      namida_json_build_string (builder, "folder", shown);
      namida_json_build_int (builder, "files", made->files);
      namida_json_build_int (builder, "bytes", made->bytes);
      namida_cli_emit (builder);
    }
  else
    {
      g_autofree char *size = namida_format_size (made->bytes);

      namida_cli_say (self->cli,
                      ngettext ("Copied and verified %'u file (%s) to “%s”.",
                                "Copied and verified %'u files (%s) to “%s”.", made->files),
                      made->files, size, shown);
    }
  return NAMIDA_CLI_EXIT_DONE;
}
