/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The “history” command: lists the transfers, removals and repairs of the past from the database. No network is used.
 * Main thread. */
#include "config.h"

#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-format.h"
#include "namida-journal.h"
#include "namida-transfer-end.h"

#include <glib/gi18n-lib.h>

static int most;

static const GOptionEntry entries[] = {
  { "most", 0, 0, G_OPTION_ARG_INT, &most, N_ ("How many, newest first (default: 50)"), N_ ("N") },
  { NULL },
};

/* The names of a row's state: for scripts, as in the "end" event of the transfer, and for people. */
static const struct
{
  const char *state, *name, *words;
} history_states[] = {
  { "open", "running", N_ ("in progress") },     { "parked", "interrupted", N_ ("interrupted, can be resumed") },
  { "finished", "done", N_ ("done") },           { "incomplete", "incomplete", N_ ("incomplete") },
  { "cancelled", "cancelled", N_ ("canceled") }, { "failed", "failed", N_ ("failed") },
  { "declined", "declined", N_ ("declined") },
};

/* @state: a state of the journal */
static const char *
history_state_name (const char *state)
{
  for (guint i = 0; i < G_N_ELEMENTS (history_states); i++)
    if (g_strcmp0 (state, history_states[i].state) == 0)
      return history_states[i].name;
  return state;
}

static const char *
history_state_words (const char *state)
{
  for (guint i = 0; i < G_N_ELEMENTS (history_states); i++)
    if (g_strcmp0 (state, history_states[i].state) == 0)
      return _ (history_states[i].words);
  return state;
}

static void
history_emit_row (const NamidaJournalSession *row)
{
  JsonBuilder *builder = namida_cli_object ();

  namida_json_build_string (builder, "id", row->id);
  namida_json_build_string (builder, "direction", row->direction);
  namida_json_build_string (builder, "alias", row->alias);
  namida_json_build_string (builder, "fingerprint", row->fingerprint);
  namida_json_build_string (builder, "title", row->title);
  namida_json_build_string (builder, "state", history_state_name (row->state));
  namida_json_build_string (builder, "folder", row->destination);
  namida_json_build_int (builder, "started", (guint64) (row->started_at / 1000));
  namida_json_build_int (builder, "updated", (guint64) (row->updated_at / 1000));
  namida_json_build_int (builder, "files", row->total_files);
  namida_json_build_int (builder, "stored", row->stored_files);
  namida_json_build_int (builder, "kept", row->kept_files);
  namida_json_build_int (builder, "failed", row->failed_files);
  namida_json_build_int (builder, "bytes", row->total_bytes);
  namida_json_build_int (builder, "leftOut", row->left_out);
  namida_json_build_int (builder, "healed", row->healed_files);
  namida_json_build_int (builder, "skipped", row->skipped);
  namida_json_build_boolean (builder, "unproven", row->unproven != NAMIDA_UNPROVEN_NOT);
  namida_json_build_string (builder, "message", row->error);
  namida_json_build_string (builder, "advice", row->advice);
  namida_cli_emit (builder);
}

static void
history_print_row (const NamidaJournalSession *row)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (row->started_at / G_USEC_PER_SEC);
  g_autofree char *when = time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M") : g_strdup ("-");
  g_autofree char *size = namida_format_size (row->total_bytes);
  g_autofree char *healed = NULL;
  g_autofree char *skipped = namida_skipped_dup_words (row->skipped);
  gboolean repaired_there = g_strcmp0 (row->direction, NAMIDA_JOURNAL_REPAIRED_THERE) == 0;
  gboolean sent = g_strcmp0 (row->direction, "send") == 0 || repaired_there;

  healed = namida_healed_dup_words (sent ? NAMIDA_DIRECTION_SEND : NAMIDA_DIRECTION_RECEIVE, row->alias,
                                    row->healed_files, row->healed_versions);
  if (repaired_there || g_strcmp0 (row->direction, NAMIDA_JOURNAL_REPAIRED) == 0)
    {
      namida_cli_print ("%s  %s", when, healed != NULL ? healed : "");
      return;
    }
  if (g_strcmp0 (row->direction, NAMIDA_JOURNAL_TRASHED) == 0)
    {
      namida_cli_print (_ ("%s  moved to the trash, for 30 days: %s of %s (%s)"), when, row->title, row->alias, size);
      return;
    }
  namida_cli_print (sent ? _ ("%s  sent to %s: %s (%s): %s") : _ ("%s  received from %s: %s (%s): %s"), when,
                    row->alias, row->title, size,
                    row->unproven && g_strcmp0 (row->state, "finished") == 0 ? _ ("done, not verified")
                                                                             : history_state_words (row->state));
  if (row->error != NULL)
    namida_cli_print ("                  %s", row->error);
  if (healed != NULL)
    namida_cli_print ("                  %s", healed);
  if (row->advice != NULL)
    namida_cli_print ("                  %s", row->advice);
  if (skipped != NULL)
    namida_cli_print ("                  %s", skipped);
}

int
namida_cli_history (NamidaCli *cli, int argc, char **argv)
{
  g_autoptr (NamidaDatabase) database = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) error = NULL;

  most = 50;
  if (!namida_cli_parse (cli, NULL, _ ("Show past transfers, newest first."), entries, &argc, &argv))
    return NAMIDA_CLI_EXIT_USAGE;
  if (argc > 1)
    return namida_cli_usage (_ ("Unexpected argument “%s”."), argv[1]);
  if (most < 1)
    return namida_cli_usage (_ ("--most is a number from 1 on."));
  database = namida_cli_open_database_to_read (cli, &error);
  if (database != NULL)
    rows = namida_journal_list (database, (guint) most, &error);
  if (rows == NULL)
    return namida_cli_fail (cli, error);
  for (guint i = 0; i < rows->len; i++)
    {
      if (cli->json)
        history_emit_row (rows->pdata[i]);
      else
        history_print_row (rows->pdata[i]);
    }
  if (rows->len == 0)
    namida_cli_say (cli, _ ("Nothing was sent or received yet."));
  return NAMIDA_CLI_EXIT_DONE;
}
