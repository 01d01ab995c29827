/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arguments of every command: the global options, and the cancellable that ends it. Main thread only. */
#pragma once

#include "namida-hub.h"

G_BEGIN_DECLS

typedef struct
{
  char *data_dir;  /* (nullable) */
  char *interface; /* (nullable) */
  char *alias;     /* (nullable) */
  int port;        /* 0: the first free port */
  gboolean json;
  gboolean quiet;
  gboolean verbose;
  GCancellable *cancellable; /* canceled by the first SIGINT or SIGTERM; the second one ends the program at once */
} NamidaCli;

/**
 * NamidaCliRun: one command, implemented in namida-cli-<name>.c. @argv[0] is the command's name. Returns: the exit
 * code.
 */
typedef int (*NamidaCliRun) (NamidaCli *cli, int argc, char **argv);
/** namida_cli_receive: the commands. Each one is a NamidaCliRun. */
int namida_cli_receive (NamidaCli *cli, int argc, char **argv);
int namida_cli_devices (NamidaCli *cli, int argc, char **argv);
int namida_cli_send (NamidaCli *cli, int argc, char **argv);
int namida_cli_schedule (NamidaCli *cli, int argc, char **argv);
int namida_cli_pair (NamidaCli *cli, int argc, char **argv);
int namida_cli_trust (NamidaCli *cli, int argc, char **argv);
int namida_cli_fit (NamidaCli *cli, int argc, char **argv);
int namida_cli_merge (NamidaCli *cli, int argc, char **argv);
int namida_cli_compare_backups (NamidaCli *cli, int argc, char **argv);
int namida_cli_extract (NamidaCli *cli, int argc, char **argv);
int namida_cli_inspect (NamidaCli *cli, int argc, char **argv);
int namida_cli_backups (NamidaCli *cli, int argc, char **argv);
int namida_cli_link (NamidaCli *cli, int argc, char **argv);
int namida_cli_transfers (NamidaCli *cli, int argc, char **argv);
int namida_cli_history (NamidaCli *cli, int argc, char **argv);
int namida_cli_identity (NamidaCli *cli, int argc, char **argv);
int namida_cli_demo (NamidaCli *cli, int argc, char **argv);

/**
 * namida_cli_parse: parses the options of a command, including global options after its name ("devices --json").
 * @arguments: for the help, such as "NAME [FILE]…"; @summary: what the command does, as sentences
 * @entries: (nullable): the command's own options
 * Returns: %FALSE after an error message; the command then ends with NAMIDA_CLI_EXIT_USAGE.
 */
gboolean namida_cli_parse (
    NamidaCli *cli, const char *arguments, const char *summary, const GOptionEntry *entries, int *argc, char ***argv);
/** namida_cli_usage: reports an error in the arguments. Returns: NAMIDA_CLI_EXIT_USAGE. */
int namida_cli_usage (const char *format, ...) G_GNUC_PRINTF (1, 2);
/** namida_cli_dup_data_dir: Returns: (transfer full): the data folder of this device, as given or the default one. */
char *namida_cli_dup_data_dir (NamidaCli *cli);
/**
 * namida_cli_open_database: opens the device's database, for commands that need no network. Returns: (transfer full)
 * (nullable): %NULL with STORAGE or NO_SPACE.
 */
NamidaDatabase *namida_cli_open_database (NamidaCli *cli, GError **error);
/**
 * namida_cli_open_database_to_read: like namida_cli_open_database(), for commands that are useful even if nothing can
 * be written: in that case, opens a copy in memory and tells the user. Returns: (transfer full) (nullable)
 */
NamidaDatabase *namida_cli_open_database_to_read (NamidaCli *cli, GError **error);

/**
 * namida_cli_has_display: Returns: whether a user works at a screen of this device, so that it appears as a desktop
 * to others.
 */
gboolean namida_cli_has_display (void);

/* Waiting in the main context, for a program that does one thing after the other. */

/** namida_cli_keep_result: a GAsyncReadyCallback. @user_data: GAsyncResult **, set to a new reference */
void namida_cli_keep_result (GObject *source, GAsyncResult *result, gpointer user_data);
/** namida_cli_wait: runs the main context until *@result is set. */
void namida_cli_wait (GAsyncResult **result);
/**
 * namida_cli_wait_ms: runs the main context for @ms milliseconds, or until the user wants to stop. Returns: %FALSE in
 * the latter case.
 */
gboolean namida_cli_wait_ms (NamidaCli *cli, guint ms);
/**
 * namida_cli_start_hub: @options: the global options are filled in here. Returns: (transfer full) (nullable): a running
 * hub; %NULL with an error of namida_hub_start_finish().
 */
NamidaHub *namida_cli_start_hub (NamidaCli *cli, NamidaHubOptions *options, GError **error);
/** namida_cli_stop_hub: stops @hub, waits until it has stopped, and releases it. */
void namida_cli_stop_hub (NamidaHub *hub);
/**
 * namida_cli_check_place: checks whether @text can name a device. Returns: %FALSE after an error message; the command
 * then ends with NAMIDA_CLI_EXIT_USAGE.
 */
gboolean namida_cli_check_place (const char *text);
/**
 * namida_cli_resolve: finds a device: waits up to 5 s, then scans the local networks. Returns: (transfer full)
 * (nullable): %NULL with NO_SUCH_DEVICE or another error of namida_hub_resolve_finish().
 */
NamidaPeer *namida_cli_resolve (NamidaCli *cli, NamidaHub *hub, const char *text, GError **error);

G_END_DECLS
