/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The “link” command: shows an address and a QR code for the browser of a device that has no app. With --receive, the
 * browser uploads files, which are asked about and stored like those of any other device; otherwise it fetches the
 * files given here. The command ends with the transfer, when the link expires, or with Ctrl+C. Main thread. */

#include "config.h"

#include "namida-cli-ask.h"
#include "namida-cli-exit.h"
#include "namida-cli-folder.h"
#include "namida-cli-output.h"
#include "namida-cli-progress.h"
#include "namida-cli-terminal.h"
#include "namida-folder-check.h"
#include "namida-format.h"
#include "namida-hub-link.h"
#include "namida-limits.h"
#include "namida-qr.h"

#include <glib/gi18n-lib.h>
#include <langinfo.h>
#include <string.h>
#include <unistd.h>

#define LINGER_MS 1500 /* time for the page to ask for the result */

static gboolean receive_wanted, unencrypted;
static int minutes = NAMIDA_LIMIT_LINK_MINUTES_DEFAULT;
static char *backups, *music, *landing_text, *version;

static const GOptionEntry entries[] = {
  { "receive", 0, 0, G_OPTION_ARG_NONE, &receive_wanted, N_ ("Let a browser send files to this device"), NULL },
  { "minutes", 0, 0, G_OPTION_ARG_INT, &minutes,
    N_ ("How long the link is valid, and how long a transfer may be silent [default: 10]"), N_ ("N") },
  { "unencrypted", 0, 0, G_OPTION_ARG_NONE, &unencrypted,
    N_ ("Use plain HTTP: no warning in the browser, but anyone on this network could read or change what is sent"),
    NULL },
  { "backup", 0, 0, G_OPTION_ARG_STRING, &version, N_ ("Offer a version that “backups list” shows, instead of files"),
    N_ ("ID") },
  { "backups", 0, 0, G_OPTION_ARG_FILENAME, &backups, N_ ("With --receive: as for “receive”"), N_ ("DIR") },
  { "music", 0, 0, G_OPTION_ARG_FILENAME, &music, N_ ("With --receive: as for “receive”"), N_ ("DIR") },
  { "as", 0, 0, G_OPTION_ARG_STRING, &landing_text, N_ ("With --receive: as for “receive”"), "library|backup" },
  { NULL },
};

typedef struct
{
  NamidaCli *cli;
  NamidaHub *hub;
  NamidaLink *link;
  NamidaLinkState told; /* the state that was reported */
  gboolean over;
  guint fetched; /* complete downloads */
  int code;
} Linking;

/* ---- output ---- */

static void
link_show_code (const char *url)
{
  g_autoptr (NamidaQr) qr = namida_qr_new (url);
  gboolean utf8 = g_ascii_strcasecmp (nl_langinfo (CODESET), "UTF-8") == 0;
  /* Draw black on white, whatever the colors of the terminal are. */
  gboolean colored = utf8 && namida_cli_terminal_can_draw (STDOUT_FILENO);
  g_autofree char *text = qr != NULL ? namida_qr_dup_text (qr, !utf8) : NULL;
  g_auto (GStrv) lines = text != NULL ? g_strsplit (text, "\n", -1) : NULL;

  for (guint i = 0; lines != NULL && lines[i] != NULL && *lines[i] != '\0'; i++)
    namida_cli_print (colored ? "\033[97;40m%s\033[0m" : "%s", lines[i]);
}

static void
link_emit (Linking *self, char **urls)
{
  JsonBuilder *builder = namida_cli_event ("link");
  g_autofree char *digits = namida_link_dup_digits (self->link);

  namida_json_build_string (builder, "url", urls[0]);
  json_builder_set_member_name (builder, "urls");
  json_builder_begin_array (builder);
  for (guint i = 0; urls[i] != NULL; i++)
    json_builder_add_string_value (builder, urls[i]);
  json_builder_end_array (builder);
  namida_json_build_string (builder, "direction", receive_wanted ? "receive" : "send");
  namida_json_build_string (builder, "digits", digits);
  namida_json_build_int (builder, "minutes", namida_link_get_minutes (self->link));
  namida_json_build_boolean (builder, "encrypted", !unencrypted);
  namida_cli_emit (builder);
}

static void
link_report (Linking *self)
{
  g_auto (GStrv) urls = namida_hub_dup_link_urls (self->hub, self->link);
  g_autofree char *digits = namida_link_dup_digits (self->link);
  guint valid = namida_link_get_minutes (self->link);

  if (self->cli->json)
    {
      link_emit (self, urls);
      return;
    }
  if (urls[0] != NULL)
    link_show_code (urls[0]);
  namida_cli_print (
      ngettext ("Open this address in the browser of the other device. It is valid for %u minute and for one browser:",
                "Open this address in the browser of the other device. It is valid for %u minutes and for one browser:",
                valid),
      valid);
  for (guint i = 0; urls[i] != NULL; i++)
    namida_cli_print ("  %s", urls[i]);
  if (unencrypted)
    {
      namida_cli_print (_ ("Not encrypted. Anyone on this network could read or change the files."));
      return;
    }
  namida_cli_print (_ ("The browser will warn that the connection is not private, because this device made its "
                       "certificate itself."));
  /* Translators: %s is digits in groups: "1A2B 3C4D 5E6F 7081". */
  namida_cli_print (_ ("To be sure that it is this device, compare: the page shows %s, and so begins the SHA-256 "
                       "fingerprint of the certificate that the browser shows."),
                    digits);
}

static void
link_emit_state (Linking *self, const char *event)
{
  JsonBuilder *builder = namida_cli_event (event);

  namida_json_build_string (builder, "browser", namida_link_get_browser (self->link));
  namida_json_build_string (builder, "address", namida_link_get_browser_address (self->link));
  namida_cli_emit (builder);
}

static void
link_report_state (Linking *self, NamidaLinkState state)
{
  if (state == NAMIDA_LINK_OPENED && self->cli->json)
    link_emit_state (self, "link-opened");
  else if (state == NAMIDA_LINK_OPENED)
    namida_cli_say (self->cli, _ ("The link was opened by %s at %s."), namida_link_get_browser (self->link),
                    namida_link_get_browser_address (self->link));
  else if (state == NAMIDA_LINK_EXPIRED && self->cli->json)
    link_emit_state (self, "link-expired");
  else if (state == NAMIDA_LINK_EXPIRED)
    namida_cli_complain (_ ("The link has expired."));
}

/* ---- events ---- */

static void
cli_link_on_changed (Linking *self)
{
  NamidaLinkState state = namida_link_get_state (self->link);
  NamidaTransfer *transfer = namida_link_get_transfer (self->link);

  if (state != self->told)
    link_report_state (self, state);
  self->told = state;
  /* The page may offer other files while the link is valid. */
  if (transfer != NULL && namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_DECLINED)
    self->code = NAMIDA_CLI_EXIT_DECLINED;
  if (state != NAMIDA_LINK_EXPIRED || self->over)
    return;
  self->over = TRUE;
  if (!receive_wanted && self->fetched > 0)
    self->code = NAMIDA_CLI_EXIT_DONE;
}

static void
cli_link_on_refused (Linking *self, const char *address)
{
  if (self->cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("link-refused");

      namida_json_build_string (builder, "address", address);
      namida_cli_emit (builder);
      return;
    }
  namida_cli_complain (_ ("A second browser, at %s, tried to use the link and was refused."), address);
}

static void
cli_link_on_fetched (Linking *self, const char *name, guint64 bytes, gboolean whole)
{
  g_autofree char *shown = namida_format_alias (name);
  g_autofree char *size = namida_format_size (bytes);

  self->fetched += whole;
  if (self->cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("fetched");

      namida_json_build_string (builder, "name", name);
      namida_json_build_int (builder, "bytes", bytes);
      namida_json_build_boolean (builder, "whole", whole);
      namida_cli_emit (builder);
    }
  else if (whole)
    namida_cli_say (self->cli, _ ("“%s” was downloaded (%s)."), shown, size);
  else
    namida_cli_say (self->cli, _ ("“%s” was downloaded in part (%s)."), shown, size);
}

/* A transfer that was declined or canceled may be followed by another one, because the page can send again while the
 * link is valid. */
static void
cli_link_on_transfer_ended (NamidaTransfer *transfer, gpointer user_data)
{
  Linking *self = user_data;

  if (self->over)
    return;
  self->code = (int) namida_cli_exit_from_transfer (transfer);
  self->over = TRUE;
}

static void
cli_link_on_transfers_changed (Linking *self, guint position, guint removed, guint added, GListModel *transfers)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (transfers, i);

      if (transfer == namida_link_get_transfer (self->link))
        namida_cli_progress_watch (self->cli, transfer, cli_link_on_transfer_ended, self);
    }
}

static int
link_run (Linking *self, NamidaLanding landing)
{
  NamidaCliAsk *ask = receive_wanted ? namida_cli_ask_new (self->cli, self->hub, landing, TRUE) : NULL;
  GListModel *transfers = namida_hub_get_transfers (self->hub);

  self->code = NAMIDA_CLI_EXIT_FAILED;
  g_signal_connect_swapped (self->link, "changed", G_CALLBACK (cli_link_on_changed), self);
  g_signal_connect_swapped (self->link, "refused", G_CALLBACK (cli_link_on_refused), self);
  g_signal_connect_swapped (self->link, "fetched", G_CALLBACK (cli_link_on_fetched), self);
  g_signal_connect_swapped (transfers, "items-changed", G_CALLBACK (cli_link_on_transfers_changed), self);
  link_report (self);
  /* End if nobody could read the address. */
  while (!self->over && !g_cancellable_is_cancelled (self->cli->cancellable) && !namida_cli_terminal_is_broken ())
    g_main_context_iteration (NULL, TRUE);
  /* After a download, Ctrl+C means that the user needs no more. */
  if (!self->over && self->fetched > 0)
    self->code = NAMIDA_CLI_EXIT_DONE;
  if (self->over && receive_wanted && self->told != NAMIDA_LINK_EXPIRED)
    namida_cli_wait_ms (self->cli, LINGER_MS);
  g_signal_handlers_disconnect_by_data (transfers, self);
  g_signal_handlers_disconnect_by_data (self->link, self);
  namida_link_close (self->link);
  g_clear_pointer (&ask, namida_cli_ask_free);
  return self->code;
}

/* ---- arguments ---- */

static NamidaLink *
link_open (NamidaCli *cli, NamidaHub *hub, GListModel *files, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  namida_hub_open_link_async (hub, receive_wanted || version != NULL ? NULL : files, version, NULL, (guint) minutes,
                              unencrypted, cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  return namida_hub_open_link_finish (hub, result, error);
}

static int
link_check_options (NamidaCli *cli, int n_files)
{
  if (minutes < 1 || minutes > (int) NAMIDA_LIMIT_LINK_MINUTES)
    return namida_cli_usage (_ ("--minutes is a number from 1 to %u, not %d."), NAMIDA_LIMIT_LINK_MINUTES, minutes);
  if (receive_wanted && (n_files > 0 || version != NULL))
    return namida_cli_usage (_ ("With --receive, the browser chooses the files: give none here."));
  if (version != NULL && n_files > 0)
    return namida_cli_usage (_ ("Give either --backup or files, not both."));
  if (!receive_wanted && version == NULL && n_files == 0)
    return namida_cli_usage (_ ("Give files or folders for a browser to fetch, or --receive to let it send."));
  if (!receive_wanted && (backups != NULL || music != NULL || landing_text != NULL))
    return namida_cli_usage (_ ("--backups, --music and --as need --receive."));
  if (receive_wanted && !cli->json && !isatty (STDIN_FILENO))
    return namida_cli_usage (_ ("--receive needs a terminal, or --json and answers on the standard input."));
  return 0;
}

static int
link_read_landing (NamidaHubOptions *options)
{
  gboolean display = g_getenv ("DISPLAY") != NULL || g_getenv ("WAYLAND_DISPLAY") != NULL;

  options->landing = display ? NAMIDA_LANDING_LIBRARY : NAMIDA_LANDING_BACKUP;
  if (g_strcmp0 (landing_text, "library") == 0)
    options->landing = NAMIDA_LANDING_LIBRARY;
  else if (g_strcmp0 (landing_text, "backup") == 0)
    options->landing = NAMIDA_LANDING_BACKUP;
  else if (landing_text != NULL)
    return namida_cli_usage (_ ("--as is library or backup, not “%s”."), landing_text);
  if (music != NULL && namida_folder_is_home (music))
    return namida_cli_usage (_ ("The home folder cannot be the music folder. Choose a folder in it."));
  return 0;
}

/* Returns: (transfer full) (nullable): %NULL after an error message */
static GListModel *
link_list_files (int argc, char **argv)
{
  GListStore *files = g_list_store_new (G_TYPE_FILE);

  for (int i = 1; i < argc; i++)
    {
      g_autoptr (GFile) file = g_file_new_for_commandline_arg (argv[i]);
      g_autofree char *shown = g_filename_display_name (argv[i]);

      if (!g_file_query_exists (file, NULL))
        {
          namida_cli_usage (_ ("“%s” does not exist, or may not be read."), shown);
          g_object_unref (files);
          return NULL;
        }
      g_list_store_append (files, file);
    }
  return G_LIST_MODEL (files);
}

static void
cli_link_make_absolute (char **path)
{
  if (*path != NULL)
    {
      g_autofree char *given = *path;

      *path = g_canonicalize_filename (given, NULL);
    }
}

int
namida_cli_link (NamidaCli *cli, int argc, char **argv)
{
  NamidaHubOptions options = { .accept = NAMIDA_ACCEPT_ASK, .unencrypted = NAMIDA_UNENCRYPTED_ASK };
  Linking self = { .cli = cli };
  g_autoptr (NamidaHub) hub = NULL;
  g_autoptr (NamidaLink) link = NULL;
  g_autoptr (GListModel) files = NULL;
  g_autoptr (GError) error = NULL;
  int code;

  if (!namida_cli_parse (cli, _ ("[FILE|DIR]…"),
                         _ ("Makes an address and a QR code for the browser of a device without any app. The browser "
                            "fetches\nthe files and folders that are given, or with --receive sends to this device. "
                            "Stop it with Ctrl+C."),
                         entries, &argc, &argv))
    return NAMIDA_CLI_EXIT_USAGE;
  cli_link_make_absolute (&backups);
  cli_link_make_absolute (&music);
  if ((code = link_check_options (cli, argc - 1)) != 0 || (code = link_read_landing (&options)) != 0)
    return code;
  if ((files = link_list_files (argc, argv)) == NULL)
    return NAMIDA_CLI_EXIT_USAGE;
  options.send_only = !receive_wanted;
  options.backups = backups;
  options.music = music;
  if (receive_wanted
      && (!namida_cli_make_folder (cli, backups, TRUE, &error)
          || !namida_cli_make_folder (cli, music, options.landing == NAMIDA_LANDING_LIBRARY, &error)))
    return namida_cli_fail (cli, error);
  hub = namida_cli_start_hub (cli, &options, &error);
  if (hub == NULL)
    return namida_cli_fail (cli, error);
  link = link_open (cli, hub, files, &error);
  self.hub = hub;
  self.link = link;
  code = link != NULL ? link_run (&self, options.landing) : namida_cli_fail (cli, error);
  namida_cli_stop_hub (hub);
  return code;
}
