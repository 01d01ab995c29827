/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The entry point of the command line: global options, signals, the table of commands, and the helpers that commands
 * share. Main thread. */
#include "config.h"

#include "namida-cli.h"

#include "namida-address-book.h"
#include "namida-cipher.h"
#include "namida-cli-exit.h"
#include "namida-cli-log.h"
#include "namida-cli-output.h"
#include "namida-cli-terminal.h"
#include "namida-environment.h"
#include "namida-memory.h"
#include "namida-watchdog.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <unistd.h>

#define PROGRAM "namida-sync-cli"
#define RESOLVE_MS 5000

static const struct
{
  const char *name;
  NamidaCliRun run;
  const char *summary;
} commands[] = {
  { "receive", namida_cli_receive, N_ ("Receive backups") },
  { "devices", namida_cli_devices, N_ ("List nearby devices") },
  { "send", namida_cli_send, N_ ("Send backups, files and music folders to a device") },
  { "schedule", namida_cli_schedule, N_ ("Back up to a device automatically") },
  { "pair", namida_cli_pair, N_ ("Pair with a device, so that both trust each other") },
  { "trust", namida_cli_trust, N_ ("List, remove or rename the trusted devices") },
  { "fit", namida_cli_fit, N_ ("Copy a Namida backup with the paths of another device") },
  { "merge", namida_cli_merge, N_ ("Combine Namida backups into a new one") },
  { "compare", namida_cli_compare_backups, N_ ("Show how two Namida backups differ") },
  { "extract", namida_cli_extract, N_ ("Write playlists and listens of a Namida backup for other programs") },
  { "inspect", namida_cli_inspect, N_ ("Show what a Namida backup contains") },
  { "backups", namida_cli_backups, N_ ("List, verify, restore and remove stored backups") },
  { "link", namida_cli_link, N_ ("Exchange files with a browser, by an address and a QR code") },
  { "transfers", namida_cli_transfers, N_ ("List and cancel the transfers that are under way") },
  { "history", namida_cli_history, N_ ("Show past transfers") },
  { "identity", namida_cli_identity, N_ ("Show this device’s name and fingerprint") },
  { "demo", namida_cli_demo, N_ ("Run a demo with two devices on this computer") },
};

#define UNSET G_MININT

/* Whether --json is among the arguments. It is determined before parsing, because errors in the arguments are
 * reported in JSON, too. */
static gboolean json_wanted;
/* The signal that stopped this program; 0: none. */
static int stopped_by;

/* GOption needs static variables to write to; the values are moved into the NamidaCli after each parse. */
static struct
{
  char *data_dir, *interface, *alias, *log_file;
  int port;
  gboolean json, quiet, verbose, version;
} given = { .port = UNSET };

static const GOptionEntry global_entries[] = {
  { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, &given.data_dir,
    N_ ("Store the key, trusted devices and history in DIR (allows several devices on one computer)"), N_ ("DIR") },
  { "interface", 0, 0, G_OPTION_ARG_STRING, &given.interface, N_ ("Use only this network interface or address"),
    N_ ("IF|ADDRESS") },
  { "port", 0, 0, G_OPTION_ARG_INT, &given.port, N_ ("Listen on this port (default: the first free one from 53317 on)"),
    N_ ("N") },
  { "alias", 0, 0, G_OPTION_ARG_STRING, &given.alias, N_ ("Name shown to other devices (default: the computer’s name)"),
    N_ ("NAME") },
  { "json", 0, 0, G_OPTION_ARG_NONE, &given.json, N_ ("Print JSON, one object per line"), NULL },
  { "quiet", 'q', 0, G_OPTION_ARG_NONE, &given.quiet, N_ ("Print errors only"), NULL },
  { "verbose", 'v', 0, G_OPTION_ARG_NONE, &given.verbose, N_ ("Name every file, and say what is being done"), NULL },
  { "log-file", 0, 0, G_OPTION_ARG_FILENAME, &given.log_file,
    N_ ("Append all messages, with the time of each, to FILE as well"), N_ ("FILE") },
  { NULL },
};

static const GOptionEntry version_entries[] = {
  { "version", 0, 0, G_OPTION_ARG_NONE, &given.version, N_ ("Print the version"), NULL },
  { NULL },
};

/* Leaves the variable empty for the next parse, because GOption would overwrite the value without freeing it. */
static void
cli_take_text (char **text, char **from)
{
  if (*from == NULL)
    return;
  g_free (*text);
  *text = g_steal_pointer (from);
}

static gboolean
cli_take_globals (NamidaCli *cli)
{
  if (given.port != UNSET && (given.port < 1 || given.port > G_MAXUINT16))
    {
      namida_cli_usage (_ ("Invalid port %d: use a number from 1 to 65535."), given.port);
      return FALSE;
    }
  if (given.data_dir != NULL)
    {
      g_free (cli->data_dir);
      cli->data_dir = g_canonicalize_filename (given.data_dir, NULL);
      g_clear_pointer (&given.data_dir, g_free);
    }
  cli_take_text (&cli->interface, &given.interface);
  cli_take_text (&cli->alias, &given.alias);
  cli->port = given.port != UNSET ? given.port : 0;
  cli->json = given.json;
  cli->quiet = given.quiet;
  cli->verbose = given.verbose;
  if (given.log_file != NULL)
    {
      g_autofree char *path = g_steal_pointer (&given.log_file);

      return namida_cli_log_open (path);
    }
  return TRUE;
}

int
namida_cli_usage (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  if (json_wanted)
    {
      JsonBuilder *builder = namida_cli_event ("end");

      namida_json_build_string (builder, "result", "failed");
      namida_json_build_string (builder, "code", "usage");
      namida_json_build_string (builder, "message", text);
      namida_cli_emit (builder);
    }
  namida_cli_complain ("%s", text);
  namida_cli_complain (_ ("See: %s --help"), g_get_prgname ());
  return NAMIDA_CLI_EXIT_USAGE;
}

static gboolean
cli_is_empty (const char *text)
{
  return text != NULL && *text == '\0';
}

static gboolean
cli_is_empty_option (const GOptionEntry *entry)
{
  gboolean empty = FALSE;

  if (entry->arg == G_OPTION_ARG_STRING || entry->arg == G_OPTION_ARG_FILENAME)
    return cli_is_empty (*(char *const *) entry->arg_data);
  if (entry->arg == G_OPTION_ARG_STRING_ARRAY || entry->arg == G_OPTION_ARG_FILENAME_ARRAY)
    for (char *const *item = *(char **const *) entry->arg_data; item != NULL && *item != NULL; item++)
      empty = empty || cli_is_empty (*item);
  return empty;
}

/* Returns how often the value is “-”. */
static guint
cli_count_dashes (const GOptionEntry *entry)
{
  guint n = 0;

  if (entry->arg == G_OPTION_ARG_FILENAME)
    return g_strcmp0 (*(char *const *) entry->arg_data, "-") == 0;
  if (entry->arg == G_OPTION_ARG_FILENAME_ARRAY)
    for (char *const *item = *(char **const *) entry->arg_data; item != NULL && *item != NULL; item++)
      n += g_str_equal (*item, "-");
  return n;
}

/* “-” means standard input for options that read a list or a PIN, and only once. Elsewhere it is refused, because a
 * file of that name would be useless. */
static gboolean
cli_check_dashes (const GOptionEntry *entries)
{
  static const char *const readers[] = { "files-from", "exclude-from", "pin-file", NULL };
  guint n = 0;

  for (; entries != NULL && entries->long_name != NULL; entries++)
    {
      guint dashes = g_str_equal (entries->long_name, "exclude") ? 0 : cli_count_dashes (entries);

      n += dashes;
      if (dashes > 0 && !g_strv_contains (readers, entries->long_name))
        {
          namida_cli_usage (_ ("--%s needs the name of a file or folder; “-” is not one. For one that is called “-”, "
                               "give “./-”."),
                            entries->long_name);
          return FALSE;
        }
    }
  if (n <= 1)
    return TRUE;
  namida_cli_usage (_ ("Standard input can be read for one option only."));
  return FALSE;
}

/* An unset variable of a script must not become “no PIN”, “every network” or “this folder”. */
static gboolean
cli_check_options (const GOptionEntry *entries)
{
  for (; entries != NULL && entries->long_name != NULL; entries++)
    if (cli_is_empty_option (entries))
      {
        namida_cli_usage (_ ("Option --%s needs a value."), entries->long_name);
        return FALSE;
      }
  return TRUE;
}

/* Of an option that is given twice, GOption takes the last value. A second device must not be left out in silence. */
static gboolean
cli_check_device_once (const GOptionEntry *entries, int argc, char **argv)
{
  gboolean has_to = FALSE;
  guint n = 0;

  for (; entries != NULL && entries->long_name != NULL; entries++)
    has_to |= g_str_equal (entries->long_name, "to");
  for (int i = 1; has_to && i < argc && !g_str_equal (argv[i], "--"); i++)
    n += g_str_equal (argv[i], "--to") || g_str_has_prefix (argv[i], "--to=");
  if (n <= 1)
    return TRUE;
  namida_cli_usage (_ ("--to names one device. Run the command once for each device."));
  return FALSE;
}

/* GOption does not say which argument is not text in the encoding of the locale. */
static void
cli_report_unreadable (char **argv, const char *message)
{
  for (; *argv != NULL; argv++)
    {
      g_autofree char *text = g_locale_to_utf8 (*argv, -1, NULL, NULL, NULL);
      g_autofree char *shown = g_utf8_make_valid (*argv, -1);

      if (text == NULL)
        {
          namida_cli_usage (_ ("“%s” is not text in the encoding of this terminal."), shown);
          return;
        }
    }
  namida_cli_usage ("%s", message);
}

static gboolean
cli_run_parser (NamidaCli *cli, GOptionContext *context, int *argc, char ***argv)
{
  g_autoptr (GError) error = NULL;

  if (!g_option_context_parse (context, argc, argv, &error))
    {
      if (error->domain == G_CONVERT_ERROR)
        cli_report_unreadable (*argv, error->message);
      else
        namida_cli_usage ("%s", error->message);
      return FALSE;
    }
  return cli_check_options (global_entries) && cli_check_dashes (global_entries) && cli_take_globals (cli);
}

/* GOption leaves "--" in place if a name that begins with "-" follows. */
static gboolean
cli_take_names (int *argc, char **argv)
{
  gboolean ended = FALSE;
  int n = 1;

  for (int i = 1; i < *argc; i++)
    if (!ended && g_str_equal (argv[i], "--"))
      ended = TRUE;
    else
      argv[n++] = argv[i];
  argv[n] = NULL;
  *argc = n;
  for (int i = 1; i < n; i++)
    if (cli_is_empty (argv[i]))
      {
        namida_cli_usage (_ ("An argument is empty. Give a name, or leave it out."));
        return FALSE;
      }
  return TRUE;
}

gboolean
namida_cli_parse (
    NamidaCli *cli, const char *arguments, const char *summary, const GOptionEntry *entries, int *argc, char ***argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (arguments);
  g_autofree char *name = g_strconcat (PROGRAM " ", (*argv)[0], NULL);

  g_set_prgname (name);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_set_summary (context, summary);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, global_entries, GETTEXT_PACKAGE);
  return cli_check_device_once (entries, *argc, *argv) && cli_run_parser (cli, context, argc, argv)
         && cli_check_options (entries) && cli_check_dashes (entries) && cli_take_names (argc, *argv);
}

char *
namida_cli_dup_data_dir (NamidaCli *cli)
{
  return cli->data_dir != NULL ? g_strdup (cli->data_dir)
                               : g_build_filename (g_get_user_data_dir (), NAMIDA_DATA_NAME, NULL);
}

static NamidaDatabase *
cli_open_database (NamidaCli *cli, gboolean to_read, GError **error)
{
  g_autofree char *data_dir = namida_cli_dup_data_dir (cli);
  g_autofree char *path = g_build_filename (data_dir, "state.db", NULL);

  if (g_mkdir_with_parents (data_dir, 0700) != 0)
    {
      int saved_errno = errno;
      g_autofree char *what = g_strdup_printf (_ ("Could not make the folder “%s”"), data_dir);
      namida_error_set_from_errno (error, saved_errno, what);
      return NULL;
    }
  return to_read ? namida_database_open_or_copy (path, error) : namida_database_open (path, error);
}

NamidaDatabase *
namida_cli_open_database (NamidaCli *cli, GError **error)
{
  return cli_open_database (cli, FALSE, error);
}

NamidaDatabase *
namida_cli_open_database_to_read (NamidaCli *cli, GError **error)
{
  static gboolean said = FALSE; /* a command may open it twice */
  NamidaDatabase *database = cli_open_database (cli, TRUE, error);

  if (database != NULL && namida_database_get_copy_reason (database) != NULL && !said)
    {
      namida_cli_complain ("%s", namida_database_get_copy_reason (database));
      said = TRUE;
    }
  return database;
}

void
namida_cli_keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **kept = user_data;

  *kept = g_object_ref (result);
}

void
namida_cli_wait (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
cli_set_flag (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

gboolean
namida_cli_wait_ms (NamidaCli *cli, guint ms)
{
  gboolean over = FALSE;
  guint id = g_timeout_add (ms, cli_set_flag, &over);

  while (!over && !g_cancellable_is_cancelled (cli->cancellable))
    g_main_context_iteration (NULL, TRUE);
  if (!over)
    g_source_remove (id);
  return over;
}

static void
cli_on_trouble (NamidaHub *hub, const char *sentence)
{
  namida_cli_complain ("%s", sentence);
}

/* A line stays in the terminal, so a printed alarm counts as read. */
static void
cli_on_alarm (NamidaHub *hub, const char *sentence)
{
  namida_cli_complain ("%s", sentence);
  namida_hub_dismiss_alarms (hub);
}

gboolean
namida_cli_has_display (void)
{
  return g_getenv ("DISPLAY") != NULL || g_getenv ("WAYLAND_DISPLAY") != NULL;
}

NamidaHub *
namida_cli_start_hub (NamidaCli *cli, NamidaHubOptions *options, GError **error)
{
  g_autoptr (NamidaHub) hub = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  if (options->device_type == NULL)
    options->device_type = namida_cli_has_display () ? "desktop" : "headless";
  options->data_dir = cli->data_dir;
  options->alias = cli->alias;
  options->interface = cli->interface;
  options->port = (guint16) cli->port;
  hub = namida_hub_new (options);
  g_signal_connect (hub, "trouble", G_CALLBACK (cli_on_trouble), NULL);
  g_signal_connect (hub, "alarm", G_CALLBACK (cli_on_alarm), NULL);
  namida_hub_start_async (hub, cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  if (!namida_hub_start_finish (hub, result, error))
    return NULL;
  return g_steal_pointer (&hub);
}

void
namida_cli_stop_hub (NamidaHub *hub)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  namida_hub_stop_async (hub, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  if (!namida_hub_stop_finish (hub, result, &error))
    namida_cli_complain ("%s", error->message);
}

gboolean
namida_cli_check_place (const char *text)
{
  g_autoptr (GError) error = NULL;

  if (namida_place_check (text, &error))
    return TRUE;
  namida_cli_usage ("%s", error->message);
  return FALSE;
}

NamidaPeer *
namida_cli_resolve (NamidaCli *cli, NamidaHub *hub, const char *text, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  namida_hub_resolve_async (hub, text, RESOLVE_MS, cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  return namida_hub_resolve_finish (hub, result, error);
}

static gboolean
cli_stop (NamidaCli *cli, int signal_number)
{
  if (g_cancellable_is_cancelled (cli->cancellable))
    _exit (signal_number == SIGINT ? NAMIDA_CLI_EXIT_INTERRUPTED : NAMIDA_CLI_EXIT_FAILED);
  stopped_by = signal_number;
  g_cancellable_cancel (cli->cancellable);
  return G_SOURCE_CONTINUE;
}

static gboolean
cli_on_terminate (gpointer user_data)
{
  return cli_stop (user_data, SIGTERM);
}

static gboolean
cli_on_interrupt (gpointer user_data)
{
  return cli_stop (user_data, SIGINT);
}

/* The terminal was closed. Say goodbye to the other devices as on SIGTERM. Under nohup, the signal is ignored and stays
 * so. */
static gboolean
cli_on_hangup (gpointer user_data)
{
  return cli_stop (user_data, SIGHUP);
}

static guint
cli_watch_hangup (NamidaCli *cli)
{
  struct sigaction action;

  if (sigaction (SIGHUP, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
    return 0;
  return g_unix_signal_add (SIGHUP, cli_on_hangup, cli);
}

static char *
cli_make_summary (void)
{
  GString *text = g_string_new (_ ("Transfer Namida backups and music folders between devices on your network."));

  g_string_append_printf (text, "\n\n%s", _ ("Commands:"));
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_string_append_printf (text, "\n  %-10s %s", commands[i].name, _ (commands[i].summary));
  g_string_append (text, "\n\n");
  g_string_append_printf (text, _ ("For help on a command, run: %s COMMAND --help"), PROGRAM);
  return g_string_free (text, FALSE);
}

static char *
cli_make_description (void)
{
  return g_strdup (
      _ ("Exit status: 0 success, 1 failed, 2 invalid usage, 3 declined, 4 device not found, 5 PIN missing or wrong,\n"
         "6 device identity changed, 7 some files not transferred, 8 device does not support encryption,\n"
         "9 a device has had no backup for too long, 10 busy after all tries, 130 interrupted with Ctrl+C."));
}

static gboolean
cli_parse_program (NamidaCli *cli, int *argc, char ***argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (_ ("COMMAND"));
  g_autofree char *summary = cli_make_summary ();
  g_autofree char *description = cli_make_description ();

  g_set_prgname (PROGRAM);
  g_option_context_set_strict_posix (context, TRUE); /* options after the command belong to the command */
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, global_entries, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, version_entries, GETTEXT_PACKAGE);
  return cli_run_parser (cli, context, argc, argv);
}

/* “help” and “help COMMAND”, as in many programs, are the same as --help. GOption prints the help and ends the
 * program. */
static int
cli_help (NamidaCli *cli, int argc, char **argv)
{
  char *help[] = { argc > 1 ? argv[1] : (char *) PROGRAM, (char *) "--help", NULL };
  char **arguments = help;
  int n = 2;

  if (argc > 2)
    return namida_cli_usage (_ ("“help” takes one command, but got “%s”, too."), argv[2]);
  for (guint i = 0; argc > 1 && i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (argv[1], commands[i].name))
      return commands[i].run (cli, n, arguments);
  if (argc > 1 && !g_str_equal (argv[1], "help"))
    return namida_cli_usage (_ ("Unknown command “%s”."), argv[1]);
  help[0] = (char *) PROGRAM;
  cli_parse_program (cli, &n, &arguments);
  return NAMIDA_CLI_EXIT_USAGE;
}

static int
cli_run_command (NamidaCli *cli, int argc, char **argv)
{
  if (argc < 2)
    return namida_cli_usage (_ ("No command given."));
  if (g_str_equal (argv[1], "help"))
    return cli_help (cli, argc - 1, argv + 1);
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (argv[1], commands[i].name))
      return commands[i].run (cli, argc - 1, argv + 1);
  return namida_cli_usage (_ ("Unknown command “%s”."), argv[1]);
}

static void
cli_print_version (NamidaCli *cli)
{
  JsonBuilder *builder;

  if (!cli->json)
    {
      namida_cli_print (PROGRAM " " NAMIDA_PROGRAM_VERSION);
      return;
    }
  builder = namida_cli_object ();
  namida_json_build_string (builder, "program", PROGRAM);
  namida_json_build_string (builder, "version", NAMIDA_PROGRAM_VERSION);
  namida_json_build_int (builder, "schema", NAMIDA_CLI_JSON_SCHEMA);
  namida_cli_emit (builder);
}

int
main (int argc, char **argv)
{
  NamidaCli cli = { .cancellable = g_cancellable_new () };
  const char *catalogues;
  char **rest;
  guint term, interrupt, hangup;
  int code;

  /* Output that G_MESSAGES_DEBUG requests must not mix with the lines of --json. */
  g_log_writer_default_set_use_stderr (TRUE);
  namida_environment_begin ();
  namida_memory_begin ();
  namida_watchdog_start ();
  namida_cipher_prefer ();
  namida_cli_terminal_begin ();
  for (int i = 1; i < argc && !g_str_equal (argv[i], "--"); i++)
    json_wanted = json_wanted || g_str_equal (argv[i], "--json");
  /* Lets translators and tests use catalogs that are not installed. */
  catalogues = g_getenv ("NAMIDA_LOCALE_DIR");
  bindtextdomain (GETTEXT_PACKAGE, catalogues != NULL ? catalogues : NAMIDA_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  rest = g_memdup2 (argv, sizeof (char *) * ((gsize) argc + 1)); /* GOption moves the pointers */
  term = g_unix_signal_add (SIGTERM, cli_on_terminate, &cli);
  interrupt = g_unix_signal_add (SIGINT, cli_on_interrupt, &cli);
  hangup = cli_watch_hangup (&cli);
  if (!cli_parse_program (&cli, &argc, &rest))
    {
      code = NAMIDA_CLI_EXIT_USAGE;
    }
  else if (given.version)
    {
      cli_print_version (&cli);
      code = NAMIDA_CLI_EXIT_DONE;
    }
  else
    {
      code = cli_run_command (&cli, argc, rest);
    }

  g_source_remove (term);
  g_source_remove (interrupt);
  if (hangup != 0)
    g_source_remove (hangup);
  /* A command that ends normally when it is stopped, such as “receive”, has done what it was asked to do. */
  if (stopped_by == SIGINT && code != NAMIDA_CLI_EXIT_DONE)
    code = NAMIDA_CLI_EXIT_INTERRUPTED;
  code = namida_cli_terminal_end (code);
  g_free (rest);
  g_free (cli.data_dir);
  g_free (cli.interface);
  g_free (cli.alias);
  g_object_unref (cli.cancellable);
  return code;
}
