/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-cli.h"

G_BEGIN_DECLS

/** NamidaCliJobFunc: the work, in a thread of its own. Returns: (transfer full) (nullable). */
typedef gpointer (*NamidaCliJobFunc) (gpointer data, GCancellable *cancellable, GError **error);

/**
 * namida_cli_run_job:
 * @func: blocking work
 * @data: (transfer none): for @func; no other thread uses it meanwhile
 * @free_result: of what @func returns, for when the command was canceled
 *
 * Runs @func in a thread and the main loop meanwhile, so that Ctrl+C ends it.
 *
 * Returns: (transfer full) (nullable): what @func returned
 */
gpointer
namida_cli_run_job (NamidaCli *cli, NamidaCliJobFunc func, gpointer data, GDestroyNotify free_result, GError **error);

G_END_DECLS
