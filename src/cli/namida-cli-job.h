/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocking work of a command in a thread. Main thread. */
#pragma once

#include "namida-cli.h"

G_BEGIN_DECLS

/** NamidaCliJobFunc: the work; runs in a thread of its own. Returns: (transfer full) (nullable) */
typedef gpointer (*NamidaCliJobFunc) (gpointer data, GCancellable *cancellable, GError **error);

/**
 * namida_cli_run_job:
 * @func: blocking work
 * @data: (transfer none): for @func; no other thread may use it meanwhile
 * @free_result: frees the return value of @func if the command was canceled
 *
 * Runs @func in a thread, and the main loop meanwhile, so that Ctrl+C cancels it.
 *
 * Returns: (transfer full) (nullable): the return value of @func
 */
gpointer
namida_cli_run_job (NamidaCli *cli, NamidaCliJobFunc func, gpointer data, GDestroyNotify free_result, GError **error);

G_END_DECLS
