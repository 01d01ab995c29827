/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Progress and result of a transfer on the command line. Main thread. */
#pragma once

#include <json-glib/json-glib.h>
#include "namida-cli.h"

G_BEGIN_DECLS

/**
 * NamidaCliProgress: reports one transfer: a bar on a terminal, otherwise a line every 5 s, or JSON events; also
 * skipped files, each file that was not stored, and the end. Lives as long as the transfer. Main thread.
 */
typedef struct _NamidaCliProgress NamidaCliProgress;
/**
 * namida_cli_progress_watch: reports @transfer from now on. @ended: (nullable): called once, after the end was
 * reported
 */
void namida_cli_progress_watch (NamidaCli *cli,
                                NamidaTransfer *transfer,
                                void (*ended) (NamidaTransfer *transfer, gpointer user_data),
                                gpointer user_data);

G_END_DECLS
