/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include "namida-cli.h"

G_BEGIN_DECLS

/** NamidaCliDemoReceiver: the demo's other device: this program once more, as a process of its own that speaks JSON.
 * Main thread. */
typedef struct _NamidaCliDemoReceiver NamidaCliDemoReceiver;

/** namida_cli_demo_receiver_start: @folder: holds its data, "received" (backups) and "music" (library). Returns:
 * (transfer full) (nullable). */
NamidaCliDemoReceiver *namida_cli_demo_receiver_start (const char *folder, const char *alias, GError **error);
/** namida_cli_demo_receiver_wait: the next event named @event, at most @seconds. Returns: (transfer full) (nullable).
 */
JsonObject *
namida_cli_demo_receiver_wait (NamidaCliDemoReceiver *self, const char *event, guint seconds, GError **error);
/** namida_cli_demo_receiver_answer: writes @line to it, as a person would answer there. */
gboolean namida_cli_demo_receiver_answer (NamidaCliDemoReceiver *self, const char *line, GError **error);
/** namida_cli_demo_receiver_stop: ends the process and waits for it; frees. Returns: FALSE when it did not end well. */
gboolean namida_cli_demo_receiver_stop (NamidaCliDemoReceiver *self);

G_END_DECLS
