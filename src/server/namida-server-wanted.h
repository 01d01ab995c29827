/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The routes of the feature "heal": a device learns which of the files that it sent are damaged here, and brings them.
 * Used by the table of v1 (namida-server-v1.c) and by the hub, which tells the server how many files are wanted. Main
 * context; bodies in a worker thread. */
#pragma once

#include "namida-server-private.h"

G_BEGIN_DECLS

void namida_server_handle_wanted (NamidaServer *self, NamidaRequest *request);
/** namida_server_take_heal: takes the connection: a worker receives the file, and what else comes on this connection.
 */
void namida_server_take_heal (NamidaServer *self, NamidaRequest *request);

G_END_DECLS
