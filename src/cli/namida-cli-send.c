/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The “send” command: parses its options, finds the device, and sends files or a text message. Main thread. */
#include "config.h"

#include "namida-cli-arguments.h"
#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-cli-pin.h"
#include "namida-cli-progress.h"
#include "namida-cli-report.h"
#include "namida-cli-send-music.h"
#include "namida-cli-send-files.h"
#include "namida-cli-send-preview.h"
#include "namida-cli-send-text.h"
#include "namida-cli-sent-before.h"

#include "namida-clock.h"

#include <glib/gi18n-lib.h>

static char *to, *pin, *pin_file, *limit_text, *report, *text;
static NamidaCliSendNames names;
#define WAIT_UNSET G_MININT
/* Used without --wait. */
#define WAIT_SECONDS 300
#define RESOLVE_AGAIN_MS 1000

static int wait_seconds = WAIT_UNSET;
static gboolean unencrypted, check, dry_run, rename_odd, leave_out, keep_names;
static NamidaCliSentBefore sent_before;

static const GOptionEntry entries[] = {
  { "to", 0, 0, G_OPTION_ARG_STRING, &to, N_ ("Device to send to: name, address or fingerprint"),
    N_ ("NAME|ADDRESS[:PORT]|FINGERPRINT") },
  { "pin", 0, 0, G_OPTION_ARG_STRING, &pin, N_ ("The PIN that the device asks for"), N_ ("PIN") },
  { "pin-file", 0, 0, G_OPTION_ARG_FILENAME, &pin_file,
    N_ ("Read the PIN from the first line of a file [default: NAMIDA_SYNC_PIN of the environment]"), N_ ("FILE") },
  { "music", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &names.music, N_ ("Music folder to send; can be given more than once"),
    N_ ("DIR") },
  { "exclude", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &names.exclude,
    N_ ("Skip files and folders that match, for example “*.wav” or “Rips/drafts/”; can be given more than once"),
    N_ ("PATTERN") },
  { "exclude-from", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &names.exclude_from,
    N_ ("Skip what matches the patterns in FILE, one per line; “-” reads them from standard input"), N_ ("FILE|-") },
  { "files-from", 0, 0, G_OPTION_ARG_FILENAME, &names.files_from,
    N_ ("Send only the files and folders that FILE names, one per line; “-” reads them from standard input"),
    N_ ("FILE|-") },
  { "unencrypted", 0, 0, G_OPTION_ARG_NONE, &unencrypted,
    N_ ("Allow a device that does not support encryption; anyone on this network could read or change the data"),
    NULL },
  { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &dry_run,
    N_ ("Only show what would be sent, by what the device says that it has; --verbose names the files"), NULL },
  { "check", 0, 0, G_OPTION_ARG_NONE, &check, N_ ("Read every file again, and do not go by what is remembered of it"),
    NULL },
  { "text", 0, 0, G_OPTION_ARG_STRING, &text,
    N_ ("Send a message instead of files, to LocalSend or to another Namida Sync"), N_ ("TEXT") },
  { "again", 0, 0, G_OPTION_ARG_NONE, &sent_before.again,
    N_ ("To LocalSend: send files again that were sent to the device before, without asking"), NULL },
  { "skip-sent", 0, 0, G_OPTION_ARG_NONE, &sent_before.skip,
    N_ ("To LocalSend: leave out files that were sent to the device before"), NULL },
  { "rename", 0, 0, G_OPTION_ARG_NONE, &rename_odd,
    N_ ("To a phone: send files whose names Android refuses under other names, and change the backup to match"), NULL },
  { "leave-out", 0, 0, G_OPTION_ARG_NONE, &leave_out, N_ ("To a phone: leave out files whose names Android refuses"),
    NULL },
  { "keep-names", 0, 0, G_OPTION_ARG_NONE, &keep_names,
    N_ ("To the phone app on a computer: send all names as they are"), NULL },
  { "limit", 0, 0, G_OPTION_ARG_STRING, &limit_text, N_ ("Limit the speed, for example 5MB/s"), N_ ("SPEED") },
  { "wait", 0, 0, G_OPTION_ARG_INT, &wait_seconds,
    N_ ("Wait up to SECONDS for a device that is offline, busy or full; 0: do not wait [default: 300, but only for an "
        "accepted transfer or a busy device]"),
    N_ ("SECONDS") },
  { "report", 0, 0, G_OPTION_ARG_FILENAME, &report, N_ ("Write the result for each file to FILE, as JSON"),
    N_ ("FILE") },
  { NULL },
};

static int
send_exit_code (NamidaTransfer *transfer)
{
  const GError *error = namida_transfer_get_error (transfer);

  /* The transfer ended before there was a backup, because the scan refused an argument. */
  if (namida_transfer_get_backup (transfer) == NULL
      && (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND)
          || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST)))
    return NAMIDA_CLI_EXIT_USAGE;
  return (int) namida_cli_exit_from_transfer (transfer);
}

static void
send_on_ended (NamidaTransfer *transfer, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static int
send_to (NamidaCli *cli, NamidaHub *hub, NamidaPeer *peer, GListModel *files, NamidaScanFilter *filter)
{
  NamidaTransfer *transfer;
  NamidaSentBeforePolicy policy;
  g_autoptr (GError) failure = NULL;
  gboolean over = FALSE;
  int code;
  g_autofree char *address = namida_peer_dup_address_text (peer);
  gulong stop;

  if (!namida_cli_sent_before_choose (cli, hub, peer, files, filter, &sent_before, &policy, &failure))
    return namida_cli_fail (cli, failure);
  transfer = namida_outbox_send (namida_hub_get_outbox (hub), peer, files, filter, pin);
  namida_sending_set_sent_before (transfer, policy);
  stop = g_signal_connect_object (cli->cancellable, "cancelled", G_CALLBACK (namida_transfer_cancel_keeping), transfer,
                                  G_CONNECT_SWAPPED);
  if (cli->verbose && address != NULL)
    namida_cli_say (cli, _ ("Found “%s” at %s."), namida_peer_get_alias (peer), address);
  if (unencrypted)
    namida_sending_allow_unencrypted (transfer);
  namida_sending_set_phone_names (transfer, rename_odd   ? NAMIDA_PHONE_NAMES_RENAME
                                            : leave_out  ? NAMIDA_PHONE_NAMES_LEAVE_OUT
                                            : keep_names ? NAMIDA_PHONE_NAMES_KEEP
                                                         : NAMIDA_PHONE_NAMES_ASK);
  if (check)
    namida_sending_read_everything (transfer);
  namida_cli_progress_watch (cli, transfer, send_on_ended, &over);
  if (g_cancellable_is_cancelled (cli->cancellable))
    namida_transfer_cancel_keeping (transfer);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (cli->cancellable, stop);
  code = send_exit_code (transfer);
  if (report != NULL)
    {
      g_autoptr (GError) error = NULL;

      if (!namida_cli_report_write (report, transfer, &error))
        {
          namida_cli_complain (_ ("The report could not be written: %s"), error->message);
          code = code == NAMIDA_CLI_EXIT_DONE ? NAMIDA_CLI_EXIT_FAILED : code;
        }
    }
  return code;
}

/* Waits for the device. The hub waits for names; an address is asked repeatedly. */
static NamidaPeer *
send_wait_for_device (NamidaCli *cli, NamidaHub *hub, GError **error)
{
  gint64 until = namida_clock_monotonic () + (gint64) wait_seconds * G_USEC_PER_SEC;
  gboolean told = FALSE;

  while (TRUE)
    {
      g_autoptr (GError) local = NULL;
      NamidaPeer *peer = namida_cli_resolve (cli, hub, to, &local);

      if (peer != NULL)
        return peer;
      if (!g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE)
          || namida_peer_list_match (NAMIDA_PEER_LIST (namida_hub_get_peers (hub)), to, NULL) == NAMIDA_MATCH_SEVERAL
          || namida_clock_monotonic () + RESOLVE_AGAIN_MS * 1000 >= until)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
      if (!told && cli->json)
        {
          JsonBuilder *builder = namida_cli_event ("waiting");

          namida_json_build_string (builder, "message", local->message);
          namida_cli_emit (builder);
        }
      else if (!told)
        namida_cli_say (cli, _ ("Waiting for “%s”…"), to);
      told = TRUE;
      if (!namida_cli_wait_ms (cli, RESOLVE_AGAIN_MS))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
    }
}

/* @limit: (out): of --limit. Returns: an exit code; NAMIDA_CLI_EXIT_DONE: the options make sense. */
static int
send_check_options (int argc, guint64 *limit)
{
  if (text != NULL && (argc > 1 || names.music != NULL || names.files_from != NULL || dry_run || report != NULL))
    return namida_cli_usage (_ ("--text sends a message and no files."));
  if (text != NULL && *text == '\0')
    return namida_cli_usage (_ ("--text needs a message."));
  if (rename_odd + leave_out + keep_names > 1)
    return namida_cli_usage (_ ("--rename, --leave-out and --keep-names cannot be used together."));
  if (sent_before.again && sent_before.skip)
    return namida_cli_usage (_ ("--again and --skip-sent cannot be used together."));
  if (sent_before.skip && check)
    return namida_cli_usage (
        _ ("--check and --skip-sent cannot be used together: --skip-sent goes by what is remembered."));
  if (pin != NULL && pin_file != NULL)
    return namida_cli_usage (_ ("--pin and --pin-file cannot be used together."));
  if (to == NULL)
    return namida_cli_usage (_ ("Say to which device: --to NAME. “namida-sync-cli devices” lists them."));
  if (!namida_cli_check_place (to))
    return NAMIDA_CLI_EXIT_USAGE;
  if (limit_text != NULL && !namida_cli_parse_limit (limit_text, limit))
    return namida_cli_usage (_ ("--limit is a speed, for example 5MB/s, not “%s”."), limit_text);
  if (wait_seconds < 0 && wait_seconds != WAIT_UNSET)
    return namida_cli_usage (_ ("--wait is a number of seconds, not %d."), wait_seconds);
  if (report != NULL && !namida_cli_report_check (report))
    return NAMIDA_CLI_EXIT_USAGE;
  return NAMIDA_CLI_EXIT_DONE;
}

int
namida_cli_send (NamidaCli *cli, int argc, char **argv)
{
  NamidaHubOptions options = { .send_only = TRUE, .may_forget = TRUE };
  g_autoptr (GListModel) files = NULL;
  g_autoptr (NamidaScanFilter) filter = NULL;
  g_autoptr (NamidaHub) hub = NULL;
  g_autoptr (NamidaPeer) peer = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *secret = NULL;
  int code;

  if (!namida_cli_parse (
          cli, _ ("[ZIP|FILE|DIR]…"),
          _ ("Send backups, files and music folders to a device. Interrupted transfers are resumed and existing files "
             "are\n"
             "skipped, except with LocalSend and the phone app. A folder arrives as a music folder of the same name."),
          entries, &argc, &argv))
    return NAMIDA_CLI_EXIT_USAGE;
  code = send_check_options (argc, &options.limit);
  if (code != NAMIDA_CLI_EXIT_DONE)
    return code;
  if (!namida_cli_read_pin (pin, pin_file, &secret, &error))
    return namida_cli_fail (cli, error);
  pin = secret;
  options.patience_seconds = wait_seconds >= 0 ? (guint) wait_seconds : WAIT_SECONDS;
  options.wait_for_device = wait_seconds > 0;
  if (text == NULL)
    {
      files = namida_cli_send_files (&names, argc - 1, argv + 1, &filter);
      if (files == NULL)
        return NAMIDA_CLI_EXIT_USAGE;
      namida_cli_send_check_music (cli, files);
    }
  hub = namida_cli_start_hub (cli, &options, &error);
  if (hub == NULL)
    return namida_cli_fail (cli, error);
  if (cli->verbose)
    namida_cli_say (cli, _ ("Looking for “%s”…"), to);
  peer = wait_seconds > 0 ? send_wait_for_device (cli, hub, &error) : namida_cli_resolve (cli, hub, to, &error);
  if (peer == NULL || !namida_hub_check_recipient (hub, peer, to, &error))
    code = namida_cli_fail (cli, error);
  else if (text != NULL)
    code = namida_cli_send_text (cli, hub, peer, text, pin, unencrypted);
  else if (dry_run)
    code = namida_cli_send_preview (cli, hub, peer, files, filter);
  else
    code = send_to (cli, hub, peer, files, filter);
  namida_cli_stop_hub (hub);
  return code;
}
