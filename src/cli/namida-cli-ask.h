/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-cli.h"

G_BEGIN_DECLS

/**
 * NamidaCliAsk: puts open offers and pair requests, one after the other, to whoever sits at the standard input: a
 * person, who types y or n, or with --json a program, which writes lines of {"accept": ID}, {"decline": ID}, {"pair":
 * true|false}. When the input ends, all that is open and all that comes is declined. Main thread.
 */
typedef struct _NamidaCliAsk NamidaCliAsk;
/** @hub: must outlive it. @offers: ask about offers too; else about pairing only. */
NamidaCliAsk *namida_cli_ask_new (NamidaCli *cli, NamidaHub *hub, NamidaLanding landing, gboolean offers);
void namida_cli_ask_free (NamidaCliAsk *self);
/** namida_cli_ask_line: one line of the standard input, for a command that waits for nothing else. (transfer full)
 * (nullable): NULL at its end, or when the person wants to stop. */
char *namida_cli_ask_line (NamidaCli *cli);
/** namida_cli_ask_line_unless: likewise, but %NULL also as soon as @over points to a result: the question is over. */
char *namida_cli_ask_line_unless (NamidaCli *cli, GAsyncResult **over);
/** namida_cli_ask_is_yes: "y", "yes" or the like in the person's language; with --json {"pair":true}. */
gboolean namida_cli_ask_is_yes (NamidaCli *cli, const char *line);

G_END_DECLS
