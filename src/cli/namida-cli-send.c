/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-cli-arguments.h"
#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-cli-pin.h"
#include "namida-cli-progress.h"
#include "namida-cli-report.h"

#include <glib/gi18n-lib.h>
#include <sys/stat.h>

static char *to, *pin, *pin_file, *limit_text, *report;
static char **music;
static int wait_seconds;
static gboolean unencrypted, check;

static const GOptionEntry entries[] = {
  { "to", 0, 0, G_OPTION_ARG_STRING, &to, N_ ("The device: its name, address or fingerprint (or its first 8 digits)"),
    N_ ("NAME|ADDRESS[:PORT]|FINGERPRINT") },
  { "pin", 0, 0, G_OPTION_ARG_STRING, &pin, N_ ("The PIN that the device asks for"), N_ ("PIN") },
  { "pin-file", 0, 0, G_OPTION_ARG_FILENAME, &pin_file,
    N_ ("Read the PIN from the first line of a file [default: NAMIDA_SYNC_PIN of the environment]"), N_ ("FILE") },
  { "music", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &music, N_ ("A music folder; may be given several times"), N_ ("DIR") },
  { "unencrypted", 0, 0, G_OPTION_ARG_NONE, &unencrypted,
    N_ ("Also to a device that cannot encrypt: anyone on this network could read or change what is sent"), NULL },
  { "check", 0, 0, G_OPTION_ARG_NONE, &check, N_ ("Read every file again, and do not go by what is remembered of it"),
    NULL },
  { "limit", 0, 0, G_OPTION_ARG_STRING, &limit_text, N_ ("At most this fast, for example 5MB/s"), N_ ("SPEED") },
  { "wait", 0, 0, G_OPTION_ARG_INT, &wait_seconds,
    N_ ("Once accepted, wait so long for a device that is away or has no room, and go on when it can"),
    N_ ("SECONDS") },
  { "report", 0, 0, G_OPTION_ARG_FILENAME, &report, N_ ("Write what became of each file into FILE, as JSON"),
    N_ ("FILE") },
  { NULL },
};

static gboolean
add_file (GListStore *files, const char *path, gboolean must_be_folder)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);
  g_autofree char *shown = g_filename_display_name (path);
  struct stat st;

  if (stat (path, &st) != 0)
    {
      namida_cli_usage (_ ("“%s” does not exist, or may not be read."), shown);
      return FALSE;
    }
  if (must_be_folder && !S_ISDIR (st.st_mode))
    {
      namida_cli_usage (_ ("“%s” is no folder: --music takes a music folder."), shown);
      return FALSE;
    }
  g_list_store_append (files, file);
  return TRUE;
}

static gboolean
add_files (GListStore *files, int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (!add_file (files, argv[i], FALSE))
      return FALSE;
  for (guint i = 0; music != NULL && music[i] != NULL; i++)
    if (!add_file (files, music[i], TRUE))
      return FALSE;
  if (g_list_model_get_n_items (G_LIST_MODEL (files)) == 0)
    {
      namida_cli_usage (_ ("Say what to send: a backup, files, or music folders."));
      return FALSE;
    }
  return TRUE;
}

static int
exit_code (NamidaTransfer *transfer)
{
  const GError *error = namida_transfer_get_error (transfer);

  /* It ended before there was a backup: the scan did not take an argument. */
  if (namida_transfer_get_backup (transfer) == NULL
      && (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND)
          || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST)))
    return NAMIDA_CLI_EXIT_USAGE;
  return (int) namida_cli_exit_from_transfer (transfer);
}

static void
on_ended (NamidaTransfer *transfer, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static int
send_to (NamidaCli *cli, NamidaHub *hub, NamidaPeer *peer, GListModel *files)
{
  NamidaTransfer *transfer = namida_hub_send (hub, peer, files, pin);
  gboolean over = FALSE;
  int code;
  gulong stop = g_signal_connect_object (cli->cancellable, "cancelled", G_CALLBACK (namida_transfer_cancel_keeping),
                                         transfer, G_CONNECT_SWAPPED);

  if (unencrypted)
    namida_hub_allow_unencrypted (hub, transfer);
  if (check)
    namida_hub_read_everything (hub, transfer);
  namida_cli_progress_watch (cli, transfer, on_ended, &over);
  if (g_cancellable_is_cancelled (cli->cancellable))
    namida_transfer_cancel_keeping (transfer);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (cli->cancellable, stop);
  code = exit_code (transfer);
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

int
namida_cli_send (NamidaCli *cli, int argc, char **argv)
{
  NamidaHubOptions options = { .send_only = TRUE, .may_forget = TRUE };
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (NamidaHub) hub = NULL;
  g_autoptr (NamidaPeer) peer = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *secret = NULL;
  int code;

  if (!namida_cli_parse (
          cli, _ ("[ZIP|FILE|DIR]…"),
          _ ("Sends backups, single files and music folders to a device. What is already there is not sent again, "
             "and an\ninterrupted sending goes on where it stopped. A folder is sent as a music folder of its name."),
          entries, &argc, &argv))
    return NAMIDA_CLI_EXIT_USAGE;
  if (to == NULL)
    return namida_cli_usage (_ ("Say to which device: --to NAME. “namida-sync-cli devices” lists them."));
  if (limit_text != NULL && !namida_cli_parse_limit (limit_text, &options.limit))
    return namida_cli_usage (_ ("--limit is a speed, for example 5MB/s, not “%s”."), limit_text);
  if (wait_seconds < 0)
    return namida_cli_usage (_ ("--wait is a number of seconds, not %d."), wait_seconds);
  if (report != NULL && !namida_cli_report_check (report))
    return NAMIDA_CLI_EXIT_USAGE;
  if (!namida_cli_read_pin (pin, pin_file, &secret, &error))
    return namida_cli_fail (cli, error);
  pin = secret;
  options.patience_seconds = (guint) wait_seconds;
  if (!add_files (files, argc, argv))
    return NAMIDA_CLI_EXIT_USAGE;
  hub = namida_cli_start_hub (cli, &options, &error);
  if (hub == NULL)
    return namida_cli_fail (cli, error);
  peer = namida_cli_resolve (cli, hub, to, &error);
  code = peer != NULL && namida_hub_check_recipient (hub, peer, to, &error)
             ? send_to (cli, hub, peer, G_LIST_MODEL (files))
             : namida_cli_fail (cli, error);
  namida_cli_stop_hub (hub);
  return code;
}
