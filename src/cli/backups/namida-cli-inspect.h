/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints what a Namida backup contains, for the commands “inspect” and “receive”. Main thread. */
#pragma once

#include "namida-cli.h"
#include "namida-inspection.h"

G_BEGIN_DECLS

/** namida_cli_report_arrived: describes a backup that has just been received: in words, or with an event "contents". */
void namida_cli_report_arrived (NamidaCli *cli, const NamidaInspection *inspection);

G_END_DECLS
