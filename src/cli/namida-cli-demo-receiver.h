/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second device of the “demo” command. Main thread. */
#pragma once

#include <json-glib/json-glib.h>
#include "namida-cli.h"

G_BEGIN_DECLS

/**
 * NamidaCliDemoReceiver: the demo's other device, which is this program in a process of its own that speaks JSON.
 * Main thread.
 */
typedef struct _NamidaCliDemoReceiver NamidaCliDemoReceiver;

/**
 * namida_cli_demo_receiver_start: @folder: holds its data, "received" (backups) and "music" (library). Returns:
 * (transfer full) (nullable): %NULL with an error of GLib if the process cannot be started.
 */
NamidaCliDemoReceiver *namida_cli_demo_receiver_start (const char *folder, const char *alias, GError **error);
/**
 * namida_cli_demo_receiver_wait: waits at most @seconds for the next event named @event. Returns: (transfer full)
 * (nullable): %NULL with UNREACHABLE if the process does not answer in time.
 */
JsonObject *
namida_cli_demo_receiver_wait (NamidaCliDemoReceiver *self, const char *event, guint seconds, GError **error);
/** namida_cli_demo_receiver_answer: writes @line to the process, like an answer of its user. Returns: %FALSE with an
 * error of GIO if the process has ended. */
gboolean namida_cli_demo_receiver_answer (NamidaCliDemoReceiver *self, const char *line, GError **error);
/**
 * namida_cli_demo_receiver_stop: ends the process, waits for it and frees @self. Returns: %FALSE if the process did
 * not end normally.
 */
gboolean namida_cli_demo_receiver_stop (NamidaCliDemoReceiver *self);

G_END_DECLS
