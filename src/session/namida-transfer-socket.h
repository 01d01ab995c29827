/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include "namida-hub.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_TRANSFER_SOCKET (namida_transfer_socket_get_type ())
/**
 * NamidaTransferSocket: tells other programs of the same user which transfers of a hub are under way, and lets them
 * cancel, pause and resume them. A Unix socket in the folder "running" of the data folder, one for each program that
 * uses the folder: the window, a service, a command that sends. Main context.
 *
 * A request is one line of JSON, {"do": "list"} or {"do": "cancel" | "pause" | "resume", "id": ID}; the answer is one
 * object a line, for each transfer that is meant, and the end of the connection. Only the owner of this process and the
 * superuser are answered.
 */
G_DECLARE_FINAL_TYPE (NamidaTransferSocket, namida_transfer_socket, NAMIDA, TRANSFER_SOCKET, GObject)

/**
 * namida_transfer_socket_new:
 * @data_dir: the folder of this device, which exists
 * @hub: not owned: it owns the socket
 *
 * Listens from now on. Errors: STORAGE when the socket cannot be made: nothing else depends on it.
 * Returns: (transfer full) (nullable)
 */
NamidaTransferSocket *namida_transfer_socket_new (const char *data_dir, NamidaHub *hub, GError **error);

/**
 * namida_transfer_socket_ask: asks every program that uses @data_dir. Waits for each at most a few seconds; one that
 * does not answer is left out. Any thread.
 * @action: "list", "cancel", "pause" or "resume"
 * @id: (nullable): of a transfer, whole; %NULL for "list"
 *
 * Returns: (transfer full) (element-type JsonObject): the transfers; for other actions those that were meant. Empty
 * when there are none.
 */
GPtrArray *namida_transfer_socket_ask (const char *data_dir, const char *action, const char *id);

G_END_DECLS
