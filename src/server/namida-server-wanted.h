/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The routes of the feature "heal": a device learns which of the files that it sent are damaged here, and sends them
 * again. Used by the table of v1 (namida-server-v1.c). Main context; bodies are received in a worker thread. */
#pragma once

#include "namida-server-private.h"

G_BEGIN_DECLS

/** namida_server_handle_wanted: Answers with the damaged files that the device has sent. */
void namida_server_handle_wanted (NamidaServer *self, NamidaRequest *request);
/** namida_server_take_heal: Takes over the connection: a worker receives the file, and handles further requests on this
 * connection. */
void namida_server_take_heal (NamidaServer *self, NamidaRequest *request);

G_END_DECLS
