/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The routes of fetching: a device gets back the backups that are kept for it. Used by the table of v1
 * (namida-server-v1.c); links use the same version_source. Main context; files are sent by workers. */
#pragma once

#include "namida-server-private.h"
#include "namida-version-source.h"

G_BEGIN_DECLS

/** namida_server_handle_backups: Answers with the list of the backups that the requesting device may fetch. */
void namida_server_handle_backups (NamidaServer *self, NamidaRequest *request);
/** namida_server_handle_prepare_download: Answers with the files of a version, and starts a session in which they can
 * be fetched. */
void namida_server_handle_prepare_download (NamidaServer *self, NamidaRequest *request);
/** namida_server_early_download: Checks the head of a download before its body. Returns: %FALSE with @error. */
gboolean namida_server_early_download (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error);
/** namida_server_parse_download: Parses the body of prepare-download; a worker. Returns: (transfer full) (nullable):
 * for namida_server_parsed_download_free(); %NULL with @error. */
gpointer namida_server_parse_download (NamidaRequest *request, GError **error);
void namida_server_parsed_download_free (gpointer parsed);
/** namida_server_take_download: Takes over the connection: a worker sends the file, and handles further requests on
 * this connection. */
void namida_server_take_download (NamidaServer *self, NamidaRequest *request);
/** namida_server_forget_downloads: Ends the sessions in which @fingerprint fetches. */
void namida_server_forget_downloads (NamidaServer *self, const char *fingerprint);

G_END_DECLS
