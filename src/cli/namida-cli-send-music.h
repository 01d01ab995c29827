/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A check before a backup is sent. Main thread. */
#pragma once

#include "namida-cli.h"

G_BEGIN_DECLS

/**
 * namida_cli_send_check_music:
 * @files: (element-type GFile): what will be sent
 *
 * Reports which tracks of the backup in @files, played or in lists, are in none of the folders in @files, while it
 * can still be corrected. Reports nothing without an intact backup or without folders.
 */
void namida_cli_send_check_music (NamidaCli *cli, GListModel *files);

G_END_DECLS
