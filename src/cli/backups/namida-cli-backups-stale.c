/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “backups list --stale DAYS”: lists the devices whose newest backup here, or whose automatic backup from here, is
 * older than this many days. The exit code is 9 if there is one, for monitoring programs. Main thread;
 * the database is read in a thread, so that Ctrl+C is noticed meanwhile. */
#include "config.h"

#include "namida-cli-backups.h"

#include "namida-cli-exit.h"
#include "namida-cli-job.h"
#include "namida-cli-output.h"
#include "namida-cli-terminal.h"
#include "namida-clock.h"
#include "namida-format.h"
#include "namida-stale.h"

#include <glib/gi18n-lib.h>

#define DAY (24 * G_TIME_SPAN_HOUR)

static void
stale_emit (const NamidaStaleDevice *device, guint days)
{
  JsonBuilder *builder = namida_cli_object ();

  namida_json_build_string (builder, "alias", device->alias);
  namida_json_build_string (builder, "fingerprint", device->fingerprint);
  namida_json_build_string (builder, "direction", device->direction == NAMIDA_STALE_SEND ? "send" : "receive");
  namida_json_build_int (builder, "last", device->never ? 0 : (guint64) (device->last_at / 1000));
  namida_json_build_int (builder, "days", days);
  namida_json_build_int (builder, "interval", (guint64) (device->interval / 1000));
  namida_json_build_boolean (builder, "stale", device->is_stale);
  namida_json_build_int (builder, "lost", device->n_lost);
  namida_cli_emit (builder);
}

static void
stale_print (const NamidaStaleDevice *device, guint days)
{
  g_autofree char *alias = namida_format_alias (device->alias);
  g_autofree char *column = namida_cli_text_pad (alias, 16);

  if (device->direction == NAMIDA_STALE_SEND)
    namida_cli_print (ngettext ("%s  no backup to it for %u day", "%s  no backup to it for %u days", days), column,
                      days);
  else
    namida_cli_print (ngettext ("%s  no backup from it for %u day", "%s  no backup from it for %u days", days), column,
                      days);
}

typedef struct
{
  NamidaDatabase *database;
  gint64 now;
} StaleJob;

static gpointer
stale_run (gpointer data, GCancellable *cancellable, GError **error)
{
  StaleJob *job = data;

  return namida_stale_list (job->database, job->now, FALSE, error);
}

int
namida_cli_backups_list_stale (NamidaCliBackups *self, guint days)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) database = namida_cli_open_database_to_read (self->cli, &error);
  g_autoptr (GPtrArray) devices = NULL;
  StaleJob job = { database, namida_clock_real () };
  guint n = 0, n_expected = 0;

  if (database != NULL)
    devices = namida_cli_run_job (self->cli, stale_run, &job, (GDestroyNotify) g_ptr_array_unref, &error);
  if (devices == NULL)
    return namida_cli_fail (self->cli, error);
  for (guint i = 0; i < devices->len; i++)
    {
      const NamidaStaleDevice *device = devices->pdata[i];
      guint age = (guint) ((job.now - device->last_at) / DAY);

      /* A single transfer by hand does not count, because no further one is expected there. */
      if (device->direction == NAMIDA_STALE_SEND && device->interval == 0)
        continue;
      n_expected++;
      if (job.now - device->last_at <= (gint64) days * DAY)
        continue;
      n++;
      if (self->cli->json)
        stale_emit (device, age);
      else
        stale_print (device, age);
    }
  if (n_expected == 0)
    namida_cli_say (self->cli, _ ("No backups found. To receive one, run: namida-sync-cli receive"));
  else if (n == 0)
    namida_cli_say (self->cli,
                    ngettext ("Every device has a backup of the last %u day.",
                              "Every device has a backup of the last %u days.", days),
                    days);
  return n > 0 ? NAMIDA_CLI_EXIT_STALE : NAMIDA_CLI_EXIT_DONE;
}
