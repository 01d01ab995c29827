/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-server-private.h"
#include "namida-shelf.h"

G_BEGIN_DECLS

/* The routes of fetching: what is kept for a device goes back to it when it asks. */

void namida_server_handle_backups (NamidaServer *self, NamidaRequest *request);
void namida_server_handle_prepare_download (NamidaServer *self, NamidaRequest *request);
gboolean namida_server_early_download (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error);
gpointer namida_server_parse_download (NamidaRequest *request, GError **error);
void namida_server_parsed_download_free (gpointer parsed);
/** Takes the connection: a worker sends the file, and what else is asked for on this connection. */
void namida_server_take_download (NamidaServer *self, NamidaRequest *request);
/** namida_server_get_shelf: Returns: (transfer none) (nullable). */
NamidaShelf *namida_server_get_shelf (NamidaServer *self);
/** The sessions in which @fingerprint fetches are over. */
void namida_server_forget_downloads (NamidaServer *self, const char *fingerprint);

G_END_DECLS
