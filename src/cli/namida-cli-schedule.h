/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the command “schedule”. Main thread. */
#pragma once

#include "namida-cli.h"
#include "namida-schedule-row.h"

G_BEGIN_DECLS

/** namida_cli_schedule_run: runs the schedule @id, or with 0 those that are due, one after the other, and notes how
 * that went. Returns: the exit code. */
int namida_cli_schedule_run (NamidaCli *cli, gint64 id);

G_END_DECLS
