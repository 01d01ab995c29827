/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pieces of files that a browser brings for one session: a part stays open between two pieces, so that a large file
 * is hashed once as it comes, and each piece is compared with the hash that the page gives. Made by namida-link-bring.c
 * when an offer is accepted, and kept by its session; used by the worker threads that receive pieces. */
#pragma once

#include "namida-receive-session.h"
#include "namida-server-upload-private.h"

G_BEGIN_DECLS

typedef struct _NamidaLinkUploads NamidaLinkUploads;

/** namida_link_uploads_attach: @proven: each piece has to come with its hash. Any thread. */
NamidaLinkUploads *namida_link_uploads_attach (NamidaReceiveSession *session, gboolean proven);
/** (transfer none) (nullable) */
NamidaLinkUploads *namida_link_uploads_of (NamidaReceiveSession *session);
gboolean namida_link_uploads_get_proven (NamidaLinkUploads *self);
/** namida_link_uploads_dup_hashes: Returns: (transfer full): id → SHA-256 of each file that is here whole, as it was
 * written. Any thread. */
GHashTable *namida_link_uploads_dup_hashes (NamidaLinkUploads *self);
/** namida_link_uploads_begin, namida_link_uploads_end: a connection brings pieces in between; with the last one the
 * parts are closed. Any thread. */
void namida_link_uploads_begin (NamidaLinkUploads *self);
void namida_link_uploads_end (NamidaLinkUploads *self);

/**
 * namida_link_uploads_receive:
 * @job: whose upload has begun (namida_receive_session_begin_upload()), which this ends
 * @reader: at the body
 * @sha256: (nullable): what the page says the piece is
 * @there: (out): how much of the file is here now
 * @whole: (out) (transfer full): the SHA-256 of the file when it is all here
 *
 * Blocking; a worker. Errors: CHECKSUM when the piece is another one than was sent; those of NamidaBodyReceiver.
 */
gboolean namida_link_uploads_receive (NamidaLinkUploads *self,
                                      NamidaServing *job,
                                      NamidaHttpReader *reader,
                                      const char *sha256,
                                      guint64 *there,
                                      char **whole,
                                      GError **error);

G_END_DECLS
