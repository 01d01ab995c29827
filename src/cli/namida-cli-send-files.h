/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What “send” sends: its arguments, --music, --files-from and the patterns of --exclude. Main thread. */
#pragma once

#include "namida-cli.h"

G_BEGIN_DECLS

/** What the options of “send” name; the strings belong to GOption. */
typedef struct
{
  char **music;        /* (nullable): --music */
  char **exclude;      /* (nullable): --exclude */
  char **exclude_from; /* (nullable): --exclude-from */
  char *files_from;    /* (nullable): --files-from; “-”: standard input */
} NamidaCliSendNames;

/**
 * namida_cli_send_files: checks what is named, and collects it.
 * @arguments: of the command, the first one after its name
 * @filter: (out) (transfer full): which files of the folders are taken
 *
 * Returns: (transfer full) (nullable): of GFile; %NULL after it told what is wrong: the command ends with
 * NAMIDA_CLI_EXIT_USAGE.
 */
GListModel *
namida_cli_send_files (const NamidaCliSendNames *names, int n_arguments, char **arguments, NamidaScanFilter **filter);

G_END_DECLS
