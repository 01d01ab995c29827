/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-hub.h"

G_BEGIN_DECLS

/* What every command gets: the global options, and the wish to stop. Main thread only. */
typedef struct
{
  char *data_dir;  /* (nullable) */
  char *interface; /* (nullable) */
  char *alias;     /* (nullable) */
  int port;        /* 0 = the first free one */
  gboolean json;
  gboolean quiet;
  gboolean verbose;
  GCancellable *cancellable; /* cancelled by the first SIGINT or SIGTERM; the second ends the program at once */
} NamidaCli;

/* One command: its file is namida-cli-<name>.c. @argv[0] is the command's name. Returns: the exit code. */
typedef int (*NamidaCliRun) (NamidaCli *cli, int argc, char **argv);
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
 * namida_cli_parse: options of a command; the global ones are taken here too ("devices --json").
 * @arguments: "NAME [FILE]…": for the help; @summary: what the command does, sentences
 * @entries: (nullable): the command's own options
 * Returns: FALSE after it told what is wrong: the command ends with NAMIDA_CLI_EXIT_USAGE.
 */
gboolean namida_cli_parse (
    NamidaCli *cli, const char *arguments, const char *summary, const GOptionEntry *entries, int *argc, char ***argv);
/** namida_cli_usage: tells what is wrong with the arguments. Returns: NAMIDA_CLI_EXIT_USAGE. */
int namida_cli_usage (const char *format, ...) G_GNUC_PRINTF (1, 2);
/** namida_cli_dup_data_dir: Returns: (transfer full): the folder of this device, given or default. */
char *namida_cli_dup_data_dir (NamidaCli *cli);
/** namida_cli_open_database: (transfer full) (nullable): the device's database, for commands that need no network. */
NamidaDatabase *namida_cli_open_database (NamidaCli *cli, GError **error);
/** namida_cli_open_database_to_read: the same for commands that are of use although nothing can be written: a copy in
 * memory then, of which the person is told. (transfer full) (nullable) */
NamidaDatabase *namida_cli_open_database_to_read (NamidaCli *cli, GError **error);

/** namida_cli_has_display: whether a person sits before a screen of this device, so that it is a desktop to others. */
gboolean namida_cli_has_display (void);

/* Waiting in the main context, for a program that does one thing after the other. */

/** namida_cli_keep_result: a GAsyncReadyCallback; @user_data: GAsyncResult **, set to a new reference. */
void namida_cli_keep_result (GObject *source, GAsyncResult *result, gpointer user_data);
/** namida_cli_wait: runs the main context until *@result is set. */
void namida_cli_wait (GAsyncResult **result);
/** namida_cli_wait_ms: runs the main context for @ms, or until the person wants to stop. Returns: FALSE when so. */
gboolean namida_cli_wait_ms (NamidaCli *cli, guint ms);
/** namida_cli_start_hub: @options: the global ones are filled in here. Returns: (transfer full) (nullable): running. */
NamidaHub *namida_cli_start_hub (NamidaCli *cli, NamidaHubOptions *options, GError **error);
void namida_cli_stop_hub (NamidaHub *hub);
/** namida_cli_check_place: whether @text can name a device. Returns: FALSE after it told what is wrong: the command
 * ends with NAMIDA_CLI_EXIT_USAGE. */
gboolean namida_cli_check_place (const char *text);
/** namida_cli_resolve: (transfer full) (nullable): waits up to 5 s, then scans the own networks. */
NamidaPeer *namida_cli_resolve (NamidaCli *cli, NamidaHub *hub, const char *text, GError **error);

G_END_DECLS
