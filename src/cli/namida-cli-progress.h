/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include "namida-cli.h"

G_BEGIN_DECLS

/**
 * NamidaCliProgress: tells how one transfer goes: a bar on a terminal, else a line every 5 s, or JSON events; what was
 * left out, each file that was not stored, and the end. Main thread. Lives as long as the transfer.
 */
typedef struct _NamidaCliProgress NamidaCliProgress;
/** namida_cli_progress_watch: @ended: (nullable): called once, after the end was told. */
void namida_cli_progress_watch (NamidaCli *cli,
                                NamidaTransfer *transfer,
                                void (*ended) (NamidaTransfer *transfer, gpointer user_data),
                                gpointer user_data);

G_END_DECLS
