/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-cli.h"
#include "namida-inspection.h"

G_BEGIN_DECLS

/** namida_cli_print_inspection: the sentence and the lines, for people. */
void namida_cli_print_inspection (const NamidaInspection *inspection);
/** namida_cli_tell_arrived: of a backup that has just been received: in words, or an event "contents". */
void namida_cli_tell_arrived (NamidaCli *cli, const NamidaInspection *inspection);
/** namida_cli_inspect_file: waits in the main context. (transfer full) (nullable) */
NamidaInspection *namida_cli_inspect_file (NamidaCli *cli, const char *path, GError **error);

G_END_DECLS
