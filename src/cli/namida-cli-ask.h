/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions to the user on standard input. Main thread. */
#pragma once

#include "namida-cli.h"

G_BEGIN_DECLS

/**
 * NamidaCliAsk: shows open offers and pairing requests one after the other and reads the answers from standard input:
 * a user types y or n, and with --json a program writes lines such as {"accept": ID}, {"decline": ID} or {"pair":
 * true|false}. When the input ends, all current and future questions are declined. Main thread.
 */
typedef struct _NamidaCliAsk NamidaCliAsk;
/**
 * namida_cli_ask_new: @hub: must outlive the object. @offers: ask about offers and pairing; otherwise about pairing
 * only. Returns: (transfer full)
 */
NamidaCliAsk *namida_cli_ask_new (NamidaCli *cli, NamidaHub *hub, NamidaLanding landing, gboolean offers);
/** namida_cli_ask_free: frees @self; open questions stay open. */
void namida_cli_ask_free (NamidaCliAsk *self);
/**
 * namida_cli_ask_line: reads one line of standard input, for a command that waits for nothing else. Returns:
 * (transfer full) (nullable): %NULL at the end of the input, or when the user wants to stop.
 */
char *namida_cli_ask_line (NamidaCli *cli);
/**
 * namida_cli_ask_line_unless: like namida_cli_ask_line(), but also returns %NULL as soon as *@over is set, because the
 * question is obsolete. Returns: (transfer full) (nullable).
 */
char *namida_cli_ask_line_unless (NamidaCli *cli, GAsyncResult **over);
/**
 * namida_cli_ask_is_yes: Returns: whether @line is "y", "yes" or a translation of it; with --json, whether it is
 * {"pair":true}.
 */
gboolean namida_cli_ask_is_yes (NamidaCli *cli, const char *line);

G_END_DECLS
