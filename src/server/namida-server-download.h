/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-server-private.h"
#include "namida-shelf.h"

G_BEGIN_DECLS

/* The routes of fetching: a device gets back what is kept for it. Used by the table of v1 (namida-server-v1.c). Main
 * context; files are sent by workers. */

void namida_server_handle_backups (NamidaServer *self, NamidaRequest *request);
void namida_server_handle_prepare_download (NamidaServer *self, NamidaRequest *request);
gboolean namida_server_early_download (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error);
gpointer namida_server_parse_download (NamidaRequest *request, GError **error);
void namida_server_parsed_download_free (gpointer parsed);
/** namida_server_take_download: takes over the connection: a worker sends the file, and handles further requests on
 * this connection. */
void namida_server_take_download (NamidaServer *self, NamidaRequest *request);
/** namida_server_get_shelf: Returns: (transfer none) (nullable): the shelf that downloads are served from. */
NamidaShelf *namida_server_get_shelf (NamidaServer *self);
/** namida_server_forget_downloads: ends the sessions in which @fingerprint fetches. */
void namida_server_forget_downloads (NamidaServer *self, const char *fingerprint);

G_END_DECLS
