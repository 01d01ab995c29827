/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-cli.h"

G_BEGIN_DECLS

/* The folders that a command stores into. A drive may be slow to answer: both block; main thread, before the work
 * begins. */

/** namida_cli_make_folder: one that was given and is not there is made now, and that is said: later on, one that is
 * gone has its drive unplugged, and is not made anew. Only the last component of its path is made. Of a store whose
 * drive is not connected nothing is made, and that is said. One that is not @used is left alone.
 * @folder: (nullable): absolute. Returns: whether something can be stored there. */
gboolean namida_cli_make_folder (NamidaCli *cli, const char *folder, gboolean used, GError **error);
/** namida_cli_store_is_elsewhere: whether backups were kept in @folder, and their drive is not connected now. */
gboolean namida_cli_store_is_elsewhere (NamidaCli *cli, const char *folder);
/** namida_cli_check_folder: @chosen: as of namida_folder_check. Returns: whether something can be stored there. */
gboolean namida_cli_check_folder (const char *folder, gboolean chosen, GError **error);

G_END_DECLS
