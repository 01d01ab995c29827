/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the “schedule” command. Main thread. */
#pragma once

#include "namida-cli.h"
#include "namida-schedule-row.h"

G_BEGIN_DECLS

/**
 * namida_cli_schedule_run: runs schedule @id, or with 0 all that are due, one after the other, and records the
 * results. Returns: the exit code.
 */
int namida_cli_schedule_run (NamidaCli *cli, gint64 id);

G_END_DECLS
