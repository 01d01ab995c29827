/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names the files that a backup left out. Called by the commands that send, and by their preview; main thread. */
#pragma once

#include "namida-backup.h"
#include "namida-cli.h"

G_BEGIN_DECLS

#define NAMIDA_CLI_NAMED_LINES 10 /* of files that were skipped or not saved, without --verbose */

/**
 * namida_cli_report_left_out:
 * @cli: the options; with --json, one event "left-out" for each path, and one for all that have no name
 * @backup: what is sent
 *
 * Reports what is not in the backup and why: on standard error the first ten paths, or all with --verbose, and then the
 * number of the others. Main thread.
 */
void namida_cli_report_left_out (NamidaCli *cli, NamidaBackup *backup);

G_END_DECLS
