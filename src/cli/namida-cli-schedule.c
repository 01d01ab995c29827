/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “schedule add”, “list” and “remove”: the automatic backups in the database. The window and “receive” run them and
 * notice a change within a moment. No network is used here. Main thread. */
#include "config.h"

#include "namida-cli-schedule.h"

#include "namida-cli-arguments.h"
#include "namida-cli-backups.h"
#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-cli-terminal.h"
#include "namida-cli-trust.h"
#include "namida-clock.h"
#include "namida-format.h"
#include "namida-schedule.h"
#include "namida-trust-store.h"

#include <glib/gi18n-lib.h>

static char *to, *every, *at, *limit_text;
static gboolean newest_backup, on_battery, on_metered;

static const GOptionEntry entries[] = {
  { "to", 0, 0, G_OPTION_ARG_STRING, &to, N_ ("add: the trusted device to send to"), N_ ("DEVICE") },
  { "every", 0, 0, G_OPTION_ARG_STRING, &every, N_ ("add: how often to run"), N_ ("day|week|HOURSh") },
  { "at", 0, 0, G_OPTION_ARG_STRING, &at, N_ ("add: the time of day [default: as soon as both devices are there]"),
    N_ ("HH:MM") },
  { "newest-backup", 0, 0, G_OPTION_ARG_NONE, &newest_backup, N_ ("add: send the newest Namida backup of this device"),
    NULL },
  { "limit", 0, 0, G_OPTION_ARG_STRING, &limit_text, N_ ("add: limit the speed, for example 5MB/s"), N_ ("SPEED") },
  { "on-battery", 0, 0, G_OPTION_ARG_NONE, &on_battery, N_ ("add: also run on battery power"), NULL },
  { "on-metered", 0, 0, G_OPTION_ARG_NONE, &on_metered, N_ ("add: also run on a metered network"), NULL },
  { NULL },
};

/* ---- add ---- */

static GStrv
schedule_read_folders (int argc, char **argv)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (int i = 2; i < argc; i++)
    {
      g_autofree char *path = g_canonicalize_filename (argv[i], NULL);
      g_autofree char *shown = g_filename_display_name (argv[i]);

      if (!g_file_test (path, G_FILE_TEST_IS_DIR))
        {
          namida_cli_usage (_ ("“%s” is not a folder. A schedule sends music folders."), shown);
          return NULL;
        }
      g_strv_builder_add (builder, path);
    }
  return g_strv_builder_end (builder);
}

static void
schedule_add_times (JsonBuilder *builder, const NamidaScheduleRow *row, gint64 next)
{
  namida_json_build_int (builder, "created", (guint64) (row->created_at / 1000));
  namida_json_build_int (builder, "next", (guint64) (next / 1000));
  namida_json_build_int (builder, "started", (guint64) (row->started_at / 1000));
  namida_json_build_int (builder, "ended", (guint64) (row->ended_at / 1000));
  namida_json_build_int (builder, "done", (guint64) (row->done_at / 1000));
}

static void
schedule_emit (const NamidaScheduleRow *row, gint64 next)
{
  JsonBuilder *builder = namida_cli_object ();
  g_autofree char *how_often = namida_schedule_rule_dup_every (&row->rule);
  g_autofree char *time = namida_schedule_rule_dup_at (&row->rule);

  namida_json_build_int (builder, "id", (guint64) row->id);
  namida_json_build_string (builder, "alias", row->alias);
  namida_json_build_string (builder, "fingerprint", row->fingerprint);
  namida_json_build_string (builder, "every", how_often);
  namida_json_build_string (builder, "at", time);
  namida_json_build_boolean (builder, "newestBackup", row->newest_backup);
  json_builder_set_member_name (builder, "folders");
  json_builder_begin_array (builder);
  for (guint i = 0; row->folders != NULL && row->folders[i] != NULL; i++)
    {
      g_autofree char *shown = g_filename_display_name (row->folders[i]);

      json_builder_add_string_value (builder, shown);
    }
  json_builder_end_array (builder);
  namida_json_build_int (builder, "limit", row->limit);
  namida_json_build_boolean (builder, "onBattery", row->on_battery);
  namida_json_build_boolean (builder, "onMetered", row->on_metered);
  namida_json_build_boolean (builder, "enabled", row->enabled);
  schedule_add_times (builder, row, next);
  namida_json_build_string (builder, "result", namida_schedule_outcome_to_text (row->outcome));
  namida_json_build_string (builder, "message", row->message);
  namida_cli_emit (builder);
}

static gint64
schedule_next (const NamidaScheduleRow *row)
{
  gint64 now = namida_clock_real ();

  return row->enabled ? MAX (namida_schedule_rule_next (&row->rule, row->slot_at, now, NULL), now) : 0;
}

static void
schedule_print (const NamidaScheduleRow *row)
{
  g_autofree char *alias = namida_format_alias (row->alias);
  g_autofree char *column = namida_cli_text_pad (alias, 16);
  g_autofree char *how_often = namida_schedule_rule_dup_words (&row->rule);
  g_autofree char *what = namida_schedule_row_dup_what_words (row);
  gint64 next = schedule_next (row);
  g_autofree char *when = namida_cli_dup_time (next);

  namida_cli_print ("%3d  %s  %s: %s", (int) row->id, column, how_often, what);
  if (!row->enabled)
    namida_cli_print ("     %s", _ ("Turned off"));
  else
    /* Translators: %s is a date and a time. */
    namida_cli_print (_ ("     Next: %s"), when);
  if (row->outcome != NAMIDA_SCHEDULE_OUTCOME_NONE)
    {
      g_autofree char *last = namida_cli_dup_time (row->ended_at);

      if (row->outcome == NAMIDA_SCHEDULE_OUTCOME_DONE)
        namida_cli_print (_ ("     Last: %s, sent and verified"), last);
      else
        /* Translators: a date and a time, then a sentence with the error */
        namida_cli_print (_ ("     Last: %s. %s"), last, row->message != NULL ? row->message : _ ("It failed."));
    }
}

static int
schedule_save (NamidaCli *cli, NamidaScheduleRow *row)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) database = namida_cli_open_database (cli, &error);
  g_autoptr (NamidaTrustStore) trust = database != NULL ? namida_trust_store_new (database, &error) : NULL;
  const NamidaTrusted *trusted;

  if (trust != NULL)
    row->fingerprint = namida_cli_trust_find (trust, to, &error);
  if (row->fingerprint == NULL)
    return namida_cli_fail (cli, error);
  trusted = namida_trust_store_lookup (trust, row->fingerprint);
  row->alias = g_strdup (trusted != NULL ? trusted->alias : to);
  if (!namida_schedule_row_add (database, row, &error))
    return namida_cli_fail (cli, error);
  if (cli->json)
    schedule_emit (row, schedule_next (row));
  else if (!cli->quiet)
    {
      namida_cli_say (cli, _ ("Added schedule %d. It runs while “receive” or the window is open."), (int) row->id);
      schedule_print (row);
    }
  return NAMIDA_CLI_EXIT_DONE;
}

static int
schedule_add (NamidaCli *cli, int argc, char **argv)
{
  g_autoptr (NamidaScheduleRow) row = g_new0 (NamidaScheduleRow, 1);
  g_autoptr (GError) error = NULL;

  if (to == NULL || every == NULL)
    return namida_cli_usage (_ ("“schedule add” needs --to DEVICE and --every day, week or HOURSh."));
  row->created_at = namida_clock_real ();
  if (!namida_schedule_rule_parse (every, at, row->created_at, NULL, &row->rule, &error))
    return namida_cli_usage ("%s", error->message);
  if (limit_text != NULL && !namida_cli_parse_limit (limit_text, &row->limit))
    return namida_cli_usage (_ ("--limit is a speed, for example 5MB/s, not “%s”."), limit_text);
  row->folders = schedule_read_folders (argc, argv);
  if (row->folders == NULL)
    return NAMIDA_CLI_EXIT_USAGE;
  if (!newest_backup && row->folders[0] == NULL)
    return namida_cli_usage (_ ("Give --newest-backup, music folders, or both."));
  row->newest_backup = newest_backup;
  row->on_battery = on_battery;
  row->on_metered = on_metered;
  row->enabled = TRUE;
  return schedule_save (cli, row);
}

/* ---- list and remove ---- */

static int
schedule_list (NamidaCli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) database = namida_cli_open_database_to_read (cli, &error);
  g_autoptr (GPtrArray) rows = database != NULL ? namida_schedule_rows_list (database, &error) : NULL;

  if (rows == NULL)
    return namida_cli_fail (cli, error);
  for (guint i = 0; i < rows->len; i++)
    {
      if (cli->json)
        schedule_emit (rows->pdata[i], schedule_next (rows->pdata[i]));
      else
        schedule_print (rows->pdata[i]);
    }
  if (rows->len == 0)
    namida_cli_say (cli, _ ("There is no schedule yet. To add one: namida-sync-cli schedule add --help"));
  return NAMIDA_CLI_EXIT_DONE;
}

static int
schedule_remove (NamidaCli *cli, gint64 id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) database = namida_cli_open_database (cli, &error);

  if (database == NULL || !namida_schedule_row_remove (database, id, &error))
    return namida_cli_fail (cli, error);
  namida_cli_say (cli, _ ("Removed schedule %d."), (int) id);
  return NAMIDA_CLI_EXIT_DONE;
}

/* Returns: 0 if @text is no id. */
static gint64
schedule_parse_id (const char *text)
{
  guint64 id;

  return g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT, &id, NULL) ? (gint64) id : 0;
}

int
namida_cli_schedule (NamidaCli *cli, int argc, char **argv)
{
  const char *verb;
  gint64 id = 0;

  if (!namida_cli_parse (cli, _ ("add --to DEVICE --every WHEN [DIR]… | list | remove ID | run [ID]"),
                         _ ("Makes backups automatically. “receive” and the window run schedules in the background.\n"
                            "A run that was missed is made up for when the device is back.\n"
                            "“run” runs one schedule now, or without an ID all that are due."),
                         entries, &argc, &argv))
    return NAMIDA_CLI_EXIT_USAGE;
  verb = argc > 1 ? argv[1] : NULL;
  if (g_strcmp0 (verb, "add") == 0)
    return schedule_add (cli, argc, argv);
  if (g_strcmp0 (verb, "list") == 0 && argc == 2)
    return schedule_list (cli);
  if (argc > 2 && (id = schedule_parse_id (argv[2])) == 0)
    return namida_cli_usage (_ ("“%s” is not the number of a schedule. “schedule list” shows all schedules."), argv[2]);
  if (g_strcmp0 (verb, "remove") == 0 && argc == 3)
    return schedule_remove (cli, id);
  if (g_strcmp0 (verb, "run") == 0 && argc <= 3)
    return namida_cli_schedule_run (cli, id);
  return namida_cli_usage (_ ("“schedule” takes add, list, remove ID or run [ID]."));
}
