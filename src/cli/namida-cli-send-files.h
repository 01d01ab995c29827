/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files that “send” sends: its arguments, --music, --files-from and the patterns of --exclude. Main thread. */
#pragma once

#include "namida-cli.h"

G_BEGIN_DECLS

/** NamidaCliSendNames: the values of the options; the strings belong to GOption. */
typedef struct
{
  char **music;        /* (nullable): --music */
  char **exclude;      /* (nullable): --exclude */
  char **exclude_from; /* (nullable): --exclude-from */
  char *files_from;    /* (nullable): --files-from; “-”: standard input */
} NamidaCliSendNames;

/**
 * namida_cli_send_files: checks the arguments and collects the files.
 * @arguments: the arguments after the name of the command
 * @filter: (out) (transfer full): selects files of the folders
 *
 * Returns: (transfer full) (nullable): a list of GFile; %NULL after an error message, and the command ends with
 * NAMIDA_CLI_EXIT_USAGE
 */
GListModel *
namida_cli_send_files (const NamidaCliSendNames *names, int n_arguments, char **arguments, NamidaScanFilter **filter);

G_END_DECLS
