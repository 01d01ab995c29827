/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A configuration file for the “receive” command: a GKeyFile whose keys are its long options. Main thread. */
#pragma once

#include "namida-cli.h"

G_BEGIN_DECLS

/**
 * namida_cli_config_insert:
 * @group: the group of the file, which is the name of the command
 * @entries: the options of the command; these and the global options are the keys
 * @argc: (inout): number of arguments
 * @argv: (inout): the arguments. They may name a file with --config; the default is
 * $XDG_CONFIG_HOME/namida-sync/GROUP.conf, which need not exist. Replaced by an array that belongs to the return
 * value.
 *
 * Inserts the options of the file before those of the command line, so that the latter win.
 *
 * Returns: (transfer full) (nullable): what @argv points to; free it at the end of the command. %NULL after an error
 * message; the command then ends with NAMIDA_CLI_EXIT_USAGE.
 */
GPtrArray *namida_cli_config_insert (const char *group, const GOptionEntry *entries, int *argc, char ***argv);

G_END_DECLS
