/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pieces of files that a browser uploads in one session. A part stays open between two pieces, so that a large file
 * is hashed once while it arrives, and each piece is compared with the hash that the page sends. Created by
 * namida-link-bring.c when an offer is accepted, and owned by its session; used by the worker threads that receive
 * pieces. */
#pragma once

#include "namida-receive-session.h"
#include "namida-server-upload-private.h"

G_BEGIN_DECLS

typedef struct _NamidaLinkUploads NamidaLinkUploads;

/** namida_link_uploads_attach: @proven: whether each piece must have a hash. Returns: (transfer none): owned by
 * @session. Any thread. */
NamidaLinkUploads *namida_link_uploads_attach (NamidaReceiveSession *session, gboolean proven);
/** namida_link_uploads_of: Returns: (transfer none) (nullable): the uploads of @session. */
NamidaLinkUploads *namida_link_uploads_of (NamidaReceiveSession *session);
/** namida_link_uploads_get_proven: Returns: whether each piece must have a hash. */
gboolean namida_link_uploads_get_proven (NamidaLinkUploads *self);
/** namida_link_uploads_dup_hashes: Returns: (transfer full): id → SHA-256 of each complete file, as it was written. Any
 * thread. */
GHashTable *namida_link_uploads_dup_hashes (NamidaLinkUploads *self);
/** namida_link_uploads_begin, namida_link_uploads_end: a connection receives pieces between these two calls. When the
 * last connection has ended, the parts are closed. Any thread. */
void namida_link_uploads_begin (NamidaLinkUploads *self);
void namida_link_uploads_end (NamidaLinkUploads *self);

/**
 * namida_link_uploads_receive:
 * @job: the connection, whose upload has begun (namida_receive_session_begin_upload()); this function ends the upload
 * @reader: positioned at the body
 * @sha256: (nullable): the hash of the piece according to the page
 * @there: (out): how many bytes of the file are here now
 * @whole: (out) (transfer full): the SHA-256 of the file if it is complete
 *
 * Receives one piece. Blocking: a worker.
 *
 * Returns: %FALSE with CHECKSUM (the piece differs from what was sent) or an error of NamidaBodyReceiver
 */
gboolean namida_link_uploads_receive (NamidaLinkUploads *self,
                                      NamidaServing *job,
                                      NamidaHttpReader *reader,
                                      const char *sha256,
                                      guint64 *there,
                                      char **whole,
                                      GError **error);

G_END_DECLS
