/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

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
/** namida_cli_transfer_bytes: bytes of the files that this transfer brought: those stored, not those already there. */
guint64 namida_cli_transfer_bytes (NamidaTransfer *transfer);
/** namida_cli_transfer_failed: how many files are neither stored nor already there. */
guint namida_cli_transfer_failed (NamidaTransfer *transfer);
/** namida_cli_result_name: "done", "incomplete", "declined", "cancelled" or "failed". */
const char *namida_cli_result_name (NamidaTransfer *transfer);

G_END_DECLS
