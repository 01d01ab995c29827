/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-cli.h"

G_BEGIN_DECLS

/**
 * namida_cli_send_check_music:
 * @files: (element-type GFile): what is to be sent
 *
 * Before it is too late: says which tracks of the backup among @files, played or in lists, are in none of the folders
 * among them. Says nothing without a sound backup or without folders.
 */
void namida_cli_send_check_music (NamidaCli *cli, GListModel *files);

G_END_DECLS
