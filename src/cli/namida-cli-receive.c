/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The “receive” command: listens, asks about offers or accepts them by policy, and reports transfers, messages,
 * retention and repairs. Runs until it is stopped, also as a service. Main thread. */
#include "config.h"

#include "namida-cli-arguments.h"
#include "namida-cli-ask.h"
#include "namida-cli-config.h"
#include "namida-cli-exit.h"
#include "namida-cli-folder.h"
#include "namida-cli-inspect.h"
#include "namida-cli-output.h"
#include "namida-cli-pin.h"
#include "namida-cli-progress.h"
#include "namida-cli-service.h"
#include "namida-folder-check.h"
#include "namida-format.h"
#include "namida-hub-inspect.h"
#include "namida-hub-schedules.h"
#include "namida-limits.h"
#include "namida-transfer-end.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

#define KEEP_ALL G_MAXINT /* larger than any number that a user gives */
#define VERIFY_DAYS 90
#define LINGER_MS 300 /* lets the last answer leave this device before the program ends */

static char *backups, *music, *landing_text, *accept_text, *pin, *pin_file, *limit_text, *unencrypted_text,
    *reserve_text, *config;
static gboolean once, no_localsend, hidden;
static int keep = KEEP_ALL;
static gboolean keep_monthly;
static int verify_every = VERIFY_DAYS;
static int reread_after = NAMIDA_LIMIT_REREAD_DAYS;

static const GOptionEntry entries[] = {
  { "config", 0, 0, G_OPTION_ARG_FILENAME, &config,
    N_ ("Read options from a file: a line OPTION=VALUE for each, below [receive] [default: "
        "~/.config/namida-sync/receive.conf, if it exists]"),
    N_ ("FILE") },
  { "keep", 0, 0, G_OPTION_ARG_INT, &keep,
    N_ ("Move all but the newest N versions from each device to the trash, except pinned ones (default: keep all)"),
    N_ ("N") },
  { "keep-monthly", 0, 0, G_OPTION_ARG_NONE, &keep_monthly,
    N_ ("With --keep: also keep the newest version of each earlier month"), NULL },
  { "verify-every", 0, 0, G_OPTION_ARG_INT, &verify_every,
    N_ ("Read files of backups again that nobody has read for so many days, in the background; 0: never "
        "(default: 90)"),
    N_ ("DAYS") },
  { "reread-after", 0, 0, G_OPTION_ARG_INT, &reread_after,
    N_ ("Read a file again before a new version shares it when nobody has read it for so many days; 0: never "
        "(default: 30)"),
    N_ ("DAYS") },
  { "backups", 0, 0, G_OPTION_ARG_FILENAME, &backups, N_ ("Where backups go (default: ~/Namida/Backups)"), N_ ("DIR") },
  { "music", 0, 0, G_OPTION_ARG_FILENAME, &music,
    N_ ("Where music goes with --as library (default: your music folder)"), N_ ("DIR") },
  { "as", 0, 0, G_OPTION_ARG_STRING, &landing_text,
    N_ ("library: files in your folders; backup: a dated version (default: library with a display, otherwise backup)"),
    "library|backup" },
  { "accept", 0, 0, G_OPTION_ARG_STRING, &accept_text,
    N_ ("Ask about each transfer, accept trusted devices only, or accept all (default: ask on a terminal, otherwise "
        "trusted)"),
    "ask|trusted|all" },
  { "unencrypted", 0, 0, G_OPTION_ARG_STRING, &unencrypted_text,
    N_ ("What devices without encryption offer: ask each time, never take it, or as --accept says (default: ask where "
        "offers are asked about, else never)"),
    "ask|never|allow" },
  { "no-localsend", 0, 0, G_OPTION_ARG_NONE, &no_localsend, N_ ("Hide from LocalSend and accept nothing from it"),
    NULL },
  { "hidden", 0, 0, G_OPTION_ARG_NONE, &hidden, N_ ("Let only trusted devices find this one"), NULL },
  { "pin", 0, 0, G_OPTION_ARG_STRING, &pin,
    N_ ("Require this PIN from senders; other users of this computer can see it"), N_ ("PIN") },
  { "pin-file", 0, 0, G_OPTION_ARG_FILENAME, &pin_file,
    N_ ("Read the PIN from the first line of a file [default: NAMIDA_SYNC_PIN of the environment]"), N_ ("FILE") },
  { "reserve", 0, 0, G_OPTION_ARG_STRING, &reserve_text,
    N_ ("Keep at least SIZE free on the disk, for example 1GB (default: 64 MB)"), N_ ("SIZE") },
  { "once", 0, 0, G_OPTION_ARG_NONE, &once, N_ ("End after the first transfer, with its exit code"), NULL },
  { "limit", 0, 0, G_OPTION_ARG_STRING, &limit_text, N_ ("Limit the speed, for example 5MB/s"), N_ ("SPEED") },
  { NULL },
};

typedef struct
{
  NamidaCli *cli;
  NamidaHub *hub;
  gboolean over;
  guint looking; /* number of received backups that are being inspected */
  int code;
} Receiving;

static void
receive_on_doubted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Receiving *self = user_data;

  self->looking--;
  namida_versions_look_finish (NAMIDA_VERSIONS (source), result, NULL);
}

/* Reports what a received backup contains. */
static void
receive_on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Receiving *self = user_data;
  g_autoptr (NamidaInspection) inspection = namida_hub_inspect_arrived_finish (NAMIDA_HUB (source), result, NULL);

  self->looking--;
  if (inspection == NULL)
    return;
  namida_cli_report_arrived (self->cli, inspection);
  if (namida_inspection_is_restorable (inspection))
    return;
  /* The hub reports the date of the newest intact one. */
  self->looking++;
  namida_versions_look_async (namida_hub_get_versions (self->hub), self->cli->cancellable, receive_on_doubted, self);
}

static void
receive_on_ended (NamidaTransfer *transfer, gpointer user_data)
{
  Receiving *self = user_data;

  self->looking++;
  namida_hub_inspect_arrived_async (self->hub, transfer, self->cli->cancellable, receive_on_looked, self);
  if (!once || self->over)
    return;
  self->code = (int) namida_cli_exit_from_transfer (transfer);
  self->over = TRUE;
}

/* Resumes a transfer that was paused in an earlier run: starting this command means that the user wants to receive,
 * and there is no command to resume it. */
static void
receive_let_go_on (Receiving *self, NamidaTransfer *transfer)
{
  namida_cli_say (self->cli, _ ("“%s” from “%s” was paused here. It resumes when that device sends again."),
                  namida_transfer_get_title (transfer), namida_transfer_get_peer_alias (transfer));
  namida_hub_resume (self->hub, transfer);
}

static void
receive_on_transfers_changed (Receiving *self, guint position, guint removed, guint added, GListModel *transfers)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (transfers, i);

      if (namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_PAUSED)
        receive_let_go_on (self, transfer);
      else
        namida_cli_progress_watch (self->cli, transfer, receive_on_ended, self);
    }
}

/* Text messages from LocalSend, which are not stored. */
static void
receive_on_messages_changed (Receiving *self, guint position, guint removed, guint added, GListModel *messages)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (NamidaMessage) message = g_list_model_get_item (messages, i);

      if (self->cli->json)
        {
          JsonBuilder *builder = namida_cli_event ("message");

          namida_json_build_string (builder, "alias", namida_message_get_alias (message));
          namida_json_build_string (builder, "fingerprint", namida_message_get_fingerprint (message));
          namida_json_build_boolean (builder, "encrypted", namida_message_get_encrypted (message));
          namida_json_build_string (builder, "text", namida_message_get_text (message));
          namida_cli_emit (builder);
        }
      else
        namida_cli_say (self->cli, _ ("Message from “%s”: %s"), namida_message_get_alias (message),
                        namida_message_get_text (message));
    }
}

static int
receive_read_unencrypted (NamidaHubOptions *options, gboolean can_ask)
{
  gboolean asks = options->accept == NAMIDA_ACCEPT_ASK || isatty (STDIN_FILENO);

  options->unencrypted = asks ? NAMIDA_UNENCRYPTED_ASK : NAMIDA_UNENCRYPTED_NEVER;
  if (g_strcmp0 (unencrypted_text, "ask") == 0)
    options->unencrypted = NAMIDA_UNENCRYPTED_ASK;
  else if (g_strcmp0 (unencrypted_text, "never") == 0)
    options->unencrypted = NAMIDA_UNENCRYPTED_NEVER;
  else if (g_strcmp0 (unencrypted_text, "allow") == 0)
    options->unencrypted = NAMIDA_UNENCRYPTED_ALLOW;
  else if (unencrypted_text != NULL)
    return namida_cli_usage (_ ("--unencrypted is ask, never or allow, not “%s”."), unencrypted_text);
  if (options->unencrypted == NAMIDA_UNENCRYPTED_ASK && !can_ask)
    return namida_cli_usage (_ ("--unencrypted ask needs a terminal, or --json and answers on the standard input."));
  return 0;
}

/* Returns: 0, or the exit code after an error message. */
static int
receive_read_options (NamidaCli *cli, NamidaHubOptions *options)
{
  gboolean can_ask = cli->json || isatty (STDIN_FILENO);

  options->landing = namida_cli_has_display () ? NAMIDA_LANDING_LIBRARY : NAMIDA_LANDING_BACKUP;
  if (g_strcmp0 (landing_text, "library") == 0)
    options->landing = NAMIDA_LANDING_LIBRARY;
  else if (g_strcmp0 (landing_text, "backup") == 0)
    options->landing = NAMIDA_LANDING_BACKUP;
  else if (landing_text != NULL)
    return namida_cli_usage (_ ("--as is library or backup, not “%s”."), landing_text);

  options->accept = isatty (STDIN_FILENO) ? NAMIDA_ACCEPT_ASK : NAMIDA_ACCEPT_TRUSTED;
  if (g_strcmp0 (accept_text, "ask") == 0)
    options->accept = NAMIDA_ACCEPT_ASK;
  else if (g_strcmp0 (accept_text, "trusted") == 0)
    options->accept = NAMIDA_ACCEPT_TRUSTED;
  else if (g_strcmp0 (accept_text, "all") == 0)
    options->accept = NAMIDA_ACCEPT_ALL;
  else if (accept_text != NULL)
    return namida_cli_usage (_ ("--accept is ask, trusted or all, not “%s”."), accept_text);
  if (options->accept == NAMIDA_ACCEPT_ASK && !can_ask)
    return namida_cli_usage (_ ("--accept ask needs a terminal, or --json and answers on the standard input."));
  if (keep < 1)
    return namida_cli_usage (_ ("--keep is a number of versions, from 1 on, not %d."), keep);
  if (keep_monthly && keep == KEEP_ALL)
    return namida_cli_usage (_ ("--keep-monthly needs --keep N."));
  if (verify_every < 0)
    return namida_cli_usage (_ ("--verify-every is a number of days, or 0 for never, not %d."), verify_every);
  if (reread_after < 0)
    return namida_cli_usage (_ ("--reread-after is a number of days, or 0 for never, not %d."), reread_after);
  if (limit_text != NULL && !namida_cli_parse_limit (limit_text, &options->limit))
    return namida_cli_usage (_ ("--limit is a speed, for example 5MB/s, not “%s”."), limit_text);
  if (reserve_text != NULL && !namida_cli_parse_size (reserve_text, &options->reserve))
    return namida_cli_usage (_ ("--reserve is a size, for example 1GB, not “%s”."), reserve_text);
  return receive_read_unencrypted (options, can_ask);
}

static void
receive_report_listening (NamidaCli *cli, NamidaHub *hub, const NamidaHubOptions *options)
{
  NamidaIdentity *identity = namida_hub_get_identity (hub);
  NamidaStore *store = namida_hub_get_store (hub);
  g_autofree char *address = namida_hub_dup_address (hub);

  if (cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("listening");

      namida_json_build_string (builder, "alias", namida_identity_get_alias (identity));
      namida_json_build_string (builder, "address", address);
      namida_json_build_int (builder, "port", namida_hub_get_port (hub));
      namida_json_build_string (builder, "fingerprint", namida_identity_get_fingerprint (identity));
      namida_json_build_string (builder, "uuid", namida_identity_get_uuid (identity));
      namida_json_build_string (builder, "as", options->landing == NAMIDA_LANDING_LIBRARY ? "library" : "backup");
      namida_json_build_string (builder, "backups", namida_store_get_backups (store));
      namida_json_build_string (builder, "music", namida_store_get_music (store));
      namida_json_build_int (builder, "schema", NAMIDA_CLI_JSON_SCHEMA);
      namida_cli_emit (builder);
      return;
    }
  namida_cli_say (cli, _ ("Listening as “%s” on %s, port %u."), namida_identity_get_alias (identity),
                  address != NULL ? address : "*", (guint) namida_hub_get_port (hub));
  namida_cli_say (cli, _ ("Fingerprint: %s"), namida_identity_get_fingerprint (identity));
  if (options->landing == NAMIDA_LANDING_LIBRARY)
    namida_cli_say (cli, _ ("Backups go to %s, music to %s."), namida_store_get_backups (store),
                    namida_store_get_music (store));
  else
    namida_cli_say (cli, _ ("Backups are kept in %s."), namida_store_get_backups (store));
}

static void
receive_report_rest (Receiving *self)
{
  while (self->looking > 0)
    g_main_context_iteration (NULL, TRUE);
}

/* Checks the default folders, too: an error now is better than one when the first backup arrives. */
static gboolean
receive_check_folders (NamidaCli *cli, NamidaHub *hub, const NamidaHubOptions *options, GError **error)
{
  NamidaStore *store = namida_hub_get_store (hub);
  const char *chosen[] = { options->backups, options->music };
  const char *folders[] = { namida_store_get_backups (store), namida_store_get_music (store) };
  guint n = options->landing == NAMIDA_LANDING_LIBRARY ? 2 : 1;

  for (guint i = 0; i < n; i++)
    {
      gboolean elsewhere = namida_cli_folder_is_elsewhere (cli, folders[i]);

      if (elsewhere && chosen[i] == NULL) /* a chosen folder was checked before */
        namida_cli_report_elsewhere (folders[i]);
      if (!elsewhere && !namida_cli_check_folder (folders[i], chosen[i] != NULL, error))
        return FALSE;
    }
  return TRUE;
}

/* @removal: what was removed, or with @preview what the first received backup will cause */
static void
receive_report_removal (NamidaCli *cli, const NamidaRemoval *removal, gboolean preview)
{
  g_autofree char *size = namida_format_size (removal->bytes);

  if (cli->json)
    {
      JsonBuilder *builder = namida_cli_event (preview ? "would-remove" : "removed");

      namida_json_build_int (builder, "versions", removal->versions);
      namida_json_build_int (builder, "bytes", removal->bytes);
      namida_json_build_int (builder, "asked", removal->asked);
      namida_json_build_string (builder, "question", removal->question);
      namida_cli_emit (builder);
      return;
    }
  if (removal->versions > 0 && preview)
    namida_cli_say (cli,
                    ngettext ("The next backup moves %'u older version (%s) to the trash, for 30 days.",
                              "The next backup moves %'u older versions (%s) to the trash, for 30 days.",
                              removal->versions),
                    removal->versions, size);
  else if (removal->versions > 0)
    namida_cli_say (cli,
                    ngettext ("%'u older version (%s) was moved to the trash. It stays there for 30 days.",
                              "%'u older versions (%s) were moved to the trash. They stay there for 30 days.",
                              removal->versions),
                    removal->versions, size);
  if (removal->question != NULL)
    namida_cli_say (cli, "%s", removal->question);
}

/* Reports limitations of the folders' drives before the first backup is transferred. */
static void
receive_report_costs (NamidaCli *cli, NamidaHub *hub, NamidaLanding landing)
{
  g_auto (GStrv) costs = NULL;

  if (cli->json || namida_hub_get_store (hub) == NULL)
    return;
  costs = namida_store_dup_costs (namida_hub_get_store (hub), landing);
  for (guint i = 0; costs[i] != NULL; i++)
    namida_cli_say (cli, "%s", costs[i]);
}

static void
receive_on_removed (NamidaHub *hub, const NamidaRemoval *removal, NamidaCli *cli)
{
  receive_report_removal (cli, removal, FALSE);
}

static void
receive_on_healed (NamidaHub *hub, const NamidaHubHealed *healed, NamidaCli *cli)
{
  g_autofree char *words = namida_healed_dup_words (healed->direction, healed->alias, healed->files, healed->versions);
  JsonBuilder *builder;

  if (!cli->json)
    {
      namida_cli_say (cli, "%s", words);
      return;
    }
  builder = namida_cli_event ("healed");
  namida_json_build_string (builder, "direction", healed->direction == NAMIDA_DIRECTION_SEND ? "send" : "receive");
  namida_json_build_string (builder, "alias", healed->alias);
  namida_json_build_string (builder, "fingerprint", healed->fingerprint);
  namida_json_build_int (builder, "healed", healed->files);
  if (healed->versions > 0)
    namida_json_build_int (builder, "healedVersions", healed->versions);
  namida_json_build_string (builder, "message", words);
  namida_cli_emit (builder);
}

/* Reports what retention will remove before it happens, so that a user who chose too low a number can still stop. */
static void
receive_preview (NamidaCli *cli, NamidaHub *hub, NamidaRetention policy)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (NamidaRemoval) removal = NULL;
  g_autoptr (GError) error = NULL;

  if (policy.last == 0)
    return;
  namida_versions_apply_retention_async (namida_hub_get_versions (hub), policy, TRUE, cli->cancellable,
                                         namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  removal = namida_versions_apply_retention_finish (namida_hub_get_versions (hub), result, &error);
  if (removal == NULL)
    g_message ("%s", error->message);
  else if (removal->versions > 0 || removal->question != NULL)
    receive_report_removal (cli, removal, TRUE);
}

/* Reported once a day while it lasts, for the log of a service and for programs that read the events. */
static void
receive_on_stale (NamidaCli *cli, const char *sentence, gboolean first)
{
  if (cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("stale");

      namida_json_build_boolean (builder, "first", first);
      namida_json_build_string (builder, "message", sentence);
      namida_cli_emit (builder);
    }
  else
    namida_cli_complain ("%s", sentence);
}

static void
receive_on_shrunk (NamidaCli *cli, const char *sentence)
{
  if (cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("shrunk");

      namida_json_build_string (builder, "message", sentence);
      namida_cli_emit (builder);
    }
  else
    namida_cli_complain ("%s", sentence);
}

static int
receive (NamidaCli *cli, NamidaHub *hub, const NamidaHubOptions *options)
{
  Receiving self = { .cli = cli, .hub = hub };
  NamidaCliAsk *ask = NULL;
  gboolean offers = options->accept == NAMIDA_ACCEPT_ASK || options->unencrypted == NAMIDA_UNENCRYPTED_ASK;
  gulong id = g_signal_connect_swapped (namida_hub_get_transfers (hub), "items-changed",
                                        G_CALLBACK (receive_on_transfers_changed), &self);

  g_signal_connect_swapped (namida_hub_get_messages (hub), "items-changed", G_CALLBACK (receive_on_messages_changed),
                            &self);
  receive_report_listening (cli, hub, options);
  /* Ask about pairing with any --accept policy, as long as somebody can answer. */
  if (offers || cli->json || isatty (STDIN_FILENO))
    ask = namida_cli_ask_new (cli, hub, options->landing, offers);
  else
    namida_hub_set_may_pair (hub, FALSE);
  namida_cli_service_report ("READY=1");
  while (!self.over && !g_cancellable_is_cancelled (cli->cancellable))
    g_main_context_iteration (NULL, TRUE);
  namida_cli_service_report ("STOPPING=1");
  receive_report_rest (&self);
  if (self.over)
    namida_cli_wait_ms (cli, LINGER_MS);
  else if (once)
    self.code = NAMIDA_CLI_EXIT_FAILED; /* stopped before there was a transfer */
  g_clear_pointer (&ask, namida_cli_ask_free);
  namida_cli_stop_hub (hub);
  receive_report_rest (&self); /* stopping may have ended further transfers */
  g_signal_handler_disconnect (namida_hub_get_transfers (hub), id);
  g_signal_handlers_disconnect_by_data (namida_hub_get_messages (hub), &self);
  return self.code;
}

static char *
receive_absolute (const char *path)
{
  return path != NULL ? g_canonicalize_filename (path, NULL) : NULL;
}

static void
receive_connect (NamidaCli *cli, NamidaHub *hub)
{
  g_signal_connect_swapped (namida_hub_get_stale (hub), "stale", G_CALLBACK (receive_on_stale), cli);
  g_signal_connect_swapped (namida_hub_get_stale (hub), "shrunk", G_CALLBACK (receive_on_shrunk), cli);
  g_signal_connect (hub, "versions-removed", G_CALLBACK (receive_on_removed), cli);
  g_signal_connect (hub, "healed", G_CALLBACK (receive_on_healed), cli);
}

int
namida_cli_receive (NamidaCli *cli, int argc, char **argv)
{
  NamidaRetention policy;
  NamidaHubOptions options = { 0 };
  g_autoptr (NamidaHub) hub = NULL;
  g_autofree char *backups_path = NULL;
  g_autofree char *music_path = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *secret = NULL;
  g_autoptr (GPtrArray) arguments = NULL;
  gboolean library;
  int code;

  arguments = namida_cli_config_insert ("receive", entries, &argc, &argv);
  if (arguments == NULL)
    return NAMIDA_CLI_EXIT_USAGE;
  if (!namida_cli_parse (cli, NULL,
                         _ ("Receive backups from other devices. Stop with Ctrl+C.\n"
                            "With --json and --accept ask, write answers to standard input, one per line:\n"
                            "{\"accept\": ID}, {\"decline\": ID}, {\"pair\": true, \"digits\": DIGITS},\n"
                            "{\"accept\": ID, \"only\": [PATH…], \"except\": [PATH…], \"folder\": FOLDER},\n"
                            "{\"open-pairing\": true} when several pairings are expected."),
                         entries, &argc, &argv))
    return NAMIDA_CLI_EXIT_USAGE;
  if (argc > 1)
    return namida_cli_usage (_ ("Unexpected argument “%s”."), argv[1]);
  if ((code = receive_read_options (cli, &options)) != 0)
    return code;
  if (!namida_cli_read_pin (pin, pin_file, &secret, &error))
    return namida_cli_fail (cli, error);
  library = options.landing == NAMIDA_LANDING_LIBRARY;
  options.backups = backups_path = receive_absolute (backups);
  options.music = music_path = receive_absolute (music);
  if (music_path != NULL && namida_folder_is_home (music_path))
    return namida_cli_usage (_ ("The home folder cannot be the music folder. Choose a folder in it."));
  if (!namida_cli_make_folder (cli, backups_path, TRUE, &error)
      || !namida_cli_make_folder (cli, music_path, library, &error))
    return namida_cli_fail (cli, error);
  options.pin = secret;
  options.no_localsend = no_localsend;
  options.hidden = hidden;
  hub = namida_cli_start_hub (cli, &options, &error);
  if (hub == NULL)
    return namida_cli_fail (cli, error);
  namida_hub_set_chosen (hub, backups != NULL, music != NULL && library);
  if (!receive_check_folders (cli, hub, &options, &error))
    {
      namida_cli_stop_hub (hub);
      return namida_cli_fail (cli, error);
    }
  policy = (NamidaRetention){ .last = keep != KEEP_ALL ? (guint) keep : 0, .monthly = keep_monthly };
  namida_hub_set_retention (hub, policy);
  namida_hub_set_verify_days (hub, (guint) verify_every);
  namida_hub_set_reread_days (hub, (guint) reread_after);
  receive_preview (cli, hub, policy);
  receive_report_costs (cli, hub, NAMIDA_LANDING_BACKUP);
  if (library)
    receive_report_costs (cli, hub, NAMIDA_LANDING_LIBRARY);
  receive_connect (cli, hub);
  return receive (cli, hub, &options);
}
