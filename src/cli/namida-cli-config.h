/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A configuration file for “receive”: a GKeyFile whose keys are its long options. Main thread. */
#pragma once

#include "namida-cli.h"

G_BEGIN_DECLS

/**
 * namida_cli_config_insert:
 * @group: the group of the file, the name of the command
 * @entries: the options of the command, which with the global ones are the keys
 * @argc: (inout): number of arguments
 * @argv: (inout): arguments; a file is named by --config among them, else it is
 * $XDG_CONFIG_HOME/namida-sync/GROUP.conf, which need not be there. Replaced by an array that belongs to what is
 * returned.
 *
 * Puts what the file says before what was typed, so that what was typed wins.
 *
 * Returns: (transfer full) (nullable): what @argv points to; free it at the end of the command. %NULL after it told
 * what is wrong: the command ends with NAMIDA_CLI_EXIT_USAGE.
 */
GPtrArray *namida_cli_config_insert (const char *group, const GOptionEntry *entries, int *argc, char ***argv);

G_END_DECLS
