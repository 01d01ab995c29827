/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folders that a command stores into. The functions block, because a drive may respond slowly; call them in the
 * main thread before the work begins. */
#pragma once

#include "namida-cli.h"

G_BEGIN_DECLS

/**
 * namida_cli_make_folder: creates a folder that was given and does not exist, and reports this. Do this only at the
 * start: a folder that disappears later is on a drive that was disconnected, and must not be created again. Only the
 * last component of the path is created. If the drive of the folder is not connected, nothing is created, and this is
 * reported. Nothing happens unless @used.
 * @folder: (nullable): absolute path
 *
 * Returns: whether files can be stored there; %FALSE with STORAGE or NO_SPACE
 */
gboolean namida_cli_make_folder (NamidaCli *cli, const char *folder, gboolean used, GError **error);
/**
 * namida_cli_folder_is_elsewhere: Returns: whether backups or music were kept in @folder and their drive is not
 * connected now.
 */
gboolean namida_cli_folder_is_elsewhere (NamidaCli *cli, const char *folder);
/** namida_cli_report_elsewhere: warns that the drive of @folder is not connected, and that nothing is stored until it
 * is.
 */
void namida_cli_report_elsewhere (const char *folder);
/** namida_cli_check_folder: @chosen: as in namida_folder_check(). Returns: whether files can be stored there; %FALSE
 * with STORAGE if not. */
gboolean namida_cli_check_folder (const char *folder, gboolean chosen, GError **error);

G_END_DECLS
