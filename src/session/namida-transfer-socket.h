/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shows the transfers of a running program to other programs of the same user. The hub owns the socket; the
 * "transfers" command asks it. Main context, except for namida_transfer_socket_ask(). */
#pragma once

#include <json-glib/json-glib.h>
#include "namida-hub.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_TRANSFER_SOCKET (namida_transfer_socket_get_type ())
/**
 * NamidaTransferSocket: reports the transfers of a hub to other programs of the same user and lets them cancel, pause
 * and resume these. It is a Unix socket in the folder "running" of the data folder, one for each program that uses
 * the data folder: the window, a service, a command that sends. Main context.
 *
 * A request is one line of JSON, {"do": "list"} or {"do": "cancel" | "pause" | "resume", "id": ID}. The answer is one
 * object per line for each matching transfer, followed by the end of the connection. Only the owner of this process
 * and the superuser get an answer.
 */
G_DECLARE_FINAL_TYPE (NamidaTransferSocket, namida_transfer_socket, NAMIDA, TRANSFER_SOCKET, GObject)

/**
 * namida_transfer_socket_new:
 * @data_dir: the data folder of this device, which must exist
 * @hub: not owned; the hub owns the socket
 *
 * Starts to listen. Errors: STORAGE if the socket cannot be created; nothing else depends on it.
 * Returns: (transfer full) (nullable)
 */
NamidaTransferSocket *namida_transfer_socket_new (const char *data_dir, NamidaHub *hub, GError **error);

/**
 * namida_transfer_socket_ask: asks every program that uses @data_dir. Waits a few seconds for each; a program that
 * does not answer is skipped. Any thread.
 * @action: "list", "cancel", "pause" or "resume"
 * @id: (nullable): the complete id of a transfer; %NULL for "list"
 *
 * Returns: (transfer full) (element-type JsonObject): the transfers, or for other actions those that matched. May be
 * empty.
 */
GPtrArray *namida_transfer_socket_ask (const char *data_dir, const char *action, const char *id);

G_END_DECLS
